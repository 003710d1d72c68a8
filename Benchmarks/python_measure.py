#!/usr/bin/env python3
"""What gnomon.measure costs on top of the program that it calls.

    make bench

Embeddings of 50,000 × 512 with labels, in memory, measured by the Python package; and the same from .npy files that are there already,
by the program. In turns, on an otherwise idle machine; the ratio is of the clock.
"""
import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy

REPOSITORY = pathlib.Path(__file__).resolve().parents[1]
PROGRAM = REPOSITORY / ".build/release/gnomon"
sys.path.insert(0, str(REPOSITORY / "Python"))
os.environ["GNOMON"] = str(PROGRAM)
import gnomon  # noqa: E402


def seconds(work):
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=7)
    options = parser.parse_args()
    random = numpy.random.default_rng(1)
    h = (random.standard_normal((50_000, 512)) * numpy.arange(1, 513) ** -0.5).astype("float32")
    labels = random.integers(0, 10, 50_000)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        numpy.save(folder / "h.npy", h)
        numpy.save(folder / "labels.npy", labels)
        command = [PROGRAM, "geometry", "--json", "--embeddings", folder / "h.npy", "--labels", folder / "labels.npy"]
        sides = [lambda: gnomon.measure(h, labels=labels),
                 lambda: subprocess.run(command, check=True, capture_output=True)]
        times = [[], []]
        for pair in range(options.pairs):
            for side in (0, 1) if pair % 2 == 0 else (1, 0):
                times[side].append(seconds(sides[side]))
    ratios = [package / program for package, program in zip(*times)]
    print(f"gnomon.measure of 50,000 × 512: {statistics.median(times[0]):.2f} s, the program alone "
          f"{statistics.median(times[1]):.2f} s: {statistics.median(ratios):.3f} times "
          f"({min(ratios):.3f} to {max(ratios):.3f}), {options.pairs} pairs")


if __name__ == "__main__":
    main()
