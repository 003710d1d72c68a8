#!/usr/bin/env python3
"""Views a second beside lightly's SimCLRTransform, Kornia (where it is installed), the batched tensor
operations and a plain copy: in turns, on one core, in pairs.

    pip install torch==2.13.0 torchvision==0.28.0 lightly numpy pillow kornia
    swift build -c release --product views-benchmark
    python Benchmarks/views.py [--pairs 7] [--seconds 1] [--json FILE]

Build anew after `swift test -c release`, which leaves a build for testing in place: slower by a third.

A pair is one turn of each; a ratio is taken within its pair, and of all pairs the median is reported
with the smallest and the largest. Rates are per second of the processor's time of the one thread that
works, so that other work on the machine does not count. Both sides start from decoded uint8 images in
memory and end with float32 from 0 to 1; lightly's normalisation is left out, its blur on from 64
pixels as in Gnomon's policy.
"""
import argparse
import importlib.metadata
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
import warnings

import numpy
import torch

if torch.version.cuda is None:
    # See Tests/Fixtures/augmentations.py.
    for name in ("nms", "qnms"):
        torch.library.define(
            f"torchvision::{name}", "(Tensor boxes, Tensor scores, float threshold) -> Tensor")
warnings.filterwarnings("ignore")
from lightly.transforms import SimCLRTransform
from PIL import Image

IMAGES = 64
SETTINGS = [(32, 32, 12), (96, 96, 6), (320, 224, 6)]
REPOSITORY = pathlib.Path(__file__).resolve().parent.parent


class Gnomon:
    """Gnomon's side, a process that answers one request a line."""

    def __init__(self):
        program = REPOSITORY / ".build/release/views-benchmark"
        if not program.exists():
            sys.exit(f"{program} is missing: swift build -c release --product views-benchmark")
        self.process = subprocess.Popen(
            [program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            sys.exit("the benchmark process ended early")
        return float(line)


def rate(make, count, seconds):
    """How often `make`, which makes `count` views, makes one in a second of processor time."""
    start, calls = time.process_time(), 0
    while (elapsed := time.process_time() - start) < seconds or calls == 0:
        make(calls)
        calls += 1
    return calls * count / elapsed


def lightly(images, side):
    transform = SimCLRTransform(
        input_size=side, gaussian_blur=0.5 if side >= 64 else 0.0, normalize=None)
    pictures = [Image.fromarray(image) for image in images]
    return lambda call: transform(pictures[call % IMAGES]), 2


def kornia(images, side):
    import kornia.augmentation as K

    steps = [
        K.RandomResizedCrop((side, side), scale=(0.08, 1.0), ratio=(3 / 4, 4 / 3)),
        K.RandomHorizontalFlip(p=0.5), K.ColorJitter(0.8, 0.8, 0.8, 0.2, p=0.8),
        K.RandomGrayscale(p=0.2),
    ]
    if side >= 64:
        steps.append(K.RandomGaussianBlur((13, 13), (0.1, 2.0), p=0.5))
    transform = K.AugmentationSequential(*steps, data_keys=["input"], same_on_batch=False)
    stored = torch.from_numpy(images).permute(0, 3, 1, 2)

    def make(_):
        with torch.no_grad():
            transform(stored.float() / 255)

    return make, IMAGES


def spread(values):
    return {"median": statistics.median(values), "smallest": min(values), "largest": max(values)}


def measure(gnomon, image_side, side, target, pairs, seconds):
    images = numpy.random.default_rng(7).integers(
        0, 256, (IMAGES, image_side, image_side, 3), dtype=numpy.uint8)
    with tempfile.NamedTemporaryFile() as file:
        images.tofile(file.name)
        gnomon.ask("load", file.name, IMAGES, image_side)
        # A fresh process: memory that earlier turns have left to the allocator would not count.
        fresh = Gnomon()
        fresh.ask("load", file.name, IMAGES, image_side)
        memory = fresh.ask("memory", side, 2, 0.2)
        fresh.process.stdin.close()
    peers = {"lightly": lightly(images, side)}
    try:
        peers["kornia"] = kornia(images, side)
    except ImportError as error:
        print(f"without Kornia: {error}", file=sys.stderr)
    own = {kind: (lambda kind=kind: gnomon.ask(kind, side, 1, seconds))
           for kind in ("fused", "fused-bf16", "tensor", "copy")}
    turns = own | {name: (lambda make=make, count=count: rate(make, count, seconds))
                   for name, (make, count) in peers.items()}
    for name, (make, _) in peers.items():
        make(0)
    rates = {name: [] for name in turns}
    for pair in range(pairs):
        # The order alternates, so that a drift of the machine favours neither side.
        order = list(turns) if pair % 2 == 0 else list(reversed(turns))
        for name in order:
            rates[name].append(turns[name]())
    view_bytes = image_side ** 2 * 3 + side ** 2 * 3 * 4
    result = {"image": image_side, "view": side, "target": target,
              "views_per_second": {name: spread(values) for name, values in rates.items()},
              "memory_bytes": memory, "ratio": {}, "bytes_per_second": {
                  name: statistics.median(rates[name]) * view_bytes for name in ("fused", "copy")}}
    for name in rates:
        if name not in ("fused", "fused-bf16", "copy"):
            pairwise = [mine / theirs for mine, theirs in zip(rates["fused"], rates[name])]
            result["ratio"][name] = spread(pairwise)
    return result


def show(result):
    speeds = result["views_per_second"]
    print(f"\n{result['image']} -> {result['view']} pixels, one core")
    for name, speed in speeds.items():
        line = f"  {name:<11}{speed['median']:>12,.0f} views/s"
        if name in result["ratio"]:
            ratio = result["ratio"][name]
            line += (f"   fused is {ratio['median']:.1f} times as fast"
                     f" ({ratio['smallest']:.1f} to {ratio['largest']:.1f})")
        print(line)
    moved, copied = result["bytes_per_second"]["fused"], result["bytes_per_second"]["copy"]
    print(f"  {moved / 1e9:.2f} GB/s read and written, a plain copy {copied / 1e9:.2f} GB/s:"
          f" {moved / copied:.1%} of it")
    print(f"  memory beyond input and output, two threads: {result['memory_bytes'] / 2**20:.1f} MiB")
    reached = result["ratio"]["lightly"]["median"] >= result["target"]
    print(f"  at least {result['target']} times lightly's rate: {'yes' if reached else 'NO'}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--json", type=pathlib.Path)
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    torch.set_num_threads(1)
    gnomon = Gnomon()
    results = [measure(gnomon, *setting, options.pairs, options.seconds) for setting in SETTINGS]
    versions = {name: importlib.metadata.version(name)
                for name in ("torch", "torchvision", "lightly", "pillow")}
    print(", ".join(f"{name} {version}" for name, version in versions.items()))
    for result in results:
        show(result)
    if options.json:
        options.json.write_text(json.dumps({"versions": versions, "results": results}, indent=2))


if __name__ == "__main__":
    main()
