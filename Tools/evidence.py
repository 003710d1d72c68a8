#!/usr/bin/env python3
"""Makes the figures of the documents again: Tools/evidence.py [--jobs N] [--only-write] [STUDY...], all ready studies by default.

Runs the studies of Examples/, which go on where they stopped, and writes of each Docs/Evidence/STUDY.json (claims, tables,
where and how it was made, and the study file itself), Docs/Evidence/STUDY.csv (a row a run, with the figures that claims and
table rest on), and the blocks of the documents that begin with <!-- evidence: STUDY KIND --> and end with <!-- end -->.
"""

import argparse
import csv
import datetime
import json
import os
import platform
import re
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GNOMON = ROOT / ".build/release/gnomon"
EVIDENCE = ROOT / "Docs/Evidence"
BLOCK = re.compile(r"(<!-- evidence: (\S+) (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def call(*arguments: str) -> str:
    return subprocess.run(arguments, cwd=ROOT, check=True, text=True, stdout=subprocess.PIPE).stdout


def processor() -> str:
    """The processor's name, and how many there are for this process."""
    name = platform.processor() or platform.machine()
    if os.path.exists("/proc/cpuinfo"):
        for line in open("/proc/cpuinfo"):
            if line.startswith("model name"):
                name = line.split(":", 1)[1].strip()
                break
    return f"{len(os.sched_getaffinity(0))} × {name}"


def figures_in(formulas: list[str]) -> list[str]:
    """The figures that formulas name, each once, with what they are under controls."""
    names: list[str] = []
    for formula in formulas:
        for name in re.findall(r"\b(?:h|z|head\.\d+|stage\d+|block\d+)\.[\w.]+(?:@\w+)?", formula):
            if name not in names:
                names.append(name)
    return names


def value(summary: dict, name: str) -> float | None:
    """A figure of a run's summary by its name in formulas."""
    name, _, control = name.partition("@")
    layer, key = re.fullmatch(r"(head\.\d+|\w+)\.(.+)", name).groups()
    figures = summary["layers"].get(layer, {})
    if control:
        return figures.get("controls", {}).get(control, {}).get(key)
    if key in figures:
        return figures[key]
    strength = re.fullmatch(r"invariance_at\.([\d.]+)", key)
    return figures.get("invariance_at", {}).get(strength.group(1)) if strength else None


def finished_runs(folder: Path, record: dict) -> list[tuple[dict, dict]]:
    """The runs that have a summary, in the study's order, each with it."""
    files = [(run, folder / "runs" / run["key"] / "summary.json") for run in record["runs"]]
    return [(run, json.loads(file.read_text())) for run, file in files if file.exists()]


def write_runs(summaries: list[tuple[dict, dict]], record: dict, formulas: list[str], path: Path) -> None:
    names = figures_in(formulas)
    controlled = [f"{n}@{c}" for n in names if "@" not in n for c in ("untrained", "gaussian", "shuffled", "random_plane")]
    columns = [n for n in dict.fromkeys(names + controlled) if any(value(s, n) is not None for _, s in summaries)]
    axes = [axis["key"] for axis in record["axes"]]
    with open(path, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["run", *axes, *columns])
        for run, summary in summaries:
            cells = ["" if (v := value(summary, n)) is None else f"{v:.6g}" for n in columns]
            writer.writerow([run["key"], *(run["settings"].get(a) for a in axes), *cells])


def by_arm(summaries: list[tuple[dict, dict]], record: dict, figures: list[str]) -> str:
    """Figures a row an arm and a column a data set, mean ± standard deviation over seeds, and the mean of the data sets' means.

    Where the learning rate varies the columns are its values, and the cells means over data sets.
    """
    has_rates = any(axis["key"] == "learning_rate" for axis in record["axes"])
    key = "learning_rate" if has_rates else "data_set"
    arms = list(dict.fromkeys(str(run["settings"]["arm"]) for run in record["runs"]))
    columns = list(dict.fromkeys(str(run["settings"][key]) for run in record["runs"]))
    titles = [f"{key} {column}" for column in columns] if has_rates else [*columns, "all"]
    blocks = []
    for figure in figures:
        cells: dict[tuple[str, str], list[float]] = {}
        for run, summary in summaries:
            if (found := value(summary, figure)) is not None:
                cells.setdefault((str(run["settings"]["arm"]), str(run["settings"][key])), []).append(found)
        rows = [[figure, *titles]]
        for arm in arms:
            groups = [cells.get((arm, column), []) for column in columns]
            if not any(groups):
                continue
            texts = [cell(group, has_spread=not has_rates) for group in groups]
            if not has_rates:
                texts.append(cell([statistics.fmean(group) for group in groups] if all(groups) else [], has_spread=False))
            rows.append([arm, *texts])
        blocks.append(aligned(rows))
    return "\n\n".join(blocks)


def cell(values: list[float], has_spread: bool) -> str:
    """A mean, with the standard deviation where there is one and it is wanted."""
    if not values:
        return "–"
    spread = f" ± {statistics.stdev(values):.2g}" if has_spread and len(values) > 1 else ""
    return f"{statistics.fmean(values):.4g}{spread}"


def aligned(rows: list[list[str]]) -> str:
    """Columns of one width each, the first to the left."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) for row in rows)


def selection(study: str) -> str:
    """How label-free figures rank single runs: of the tables about them the one of all data sets."""
    blocks = call(str(GNOMON), "study", "select", study, "--top", "3").split("\n\n")
    return next((block.strip() for block in reversed(blocks) if re.match(r"chosen by +Kendall", block)), "")


def gather(name: str, folder: Path, command: str) -> dict:
    study = str(folder)
    text = (ROOT / f"Examples/{name}.yaml").read_text()
    makes_claims = re.search(r"^claims:", text, re.MULTILINE) is not None
    claims = json.loads(call(str(GNOMON), "study", "claims", study, "--json")) if makes_claims else {"claims": []}
    table = json.loads(call(str(GNOMON), "study", "table", study, "--json"))
    formulas = [claim["statistic"] for claim in claims["claims"]] + table["table"]["columns"]
    record = json.loads((folder / "study.json").read_text())
    EVIDENCE.mkdir(exist_ok=True)
    summaries = finished_runs(folder, record)
    write_runs(summaries, record, formulas, EVIDENCE / f"{name}.csv")
    for claim in claims["claims"]:
        claim.pop("points", None)
    finished = len(summaries)
    evidence = {
        "schema": 1,
        "study": name,
        "command": command,
        "commit": call("git", "rev-parse", "--short", "HEAD").strip(),
        "date": datetime.date.today().isoformat(),
        "machine": processor(),
        "gnomon": call(str(GNOMON), "--version").strip(),
        "runs": {"finished": finished, "all": len(record["runs"])},
        "file": text,
        "claims": claims["claims"],
        "table": table["table"],
        "texts": {"table": call(str(GNOMON), "study", "table", study).strip(), "selection": selection(study)},
    }
    if makes_claims:
        evidence["texts"]["ledger"] = call(str(GNOMON), "study", "claims", study).strip()
    if any(axis["key"] == "arm" for axis in record["axes"]):
        figures = [c for c in table["table"]["columns"] if re.match(r"(h|z|head|stage|block)", c)]
        evidence["texts"]["arms"] = by_arm(summaries, record, figures)
    evidence["texts"]["made"] = (
        f"Made by `{command}`, {finished} of {len(record['runs'])} runs, on {evidence['machine']}, written down by {evidence['gnomon']}"
        f" at commit {evidence['commit']}, {evidence['date']}; every run's figures in [Evidence/{name}.csv](Evidence/{name}.csv)."
    )
    (EVIDENCE / f"{name}.json").write_text(json.dumps(evidence, indent=1, ensure_ascii=False) + "\n")
    return evidence


def put_into_documents(evidence: dict) -> None:
    for path in sorted((ROOT / "Docs").glob("*.md")):
        text = path.read_text()

        def block(match: re.Match) -> str:
            begin, name, kind, end = match.groups()
            if name != evidence["study"]:
                return match.group(0)
            content = evidence["texts"][kind]
            return begin + (content if kind == "made" else f"```text\n{content}\n```") + "\n" + end

        changed = BLOCK.sub(block, text)
        if changed != text:
            path.write_text(changed)
            print(f"wrote {path.relative_to(ROOT)}")


def main() -> None:
    ready = sorted(path.stem for path in (ROOT / "Examples").glob("*.yaml"))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("studies", nargs="*", metavar="STUDY", help=f"of {', '.join(ready)}; default all")
    parser.add_argument("--jobs", default=str(os.cpu_count()), help="runs at once")
    parser.add_argument("--only-write", action="store_true", help="make no runs: write down what there is")
    arguments = parser.parse_args()
    unknown = set(arguments.studies) - set(ready)
    if unknown:
        parser.error(f"no study {', '.join(sorted(unknown))}; choose from {', '.join(ready)}")
    for name in arguments.studies or ready:
        command = f"gnomon study Examples/{name}.yaml"
        if not arguments.only_write:
            # A failed run does not keep the others' figures from being written.
            ended = subprocess.run([str(GNOMON), "study", f"Examples/{name}.yaml", "--jobs", arguments.jobs], cwd=ROOT)
            if ended.returncode not in (0, 1):
                sys.exit(ended.returncode)
        put_into_documents(gather(name, ROOT / "studies" / name, command))
        print(f"wrote Docs/Evidence/{name}.json and {name}.csv")


if __name__ == "__main__":
    main()
