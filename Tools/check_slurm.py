#!/usr/bin/env python3
"""A study on the Slurm that Tools/check-slurm.sh has made, through all that happens on a cluster.

usage: Tools/check_slurm.py GNOMON FOLDER     (SLURM_CONF names the cluster; FOLDER has its state)

Twelve runs are made by a job array, one of them too long for its time. The process that submitted it is stopped, a second follows the
array; a run is killed; a node is drained and resumed; the controller is started again. Then the study is started once more for the run
that was killed. At the end no run was made twice, the one that met its limit was queued again, and all figures are those of
--executor local, bit for bit.
"""
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

gnomon, work = sys.argv[1], Path(sys.argv[2])
began = time.monotonic()
local, cluster, log = work / "local", work / "cluster", work / "slurmctld.log"
SHORT_SECONDS, LONG_SECONDS = 3, 55

SETTINGS = """\
  image_size: 16
  width: 4
  head: mlp:16-8
  train_count: 320
  held_out_count: 60
  batch_size: 16
  threads: 1
  log_every: 5
  checkpoint_every: 5
  figures: rankme
  controls: false
"""


def say(text):
    print(f"check-slurm: {time.monotonic() - began:5.0f} s: {text}", flush=True)


def fail(text):
    print(f"check-slurm: FAILED: {text}", file=sys.stderr)
    print((work / "said.txt").read_text() if (work / "said.txt").exists() else "", file=sys.stderr)
    sys.exit(1)


def slurm(*words):
    """What one of Slurm's programs says; a machine that does much else may keep it waiting."""
    for _ in range(5):
        answer = subprocess.run(words, capture_output=True, text=True)
        if answer.returncode == 0:
            return answer.stdout
        time.sleep(1)
    fail(f"{' '.join(words)}: {answer.stderr.strip()}")


def wait_for(what, condition, seconds=90):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.1)
    fail(f"waited {seconds} seconds for {what}")


def epochs_for(seconds, speed):
    return max(5, round(seconds * speed / 20))


def write_study():
    """Writes the study, with runs that take seconds on this machine, whatever it is."""
    (work / "probe.yaml").write_text(SETTINGS.replace("  ", "", 1).replace("\n  ", "\n") + "epochs: 15\n")
    subprocess.run(
        [gnomon, "train", "--config", work / "probe.yaml", "--output", work / "probe", "--quiet"],
        check=True, stdout=subprocess.DEVNULL)
    lines = [json.loads(line) for line in (work / "probe/metrics.jsonl").read_text().splitlines()]
    speed = lines[-1]["views_per_second"] / 32
    short, long = epochs_for(SHORT_SECONDS, speed), epochs_for(LONG_SECONDS, speed)
    (work / "study.yaml").write_text(
        f"name: cluster\nsettings:\n{SETTINGS}"
        f"axes:\n  epochs: [{long}]\n  seed: [0]\n"
        f"include:\n  - {{epochs: {short}, seed: {list(range(1, 12))}}}\n")
    return speed


def study(*words):
    said = open(work / "said.txt", "a")
    return subprocess.Popen(
        [gnomon, "study", work / "study.yaml", "--output", cluster, "--executor", "slurm", "--time", "1",
         "--array-limit", "2", *words], stdout=subprocess.DEVNULL, stderr=said)


def said():
    return (work / "said.txt").read_text()


