#!/usr/bin/env python3
"""A training step of several processes of one thread beside one of one process with as many threads, in turns.

    Benchmarks/processes.py [--processes 2] [--width 64] [--views 128] [--steps 5] [--pairs 7]

ResNet-18 with the small stem, bf16, channels-last, AdamW, as in Benchmarks/training.py. The views are those of all processes together. A ratio is the
rate of the processes over that of the one within a pair; the median is printed with the smallest and the largest.
"""
import argparse
import socket
import statistics

from training import PROGRAM, Side


class Processes:
    """Processes that take a step together: what one of them answers is late by what it waits for the others."""

    def __init__(self, name, count, *command):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.name = name
        self.seconds, self.views = [], []
        place = {"WORLD_SIZE": str(count), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)} if count > 1 else {}
        self.sides = [StartedSide(name, command, place | ({"RANK": str(rank)} if place else {})) for rank in range(count)]
        for side in self.sides:
            side.read()

    def run(self):
        for side in self.sides:
            side.process.stdin.write("run\n")
            side.process.stdin.flush()
        answers = [side.read() for side in self.sides]
        self.seconds.append(max(answer["seconds"] for answer in answers))
        self.views.append(sum(answer["views"] for answer in answers))

    def rates(self):
        return [views / seconds for views, seconds in zip(self.views, self.seconds)]

    def forget(self):
        self.seconds.clear()
        self.views.clear()

    def end(self):
        for side in self.sides:
            side.process.stdin.close()
        for side in self.sides:
            side.process.wait()


class StartedSide(Side):
    """A side that is not waited for before the others are started."""

    def __init__(self, name, command, environment):
        self.is_started = False
        super().__init__(name, *command, **environment)
        self.is_started = True

    def read(self):
        return super().read() if self.is_started else None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--width", type=int, default=64)
    parser.add_argument("--views", type=int, default=128)
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--pairs", type=int, default=7)
    options = parser.parse_args()
    count = options.processes
    step = [PROGRAM, "step", options.width, options.views, options.steps]
    sides = [
        Processes(f"1 process, {count} threads", 1, *step, "--threads", count),
        Processes(f"{count} processes, 1 thread each", count, *step, "--threads", 1),
        Processes("the same, batch norm of each's own", count, *step, "--threads", 1, "--batch-norm", "own"),
    ]
    for side in sides:
        side.run()
        side.forget()
    for pair in range(options.pairs):
        for side in sides if pair % 2 == 0 else reversed(sides):
            side.run()
    print(f"step, width {options.width}, {options.views} views: {options.pairs} pairs")
    for side in sides:
        ratios = [own / one for own, one in zip(side.rates(), sides[0].rates())]
        print(f"  {side.name:<36}{statistics.median(side.rates()):>9,.1f} views/s  "
              f"{statistics.median(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f})")
        side.end()


if __name__ == "__main__":
    main()
