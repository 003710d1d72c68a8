"""How a benchmark drives a peer: lines on standard input, a JSON object a line on standard output.

The peer warms up and prints `{"ready": true, "versions": {...}, "setting": {...}}`; the setting has
the allocator's and OpenMP's environment in it. For each line `run` it performs one repetition and
prints `{"seconds": ..., "views": ..., "peak_bytes": ...}`; `quit`, or the end of the input, ends
it. An unknown line is answered with `{"error": ...}`.
"""

import argparse
import json
import os
import resource
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import torch

# The peers are scripts; the model they share with the fixtures lies beside the other tools.
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "Tools"))


def epoch_parser(description: str) -> argparse.ArgumentParser:
    """The options of every peer that trains for an epoch."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument(
        "--images", type=Path, required=True, help="an .npy file, uint8 [images, height, width, 3]"
    )
    parser.add_argument("--count", type=int, default=4096, help="at most this many of the images")
    parser.add_argument("--batch", type=int, default=256, help="samples")
    parser.add_argument("--width", type=int, default=16)
    parser.add_argument("--strength", type=float, default=0.5, help="of the colour jitter")
    parser.add_argument("--image-size", type=int, default=32)
    parser.add_argument("--threads", type=int, default=2)
    return parser


class PeakMemory:
    """The most memory held since `reset`: of the device's allocator on CUDA, else resident.

    Of this process alone unless asked to add a loader's workers, which only Linux can: of those what is
    their own, without what they share with this process. Linux forgets the resident peak on request;
    elsewhere it is the peak since the process began.
    """

    def __init__(self, device: torch.device, with_children: bool = False) -> None:
        self.device = device
        self.with_children = with_children
        self.forgets = Path("/proc/self/clear_refs")

    def reset(self) -> None:
        if self.device.type == "cuda":
            torch.cuda.reset_peak_memory_stats(self.device)
        elif self.forgets.exists():
            self.forgets.write_text("5")

    def read(self) -> int:
        if self.device.type == "cuda":
            return torch.cuda.max_memory_allocated(self.device)
        if self.forgets.exists():
            status = Path("/proc/self/status").read_text().splitlines()
            own = next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))
            return own + (self.children() if self.with_children else 0)
        unit = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit

    def children(self) -> int:
        total = 0
        for path in Path("/proc/self/task").glob("*/children"):
            for child in path.read_text().split():
                maps = Path(f"/proc/{child}/smaps_rollup").read_text().splitlines()
                private = [line for line in maps if line.startswith("Private_")]
                total += sum(int(line.split()[1]) * 1024 for line in private)
        return total


def serve(
    repetition: Callable[[], int],
    device: torch.device,
    packages: tuple[str, ...],
    setting: dict,
    with_children: bool = False,
) -> None:
    """Answers until told to quit; `repetition` does the work to its end and returns its views."""
    versions = {package: version(package) for package in packages}
    environment = {k: v for k, v in os.environ.items() if k.startswith(("MALLOC_", "OMP_", "GOMP_"))}
    setting = setting | {"environment": environment}
    answer({"ready": True, "versions": versions, "setting": setting})
    memory = PeakMemory(device, with_children)
    for line in sys.stdin:
        command = line.strip()
        if command == "quit":
            return
        if command != "run":
            answer({"error": f"unknown command {command!r}; known are run and quit"})
            continue
        memory.reset()
        start = time.perf_counter()
        views = repetition()
        seconds = time.perf_counter() - start
        answer({"seconds": seconds, "views": views, "peak_bytes": memory.read()})


def answer(record: dict) -> None:
    print(json.dumps(record), flush=True)