def training(of):
    """The processes of the cluster's runs, by their folders' names."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        runs = [word for word in words if word.startswith(str(cluster / "runs"))]
        if len(words) > 1 and words[1] == "train" and runs and of in runs[0]:
            found[Path(runs[0]).name] = int(path.parent.name)
    return found


def restart_controller():
    pid = int((work / "slurmctld.pid").read_text())
    os.kill(pid, signal.SIGTERM)
    wait_for("the controller to end", lambda: not (work / "slurmctld.pid").exists()
             or not Path(f"/proc/{pid}/exe").exists())
    time.sleep(3)
    subprocess.run(["slurmctld", "-i"], check=True, capture_output=True)


def figures(folder):
    """Everything measured, without what a clock says."""
    found = {}
    for path in Path(folder).glob("runs/*/summary.json"):
        summary = json.loads(path.read_text())
        for key in ("wall_seconds", "views_per_second"):
            summary.pop(key, None)
        lines = [json.loads(line) for line in (path.parent / "metrics.jsonl").read_text().splitlines()]
        found[path.parent.name] = summary, [(line["step"], line["loss"]) for line in lines]
    return found


speed = write_study()
subprocess.run([gnomon, "study", work / "study.yaml", "--output", local, "--jobs", "2", "--threads", "1", "--quiet"],
               check=True, stdout=subprocess.DEVNULL)
say(f"12 runs by --executor local ({speed:.0f} steps a second)")

# Ctrl-C at the process that submitted; a second one follows.
first = study()
long = wait_for("the long run", lambda: training("seed-0_"))
first.send_signal(signal.SIGINT)
if first.wait() != 130 or "the runs go on in job" not in said():
    fail("an interrupted study did not say that its runs go on")
second = study()
wait_for("the second call", lambda: "following job" in said())
say("the first call was interrupted, the second follows its job")

# A run is killed.
def short():
    return {key: pid for key, pid in training("epochs-").items() if key not in long}

killed, pid = next(iter(wait_for("a short run", short).items()))
os.kill(pid, signal.SIGKILL)
say(f"killed {killed}")

# A node is drained: what runs goes on, nothing new begins there.
node = slurm("squeue", "--noheader", "--states=running", "--format=%N %K")
node = next((line.split()[0] for line in node.splitlines() if line.split()[-1] != "0"), "two")
slurm("scontrol", "update", f"NodeName={node}", "State=DRAIN", "Reason=check")
wait_for("the node to be drained", lambda: "drained" in slurm(
    "sinfo", "--noheader", "--nodes", node, "--format=%T"))
for _ in range(4):
    time.sleep(1)
    if slurm("squeue", "--noheader", "--states=running", f"--nodelist={node}"):
        fail("a drained node makes runs")
slurm("scontrol", "update", f"NodeName={node}", "State=RESUME")
say(f"node {node} was drained and resumed")

restart_controller()
say("the controller was started again")

# The long run meets its time limit and waits in the queue, two minutes unless somebody lets it begin at once.
def requeued():
    return re.findall(r"Requeuing JobId=(\d+_0)\b", log.read_text())

job = wait_for("the run that meets its time limit", requeued, 120)[-1]
say(f"the long run met its time limit: job {job} was queued again")
while second.poll() is None:
    waits = slurm("squeue", "--noheader", "--array", "--states=pending", "--format=%i %r")
    for line in waits.splitlines():
        name, reason = line.split(maxsplit=1)
        if reason == "BeginTime":
            slurm("scontrol", "update", f"JobId={name}", "StartTime=now")
    time.sleep(1)
if second.returncode != 1 or "1 of 12 runs failed" not in said() or "killed by signal 9" not in said():
    fail("the run that was killed is not the one that failed")
say("11 runs are finished, and the killed one is reported")

third = study()
if third.wait() != 0:
    fail("the study does not go on")

starts = re.findall(r"(?:Allocate|Started) JobId=(\d+)_(\d+)", log.read_text())
requeues = requeued()
arrays = sorted({job for job, _ in starts}, key=int)
if len(arrays) != 2:
    fail(f"there were {len(arrays)} arrays")
counts = {place: starts.count((arrays[0], str(place))) for place in range(12)}
if counts != {place: 1 + (len(requeues) if place == 0 else 0) for place in range(12)}:
    fail(f"runs were begun this often: {counts}, with {len(requeues)} requeues")
if starts.count((arrays[1], "0")) != 1 or len(starts) != 13 + len(requeues):
    fail("the second array made more than the run that was left")
if figures(local) != figures(cluster) or len(figures(cluster)) != 12:
    fail("the figures differ from those of --executor local")
record = json.loads((cluster / "study.json").read_text())
if any(run["status"] != "finished" for run in record["runs"]) or record != json.loads((local / "study.json").read_text()):
    fail("study.json differs from that of --executor local")
if (cluster / "slurm").exists():
    fail("the study's folder still has a folder slurm")
say(f"passed: 12 runs, {len(starts)} jobs begun, {len(requeues)} queued again, all figures those of --executor local, bit for bit")
