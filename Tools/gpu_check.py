#!/usr/bin/env python3
"""Gnomon on a CUDA device beside Gnomon on the processor and beside PyTorch. Tools/gpu-check.sh is how to run it."""

import argparse
import json
import pathlib
import subprocess
import sys
import time

import torch

from gpu import equality, program, times
from gpu.figures import figures

NO_DEVICE = 3
PARTS = {"losses": equality.losses, "figures": figures, "settings": equality.settings, "moves": equality.moves}


def machine() -> dict:
    """What this is run with."""
    facts = {
        "torch": torch.__version__, "cuda": torch.version.cuda, "driver": None, "card": None,
        "commit": None, "processors": torch.get_num_threads()}
    commit = program.ROOT / "commit"
    if commit.exists():
        facts["commit"] = commit.read_text().strip()
    try:
        query = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]
        facts["driver"] = subprocess.run(query, capture_output=True, text=True, check=True).stdout.split()[0]
    except (OSError, subprocess.CalledProcessError, IndexError):
        pass
    if torch.cuda.is_available():
        facts["card"] = torch.cuda.get_device_name()
    return facts


def show(name: str, rows: list[dict], seconds: float) -> None:
    """A part as a table."""
    print(f"\n{name}, {seconds:.0f} s")
    for entry in rows:
        verdict = "ok    " if entry["passed"] else "FAILED"
        if entry.get("views_per_second"):
            line = (
                f"{entry['views_per_second']:>11,.0f} views/s ({entry['smallest']:,.0f} to {entry['largest']:,.0f})"
                f", peak {entry['peak_mebibytes']:,.0f} MiB")
            if "ratio" in entry:
                line += f", Gnomon {entry['ratio']:.3f}x ({entry['ratios'][0]:.3f} to {entry['ratios'][1]:.3f})"
        elif entry.get("difference") is None:
            line = ""
        else:
            line = f"{entry['difference']:>9.1e} (limit {entry['limit']:.0e})"
        print(f"  {verdict} {entry['name']:<42}{line}  {entry.get('note', '')}".rstrip(), flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path("build/gpu-check"))
    parser.add_argument("--parts", default=",".join([*PARTS, "times"]))
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--no-compile", action="store_true", help="leave out torch.compile, which takes a minute")
    options = parser.parse_args()

    facts = machine()
    print("gpu-check: " + ", ".join(f"{key} {value}" for key, value in facts.items() if value), flush=True)
    if facts["card"] is None:
        reason = "sees none" if facts["cuda"] else "was built without CUDA"
        print(f"gpu-check: no CUDA device: torch {facts['torch']} {reason}", file=sys.stderr)
        return NO_DEVICE
    if program.folder() is None:
        minor = ".".join(facts["torch"].split(".")[:2])
        print(f"gpu-check: no gnomon for torch {minor}: build it, or make the bundle with it", file=sys.stderr)
        return 2

    options.output.mkdir(parents=True, exist_ok=True)
    report = {"machine": facts, "parts": {}}
    for name in options.parts.split(","):
        start = time.monotonic()
        place = options.output / name
        try:
            rows = times.times(place, options.rounds, not options.no_compile) if name == "times" else PARTS[name](place)
        except program.Failed as failure:
            rows = [{"name": name, "passed": False, "note": str(failure)}]
        seconds = time.monotonic() - start
        report["parts"][name] = {"seconds": seconds, "rows": rows}
        show(name, rows, seconds)
        (options.output / "gpu-check.json").write_text(json.dumps(report, indent=1))
    wrong = [row["name"] for part in report["parts"].values() for row in part["rows"] if not row["passed"]]
    print(f"\ngpu-check: {len(wrong)} of all comparisons failed" if wrong else "\ngpu-check: passed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
