#!/usr/bin/env python3
"""The figures of embeddings beside NumPy and scikit-learn, and the spectrum of a file that is larger than
memory need be beside a plain matrix product.

    make bench

(a) all figures of one layer of 50,000 embeddings of 512 dimensions with second views and labels, by `gnomon
geometry` on all rows, against Benchmarks/peers/geometry_numpy.py, in turns, whole processes from files to
figures; both must agree. (b) geometry-benchmark on a million such rows.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
BUILD = REPOSITORY / ".build/release"
PEER = REPOSITORY / "Benchmarks/peers/geometry_numpy.py"
# float32 distances and the order of their sums; decompositions agree to 1e-9.
TOLERANCE = 1e-4


def make_embeddings(generator, rows, columns):
    """Classes on a curved sheet, in noise whose spectrum falls as a power."""
    scales = numpy.arange(1, columns + 1, dtype=numpy.float32) ** -0.5
    labels = generator.integers(10, size=rows)
    centers = 3 * generator.standard_normal((10, columns), dtype=numpy.float32)
    h = (centers[labels] + generator.standard_normal((rows, columns), dtype=numpy.float32)) * scales
    views = h + 0.3 * scales * generator.standard_normal((rows, columns), dtype=numpy.float32)
    return h, views, labels


def timed(command, **environment):
    """Seconds, the peak of resident memory and the standard output of a process."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [str(word) for word in command], stdout=subprocess.PIPE, text=True,
        env=os.environ | environment)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"{command[0]} ended with {os.waitstatus_to_exitcode(status)}")
    return time.perf_counter() - start, usage.ru_maxrss / 1024, output


def compare(files, rows, pairs):
    own = [BUILD / "gnomon", "geometry", "--embeddings", files[0], "--views", files[1],
           "--labels", files[2], "--sample", rows, "--json"]
    peer = [sys.executable, PEER, *files]
    sides = [own, peer]
    results = [[], []]
    for pair in range(pairs):
        for side in (0, 1) if pair % 2 == 0 else (1, 0):
            results[side].append(timed(sides[side]))
    ours = json.loads(results[0][0][2])["layers"]["h"]
    theirs = json.loads(results[1][0][2])["figures"]
    theirs.pop("spectrum")
    differences = {key: abs(ours[key] / value - 1) for key, value in theirs.items()}
    worst = max(differences, key=differences.get)
    if differences[worst] > TOLERANCE:
        sys.exit(f"{worst} differs: {ours[worst]} against {theirs[worst]}")
    print(f"\n(a) all figures of one layer, {rows:,} × 512, {pairs} pairs")
    for name, result in zip(("Gnomon", "NumPy and scikit-learn"), results):
        times = [seconds for seconds, _, _ in result]
        print(f"  {name}: {statistics.median(times):.1f} s, at most {max(r[1] for r in result):,.0f} MiB")
    ratios = [theirs[0] / ours[0] for ours, theirs in zip(*results)]
    print(
        f"  {statistics.median(ratios):.2f} times as fast ({min(ratios):.2f} to {max(ratios):.2f}); "
        f"{len(differences)} figures agree within {differences[worst]:.1e} ({worst})")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--file-rows", type=int, default=1_000_000, help="0 leaves (b) out")
    arguments = parser.parse_args()
    generator = numpy.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        files = [pathlib.Path(folder) / f"{name}.npy" for name in ("h", "views", "labels")]
        for file, array in zip(files, make_embeddings(generator, arguments.rows, 512)):
            numpy.save(file, array)
        compare(files, arguments.rows, arguments.pairs)
        if arguments.file_rows == 0:
            return
        large = pathlib.Path(folder) / "large.npy"
        shape = (arguments.file_rows, 512)
        rows = numpy.lib.format.open_memmap(large, mode="w+", dtype=numpy.float32, shape=shape)
        for start in range(0, arguments.file_rows, 50_000):
            part = rows[start:start + 50_000]
            part[:] = make_embeddings(generator, len(part), 512)[0]
        rows.flush()
        print("\n(b) the spectrum of a file", flush=True)
        subprocess.run([BUILD / "geometry-benchmark", large, str(arguments.pairs)], check=True)


if __name__ == "__main__":
    main()
