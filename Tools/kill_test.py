#!/usr/bin/env python3
"""Nothing is lost: SIGKILL at random moments of a short study, which is started again each time.

At the end, and whenever the study is finished before all kills are spent, everything is compared with
an undisturbed one: figures and weights bit for bit, the logged losses, the database. No temporary file
may stay. A finished study is begun anew until the last kill.

Two kills in three come at a random time after the start, every third when a file is just being written.
One in two takes the study's process alone, whose run must then stop by itself; the other takes all.

usage: Tools/kill-test.sh [--kills 60] [--seed 1] [--train] [--processes 2] [--epochs 20]
                          [--gnomon .build/release/gnomon] [--keep FOLDER]

--train kills single runs of `gnomon train` and `--resume` instead of a study. --processes N kills single runs that N
processes share: one of them at random, whereupon the others must end by themselves, or all.
"""

import argparse
import json
import os
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SETTINGS = {
    "image_size": 16, "width": 4, "head": "mlp:16-8", "train_count": 320, "held_out_count": 60,
    "batch_size": 16, "threads": 1, "log_every": 5, "epochs": 20, "measure_every": 10,
    "measure_budget": 100, "keep": 2, "keep_every": 8,
}
SEEDS = [0, 1]
STRENGTHS = [0.1, 1.0]
LONGEST = 3.0
PATIENCE = 15
CLOCK = {"wall_seconds", "views_per_second", "name"}


def fail(message):
    print(f"kill-test: FAILED: {message}", file=sys.stderr)
    sys.exit(1)


def children_of(parent):
    """The descendants of a process, nearest first."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
    found, waiting = [], [parent]
    while waiting:
        below = parents.get(waiting.pop(0), [])
        found += below
        waiting += below
    return found


def temporary_files(folder):
    return [path for path in folder.rglob("*") if path.name.endswith((".tmp", "-journal"))]


class Study:
    """A small study through `gnomon study`."""

    def __init__(self, gnomon, folder):
        self.gnomon, self.folder = gnomon, folder
        self.file = folder.parent / "kills.yaml"
        settings = "".join(f"  {key}: {json.dumps(value)}\n" for key, value in SETTINGS.items())
        self.file.write_text(
            f"name: kills\nsettings:\n{settings}axes:\n  strength: {STRENGTHS}\n  seed: {SEEDS}\n")

    def command(self):
        return [self.gnomon, "study", str(self.file), "--output", str(self.folder), "--quiet"]

    def victims(self, process, choice, takes_all):
        return [process.pid] + (children_of(process.pid) if takes_all else [])

    def is_finished(self):
        record = self.folder / "study.json"
        if not record.exists():
            return False
        runs = json.loads(record.read_text())["runs"]
        return bool(runs) and all(run["status"] == "finished" for run in runs)


class Run:
    """One run through `gnomon train` and `--resume`; its store is made at the end."""

    def __init__(self, gnomon, folder):
        self.gnomon, self.folder = gnomon, folder
        self.run = folder / "runs" / "only"

    def command(self):
        if (self.run / "config.yaml").exists():
            return [self.gnomon, "train", "--quiet", "--resume", str(self.run)]
        options = [f"--{key.replace('_', '-')}={value}" for key, value in SETTINGS.items()]
        return [self.gnomon, "train", "--quiet", "--output", str(self.run)] + options

    def victims(self, process, choice, takes_all):
        return [process.pid]

    def is_finished(self):
        return (self.run / "summary.json").exists()


class SharedRun(Run):
    """One run that several processes share, each by `gnomon train --continue`; this script starts them together."""

    processes = 2

    def command(self):
        options = [f"--{key.replace('_', '-')}={value}" for key, value in SETTINGS.items()]
        return [sys.executable, __file__, "--launch", str(self.processes), self.gnomon, "train", "--quiet",
                "--continue", "--process-timeout", str(PATIENCE), "--output", str(self.run)] + options

    def victims(self, process, choice, takes_all):
        children = children_of(process.pid)
        return children if takes_all or not children else [choice.choice(children)]


def launch(count, command):
    """Starts a command as so many processes of one job, and ends with the first code that is not 0."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    place = {"WORLD_SIZE": str(count), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    children = [subprocess.Popen(command, env=os.environ | place | {"RANK": str(rank)}) for rank in range(count)]
    codes = [child.wait() for child in children]
    sys.exit(next((1 if code < 0 else code for code in codes if code), 0))


def complete(work):
    """Lets the study go on to its end."""
    for _ in range(3):
        result = subprocess.run(work.command(), capture_output=True, text=True)
        if result.returncode != 0:
            fail(f"{' '.join(work.command())} ended with {result.returncode}: {result.stderr.strip()}")
        if work.is_finished():
            return
    fail("the study says that it is done and is not")


