"""The programs that are compared, and how their runs are read."""

import concurrent.futures
import json
import math
import os
import pathlib
import shutil
import subprocess

import torch

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIBTORCH = pathlib.Path(torch.__file__).parent / "lib"
AT_A_TIME = 6


class Failed(Exception):
    """A program that ended otherwise than it should."""


def folder() -> pathlib.Path | None:
    """Where the programs lie: in a bundle those built with this torch's minor version, else the checkout's own."""
    minor = ".".join(torch.__version__.split(".")[:2])
    candidates = [ROOT / "bin" / minor, ROOT / ".build/release"]
    return next((path for path in candidates if (path / "gnomon").exists()), None)


def environment() -> dict[str, str]:
    """That of the programs: a bundle's libraries, and libtorch's, are not where the programs were built."""
    paths = [str(LIBTORCH), os.environ.get("LD_LIBRARY_PATH", "")]
    if (ROOT / "bin").exists():
        # Behind libtorch's: what it brings along has to stay its own.
        paths.insert(1, str(ROOT / "lib"))
    return os.environ | {
        "LD_LIBRARY_PATH": ":".join(filter(None, paths)), "OMP_WAIT_POLICY": "passive"}


def gnomon(*words, seconds: float = 240) -> str:
    """What it prints. Raises `Failed` with the last line of its errors."""
    command = [str(folder() / "gnomon"), *map(str, words)]
    try:
        result = subprocess.run(
            command, env=environment(), capture_output=True, text=True, timeout=seconds)
    except subprocess.TimeoutExpired:
        raise Failed(f"took more than {seconds} s") from None
    if result.returncode != 0:
        lines = [line for line in result.stderr.splitlines() if line.strip()]
        # A trap's own message stands above where it was.
        telling = [line for line in lines if "rror:" in line] or lines[-1:]
        raise Failed(f"ended with {result.returncode}: {' '.join(telling)[:400]}")
    return result.stdout


def train(run: pathlib.Path, device: str, *settings) -> pathlib.Path:
    """A run, made anew."""
    shutil.rmtree(run, ignore_errors=True)
    gnomon("train", "--device", device, "--quiet", "--log-every", 1, "--output", run, *settings)
    return run


def column(run: pathlib.Path, key: str) -> list[float]:
    """One number of each of a run's steps."""
    lines = (run / "metrics.jsonl").read_text().splitlines()
    return [json.loads(line)[key] for line in lines if key in json.loads(line)]


def moved(run: pathlib.Path, target: pathlib.Path, device: str) -> pathlib.Path:
    """A copy of a run that goes on, or is measured, on another device."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(run, target)
    file = target / "config.yaml"
    lines = [
        f"device: '{device}'" if line.startswith("device:") else line
        for line in file.read_text().splitlines()]
    file.write_text("\n".join(lines) + "\n")
    return target


def difference(left: float | None, right: float | None) -> float:
    """|left − right| over the larger of both, 0 for equal ones, infinite where one is missing."""
    if left == right:
        return 0
    if left is None or right is None or not (math.isfinite(left) and math.isfinite(right)):
        return math.inf
    return abs(left - right) / max(abs(left), abs(right))


def largest(left: list[float], right: list[float]) -> float:
    """The largest relative difference of two rows of numbers."""
    if len(left) != len(right) or not left:
        return math.inf
    return max(map(difference, left, right))


def together(tasks: dict) -> dict:
    """What each of the named functions gives, or the `Failed` that it raised, some at a time."""

    def outcome(task):
        try:
            return task()
        except Failed as failure:
            return failure

    with concurrent.futures.ThreadPoolExecutor(AT_A_TIME) as pool:
        return dict(zip(tasks, pool.map(outcome, tasks.values())))
