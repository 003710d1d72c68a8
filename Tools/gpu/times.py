"""The step on a CUDA device beside PyTorch's, in turns."""

import importlib.util
import json
import os
import pathlib
import statistics
import struct
import subprocess
import sys

from gpu.program import ROOT, Failed, environment, folder

WIDTH, VIEWS, STEPS = 64, 1024, 10
THREADS = os.cpu_count() or 1


class Side:
    """One side of a comparison: a process that answers `run` with a JSON line."""

    def __init__(self, name, command, variables):
        self.name = name
        self.records = []
        self.process = subprocess.Popen(
            [str(word) for word in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, env=variables)
        self.read()

    def read(self):
        line = self.process.stdout.readline()
        if not line:
            errors = [line for line in self.process.stderr.read().splitlines() if line.strip()]
            raise Failed(f"{self.name}: {' '.join(errors[-1:])[:300]}")
        return json.loads(line)

    def run(self):
        self.process.stdin.write("run\n")
        self.process.stdin.flush()
        self.records.append(self.read())

    def rates(self):
        return [record["views"] / record["seconds"] for record in self.records]

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def own(name, *words):
    command = [folder() / "training-benchmark", *words, "--device", "cuda", "--threads", THREADS]
    return name, command, environment()


def peer(name, *words):
    command = [
        sys.executable, ROOT / "Benchmarks/peers/pytorch_step.py", "--device", "cuda", "--width", WIDTH, "--views", VIEWS,
        "--steps", STEPS, "--precision", "bf16", "--channels-last", "--optimizer", "adamw-fused", "--threads", THREADS, *words]
    return name, command, dict(os.environ)


def sides(scratch: pathlib.Path, compiled: bool) -> list:
    images = scratch / "images.npy"
    count = VIEWS // 2 * STEPS
    write_images(images, count)
    step = ["step", WIDTH, VIEWS, STEPS]
    found = [
        own("Gnomon, step", *step, "--tuned", 1),
        own("Gnomon, step, algorithms by rule", *step),
        own("Gnomon, epoch: views and step", "epoch", images, count, VIEWS // 2, "--width", WIDTH, "--tuned", 1),
        own("Gnomon, views on the processor", "views", "fused", VIEWS * STEPS),
        own("Gnomon, views on the device", "views", "tensor", VIEWS),
        peer("PyTorch eager, step", "--tuned"),
        peer("PyTorch eager, step, algorithms by rule"),
    ]
    if compiled and importlib.util.find_spec("triton"):
        found.append(peer("PyTorch compiled, step", "--tuned", "--compile"))
    return found


def write_images(path: pathlib.Path, count: int) -> None:
    """`count` random images of 32×32×3 bytes as NumPy writes them, without NumPy."""
    header = f"{{'descr': '|u1', 'fortran_order': False, 'shape': ({count}, 32, 32, 3), }}"
    header += " " * (-(len(header) + 11) % 64) + "\n"
    path.write_bytes(
        b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + os.urandom(count * 3072))


def times(scratch: pathlib.Path, rounds: int = 7, compiled: bool = True) -> list[dict]:
    """Rates in views a second, medians of alternating repetitions, and peaks of memory on the device."""
    scratch.mkdir(parents=True, exist_ok=True)
    running, rows = [], []
    for side in sides(scratch, compiled):
        try:
            running.append(Side(*side))
            running[-1].run()
            running[-1].records.clear()
        except (Failed, BrokenPipeError) as failure:
            rows.append({"name": side[0], "passed": False, "note": str(failure)})
    for turn in range(rounds):
        for side in running if turn % 2 == 0 else reversed(running):
            side.run()
    base = next((side for side in running if side.name == "Gnomon, step"), None)
    for side in running:
        rates = side.rates()
        entry = {
            "name": side.name, "passed": True, "views_per_second": statistics.median(rates),
            "smallest": min(rates), "largest": max(rates),
            "peak_mebibytes": max(record["peak_bytes"] for record in side.records) / 2**20}
        if base and side.name.endswith(("step", "rule")):
            ratios = [mine / theirs for mine, theirs in zip(base.rates(), rates)]
            entry["ratio"] = statistics.median(ratios)
            entry["ratios"] = [min(ratios), max(ratios)]
        rows.append(entry)
        side.end()
    return rows
