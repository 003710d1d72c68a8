#!/usr/bin/env python3
"""Bytes that each of several processes of a run sends in a step, beside the model of Docs/Scaling.md.

    Benchmarks/wire.py [--processes 2 4]

A ResNet-18 of width 16 with the usual head, 64 samples of two views, in a network namespace of its own, where nothing else sends: what crosses its
loopback device in runs of 2 and of 10 steps, by their difference. Needs Linux, `unshare` and `ip`, and the right to make namespaces.
"""
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

GNOMON = pathlib.Path(__file__).resolve().parent.parent / ".build/release/gnomon"
STEPS = (2, 10)
SAMPLES, VIEWS = 64, 2
# Parameters of the encoder and of the head, channels of all batch norms, length of z.
ENCODER, HEAD, CHANNELS, LENGTH = 700_176, 24_768, 1_200, 64


def sent():
    for line in pathlib.Path("/proc/net/dev").read_text().splitlines():
        name, _, figures = line.strip().partition(":")
        if name == "lo":
            return int(figures.split()[8])
    raise RuntimeError("no loopback device")


def run(processes, steps, folder):
    before = sent()
    command = [GNOMON, "train", "--width", "16", "--batch-size", str(SAMPLES), "--steps", str(steps), "--train-count", "1000",
               "--held-out-count", "100", "--figures", "none", "--threads", "1", "--quiet", "--output", f"{folder}/{processes}-{steps}"]
    place = {"WORLD_SIZE": str(processes), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "29500", "OMP_WAIT_POLICY": "passive"}
    started = [subprocess.Popen(command, env=os.environ | place | {"RANK": str(rank)}, stdout=subprocess.DEVNULL) for rank in range(processes)]
    if any([one.wait() != 0 for one in started]):
        raise RuntimeError("a process failed")
    return sent() - before


def model(processes):
    gradients = 8 * (ENCODER + HEAD)
    rows = 2 * 4 * VIEWS * SAMPLES * LENGTH
    statistics = 64 * CHANNELS
    return (gradients + rows + statistics) * (processes - 1) / processes


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--processes", type=int, nargs="+", default=[2, 4])
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not options.inside:
        inner = [sys.executable, __file__, "--inside", "--processes", *map(str, options.processes)]
        return subprocess.run(["unshare", "--map-root-user", "--net", *inner]).returncode
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    with tempfile.TemporaryDirectory() as folder:
        for count in options.processes:
            few, many = (run(count, steps, folder) for steps in STEPS)
            found = (many - few) / (STEPS[1] - STEPS[0]) / count
            print(f"{count} processes: {found / 1e6:.3f} MB a step from each, {model(count) / 1e6:.3f} by the model "
                  f"({100 * (found / model(count) - 1):+.1f} %)", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
