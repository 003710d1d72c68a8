#!/usr/bin/env python3
"""Training beside PyTorch and lightly: in turns, in pairs, on this machine as it is.

    make bench

(a) the training step (bf16 autocast, channels-last; AdamW) against PyTorch's eager step with its fused
optimiser, once with the system's allocator as it comes and once with the allocator settings that Gnomon makes
for itself ("tuned"), and that under torch.compile; (b) a whole epoch from stored images against the usual loop of
lightly's SimCLRTransform, a loader with workers and an fp32 contiguous model, and against the tuned step on
Kornia's views of whole batches; (c) one operator's call; (d) that epoch against one on views that were made
beforehand.

A ratio is Gnomon's rate over the peer's within a pair; of all pairs the median is printed with the
smallest and the largest.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

import numpy

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = REPOSITORY / ".build/release/training-benchmark"
PEERS = REPOSITORY / "Benchmarks/peers"
WAITING = {"OMP_WAIT_POLICY", "GOMP_SPINCOUNT"}
ALLOCATOR = {"MALLOC_MMAP_THRESHOLD_": "1073741824", "MALLOC_TRIM_THRESHOLD_": "2147483647"}


class Side:
    """One side of a comparison: a process that answers `run` with a JSON line."""

    def __init__(self, name, *command, **environment):
        self.name = name
        self.records = []
        self.process = subprocess.Popen(
            [str(word) for word in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={name: value for name, value in os.environ.items() if name not in WAITING} | environment)
        self.read()

    def read(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"{self.name} ended early")
        return json.loads(line)

    def run(self):
        self.process.stdin.write("run\n")
        self.process.stdin.flush()
        self.records.append(self.read())

    def rates(self):
        return [record["views"] / record["seconds"] for record in self.records]

    def peak(self):
        return max(record["peak_bytes"] for record in self.records) / 2**20

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def compare(title, sides, pairs):
    """Takes turns, in alternating order, and prints each side beside the first."""
    for side in sides:
        side.run()
        side.records.clear()
    for pair in range(pairs):
        for side in sides if pair % 2 == 0 else reversed(sides):
            side.run()
    print(f"\n{title}: {pairs} pairs")
    own = sides[0]
    for side in sides:
        line = f"  {side.name:<34}{statistics.median(side.rates()):>9,.0f} views/s  peak {side.peak():>6,.0f} MiB"
        if side is not own:
            ratios = [mine / theirs for mine, theirs in zip(own.rates(), side.rates())]
            line += f"  Gnomon {statistics.median(ratios):.2f}x ({min(ratios):.2f} to {max(ratios):.2f})"
            line += f", memory {own.peak() / side.peak():.2f}x"
        print(line, flush=True)
        side.end()


# How OpenMP's threads wait: as Gnomon sets it for itself, for all but the loop that lightly's users run.
THREADS = {"GOMP_SPINCOUNT": "5000"}


def step(title, own, peer, compiled, steps, pairs):
    peer = [sys.executable, PEERS / "pytorch_step.py", "--steps", steps, "--precision", "bf16", "--channels-last",
            "--optimizer", "adamw-fused", *peer]
    sides = [
        Side("Gnomon", PROGRAM, "step", *own, **THREADS),
        Side("PyTorch eager", *peer, **THREADS),
        Side("PyTorch eager, tuned", *peer, **THREADS, **ALLOCATOR),
    ]
    if compiled:
        sides.append(Side("PyTorch compiled, tuned", *peer, "--compile", **THREADS, **ALLOCATOR))
    compare(f"(a) step, {title}", sides, pairs)


def steps(count, pairs):
    for width, views in ((16, 512), (64, 128)):
        step(f"ResNet-18, width {width}, {views} views", [width, views, count],
             ["--width", width, "--views", views], True, count, pairs)
    step("ResNet-50, ImageNet stem, 64 px, 64 views", [64, 64, count, "--encoder", "resnet50", "--size", 64],
         ["--model", "resnet50", "--views", 64, "--image-size", 64], False, count, pairs)
    step("ViT-Ti/16, 64 px, 64 views", [64, 64, count, "--encoder", "vit-tiny", "--size", 64],
         ["--model", "vit-tiny", "--views", 64, "--image-size", 64], False, count, pairs)


def epoch(title, peers, count, pairs):
    images = numpy.random.default_rng(7).integers(0, 256, (count, 32, 32, 3), dtype=numpy.uint8)
    with tempfile.NamedTemporaryFile(suffix=".npy") as file:
        numpy.save(file, images)
        file.flush()
        own = Side("Gnomon", PROGRAM, "epoch", file.name, count, 256, **THREADS)
        compare(
            f"{title} an epoch of {count} images at width 16",
            [own, *(peer(file.name, count) for peer in peers)], pairs)


def lightly(path, count):
    return Side("lightly, loader, fp32", sys.executable, PEERS / "lightly_epoch.py", "--images", path,
                "--count", count, "--batch", 256)


def kornia(path, count):
    return Side("Kornia, step tuned", sys.executable, PEERS / "kornia_epoch.py", "--images", path,
                "--count", count, "--batch", 256, **THREADS, **ALLOCATOR)


def premade(path, count):
    return Side("Gnomon, views made beforehand", PROGRAM, "premade", path, count, 256, **THREADS)


def calls():
    times = json.loads(subprocess.run([PROGRAM, "calls"], capture_output=True, check=True, text=True).stdout)
    print("\n(c) aten::add of 8 floats, nanoseconds a call")
    print(f"  direct {times['direct']:.0f}, boxed {times['boxed']:.0f}, from Swift {times['swift']:.0f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--images", type=int, default=2048)
    parser.add_argument("--only", choices=["step", "epoch", "calls", "views"])
    options = parser.parse_args()
    if options.only in (None, "step"):
        steps(options.steps, options.pairs)
    if options.only in (None, "epoch"):
        epoch("(b)", [lightly, kornia], options.images, options.pairs)
    if options.only in (None, "calls"):
        calls()
    if options.only in (None, "views"):
        epoch("(d)", [premade], options.images, options.pairs)