def kill(process, choice, at_a_write, work):
    """Waits, kills, and says whether there was something to kill."""
    deadline = time.monotonic() + choice.uniform(0.02, LONGEST)
    takes_all = choice.random() < 0.5
    while time.monotonic() < deadline and process.poll() is None:
        if at_a_write and temporary_files(work.folder):
            break
        time.sleep(0.002 if at_a_write else 0.02)
    if process.poll() is not None:
        if process.returncode != 0:
            fail(f"the study ended with {process.returncode} on being started again: "
                 f"{process.stderr.read().strip()}")
        return False
    for victim in work.victims(process, choice, takes_all):
        try:
            os.kill(victim, signal.SIGKILL)
        except ProcessLookupError:
            pass
    try:
        # Where all steps are taken, the process of rank 0 measures to the end, alone.
        process.wait(timeout=PATIENCE + 300)
    except subprocess.TimeoutExpired:
        fail("what was left after a kill did not end by itself")
    return True


def figures(folder):
    """What every run computed: figures, losses, and the last checkpoint's bytes."""
    found = {}
    for summary in sorted(folder.glob("runs/*/summary.json")):
        values = {k: v for k, v in json.loads(summary.read_text()).items() if k not in CLOCK}
        run = summary.parent
        lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
        losses = [(line["step"], line["loss"]) for line in lines]
        geometry = (run / "geometry.jsonl").read_text()
        checkpoints = {path.name: path.read_bytes() for path in run.glob("checkpoints/*.safetensors")}
        found[run.name] = (values, losses, geometry, checkpoints)
    return found


def check(work, expected):
    """Compares a finished study with the undisturbed one."""
    if not (work.folder / "store.sqlite").exists():
        subprocess.run([work.gnomon, "store", "rebuild", "--quiet", str(work.folder)], check=True)
    result = subprocess.run(
        [work.gnomon, "store", "check", str(work.folder)], capture_output=True, text=True)
    if result.returncode != 0:
        fail(result.stderr.strip())
    found = figures(work.folder)
    if found.keys() != expected.keys() or not found:
        fail(f"runs {sorted(found)} and not {sorted(expected)}")
    names = ["figures", "losses", "geometry", "checkpoints"]
    for key in expected:
        for name, ours, theirs in zip(names, found[key], expected[key]):
            if name == "checkpoints":  # those after kills lie at other steps; the last is the same
                ours, theirs = (max(part.items()) for part in (ours, theirs))
            if ours != theirs:
                fail(f"{name} of run {key} are not those of the undisturbed one")
    left = temporary_files(work.folder) + list(work.folder.glob("store.sqlite-*"))
    if left:
        fail(f"left over: {', '.join(map(str, left))}")
    database = sqlite3.connect(work.folder / "store.sqlite")
    state = database.execute("PRAGMA integrity_check").fetchall()
    database.close()
    if state != [("ok",)]:
        fail(f"the database is not whole: {state}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--train", action="store_true")
    parser.add_argument("--processes", type=int, help="kill runs that so many processes share")
    parser.add_argument("--epochs", type=int, help="epochs of a run")
    parser.add_argument("--gnomon", default=".build/release/gnomon")
    parser.add_argument("--keep", help="work in this new folder and leave it")
    options = parser.parse_args()
    SETTINGS["epochs"] = options.epochs or SETTINGS["epochs"]
    gnomon = str(Path(options.gnomon).resolve())
    kind = SharedRun if options.processes else Run if options.train else Study
    SharedRun.processes = options.processes or SharedRun.processes
    parent = Path(options.keep or tempfile.mkdtemp(prefix="gnomon-kills-"))
    parent.mkdir(exist_ok=True)
    choice = random.Random(options.seed)

    undisturbed = kind(gnomon, parent / "undisturbed")
    start = time.monotonic()
    complete(undisturbed)
    took = time.monotonic() - start
    expected = figures(undisturbed.folder)
    check(undisturbed, expected)
    print(f"undisturbed: {len(expected)} runs in {took:.1f} s", flush=True)

    kills, rounds, starts = 0, 0, 0
    while kills < options.kills:
        rounds += 1
        work = kind(gnomon, parent / f"killed-{rounds}")
        while kills < options.kills and not work.is_finished():
            starts += 1
            process = subprocess.Popen(
                work.command(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                start_new_session=True)
            kills += kill(process, choice, kills % 3 == 2, work)
            process.stderr.close()
        complete(work)
        check(work, expected)
        print(f"round {rounds}: whole and equal after {kills} kills and {starts} starts", flush=True)
    if not options.keep:
        shutil.rmtree(parent)
    print(f"kill-test: passed: {kills} kills, {rounds} rounds, {time.monotonic() - start:.0f} s")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--launch"]:
        launch(int(sys.argv[2]), sys.argv[3:])
    main()
