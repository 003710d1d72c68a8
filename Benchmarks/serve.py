#!/usr/bin/env python3
"""gnomon serve under load: serve.py [--gnomon PROGRAM] [pages] [load], both unless one is named.

pages: 2,000 runs of 500 logged points, made up; milliseconds of the first page and of a comparison of 20 runs, and the server's memory.
load: 200 open streams and 50 requests a second (wrk, of the package of that name) beside a run that trains, and the same run without
them, in alternating pairs; errors, lost events, the server's processor time, and how much slower the run was.
"""

import argparse
import json
import math
import os
import re
import signal
import socket
import statistics
import subprocess
import tempfile
import threading
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

FIGURES = {"effective_rank": 20.0, "knn_top1": 0.6, "invariance": 0.4, "uniformity": -2.5}


def make_run(folder: Path, number: int, points: int) -> None:
    folder.mkdir(parents=True)
    strength = round(0.05 + number % 20 / 20, 2)
    (folder / "config.yaml").write_text(
        f"dataset: sprites\nencoder: resnet18\nbatch_size: 256\nviews: 2\nsteps: {10 * points}\nseed: {number // 20}\nstrength: {strength}\n")
    with (folder / "metrics.jsonl").open("w") as lines:
        for point in range(1, points + 1):
            lines.write(json.dumps({
                "step": 10 * point, "epoch": point / 10, "loss": 5 * math.exp(-point / 100) + strength, "learning_rate": 0.001,
                "views_per_second": 900.0, "contrastive_top1": 1 - math.exp(-point / 80)}) + "\n")
    layers = [{"layer": layer, "n": 2000, "dimension": 128, "spectrum": [-place / 20 for place in range(128)], **FIGURES}
              for layer in ("h", "head.1", "z")]
    with (folder / "geometry.jsonl").open("w") as lines:
        for epoch in range(0, 51, 10):
            for layer in layers:
                lines.write(json.dumps({"step": 100 * epoch, "epoch": epoch, **layer}) + "\n")
    (folder / "summary.json").write_text(json.dumps({
        "schema": 1, "name": folder.name, "config": {"strength": strength}, "epochs": 50, "steps": 10 * points,
        "final_loss": strength, "wall_seconds": 60.0, "views_per_second": 900.0,
        "layers": {layer["layer"]: {key: value for key, value in layer.items() if key != "layer"} for layer in layers}}))


def memory(process: int, field: str = "VmRSS") -> float:
    """In MiB."""
    text = Path(f"/proc/{process}/status").read_text()
    return int(re.search(rf"{field}:\s+(\d+)", text).group(1)) / 1024


def processor_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def server(gnomon: str, folder: Path, *options: str):
    started = subprocess.Popen([gnomon, "serve", str(folder), "--port", "0", *options], stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, text=True)
    try:
        yield started.stdout.readline().strip().rstrip("/"), started.pid
    finally:
        started.send_signal(signal.SIGINT)
        started.wait(timeout=60)


def fetch(address: str) -> tuple[bytes, float]:
    began = time.perf_counter()
    with urllib.request.urlopen(address) as answer:
        body = answer.read()
    return body, 1000 * (time.perf_counter() - began)


def measure_pages(gnomon: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "runs"
        for number in range(2000):
            make_run(folder / f"run-{number:04d}", number, 500)
        with server(gnomon, folder) as (address, process):
            while True:
                runs = json.loads(fetch(address + "/api/v1/runs?per_page=500")[0])
                if runs["complete"] and runs["total"] == 2000:
                    break
                time.sleep(0.2)
            chosen = ",".join(run["id"] for run in runs["runs"][:20])
            print(f"2,000 runs are known with {memory(process):.0f} MiB")
            for title, path in {
                "first page": "/", "by a figure, page 20": "/?sort=h.effective_rank&columns=strength,h.effective_rank,loss&page=20",
                "compare 20 runs": f"/compare?runs={chosen}", "its charts": f"/compare/charts.json?runs={chosen}",
                "2,000 runs as points": "/scatter?x=strength&y=h.effective_rank",
            }.items():
                times = []
                for turn in range(7):
                    # Another address each time: what is kept of a page must not be what is measured.
                    separator = "&" if "?" in path else "?"
                    times.append(fetch(f"{address}{path}{separator}turn={turn}")[1])
                print(f"{title}: {times[0]:.0f} ms the first time, then {statistics.median(times[1:]):.0f} ms, at most {max(times[1:]):.0f} ms")
            time.sleep(90)
            print(f"a minute and a half later, while the store is filled: {memory(process):.0f} MiB, at most {memory(process, 'VmHWM'):.0f} MiB; "
                  f"first page {fetch(address + '/?turn=x')[1]:.0f} ms")


class Streams:
    """Open streams of events, each read to the end."""

    def __init__(self, address: str, count: int) -> None:
        host, port = address.removeprefix("http://").split(":")
        self.sockets, self.changes, self.closed = [], [0] * count, 0
        self.isOver = False
        for _ in range(count):
            stream = socket.create_connection((host, int(port)))
            stream.sendall(b"GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
            self.sockets.append(stream)
        self.thread = threading.Thread(target=self.read)
        self.thread.start()

    def read(self) -> None:
        import selectors
        selector = selectors.DefaultSelector()
        for place, stream in enumerate(self.sockets):
            selector.register(stream, selectors.EVENT_READ, place)
        while not self.isOver:
            for key, _ in selector.select(0.2):
                data = key.fileobj.recv(1 << 16)
                if not data:
                    self.closed += 1
                    selector.unregister(key.fileobj)
                self.changes[key.data] += data.count(b"event: change")

    def end(self) -> None:
        self.isOver = True
        self.thread.join()
        for stream in self.sockets:
            stream.close()


WRK = """
local places = { "/", "/api/v1/runs", "/studies", "/assets/style.css", "/runs/RUN", "/runs/RUN/charts.json", "/api/v1/runs/RUN" }
local turn = 0
request = function() turn = turn + 1; return wrk.format("GET", places[turn % #places + 1]) end
delay = function() return 200 end
done = function(summary)
  local errors = summary.errors
  print(string.format("wrk %d requests, %d with a status of error, %d others", summary.requests, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout))
end
"""


def train(gnomon: str, run: Path, steps: int) -> float:
    began = time.perf_counter()
    subprocess.run(
        [gnomon, "train", "--output", str(run), "--dataset", "sprites", "--image-size", "16", "--train-count", "2048",
         "--held-out-count", "64", "--encoder", "resnet18", "--width", "16", "--head", "mlp:64-32", "--batch-size", "128",
         "--steps", str(steps), "--gap-steps", "0", "--no-controls", "--figures", "none", "--threads", "1", "--quiet"],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - began


def measure_load(gnomon: str, pairs: int, steps: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_run(folder / "runs/known", 1, 500)
        slower = []
        for pair in range(pairs):
            alone = train(gnomon, folder / f"alone-{pair}", steps)
            with server(gnomon, folder / "runs", "--no-store") as (address, process):
                while not (runs := json.loads(fetch(address + "/api/v1/runs")[0])["runs"]):
                    time.sleep(0.1)
                script = folder / "requests.lua"
                script.write_text(WRK.replace("RUN", runs[0]["id"]))
                streams = Streams(address, 200)
                used = processor_seconds(process)
                began = time.perf_counter()
                wrk = subprocess.Popen(["wrk", "-t1", "-c10", "-d", f"{int(alone) + 60}s", "-s", str(script), address],
                                       stdout=subprocess.PIPE, text=True)
                loaded = train(gnomon, folder / f"runs/trained-{pair}", steps)
                while time.perf_counter() - began < 60:
                    time.sleep(1)
                lasted = time.perf_counter() - began
                wrk.send_signal(signal.SIGINT)
                said = wrk.communicate()[0]
                used = processor_seconds(process) - used
                time.sleep(3)
                streams.end()
                found = re.search(r"wrk (\d+) requests, (\d+) with a status of error, (\d+) others", said)
                requests, refused, broken = map(int, found.groups())
                slower.append(100 * (loaded / alone - 1))
                print(f"pair {pair + 1}: {alone:.1f} s alone, {loaded:.1f} s beside it, {slower[-1]:+.1f} %; {requests / lasted:.0f} requests a second, "
                      f"{refused} refused, {broken} broken; {len(streams.sockets)} streams, {streams.closed} closed, {min(streams.changes)} to "
                      f"{max(streams.changes)} events each; the server had {100 * used / lasted:.1f} % of a processor, {memory(process):.0f} MiB",
                      flush=True)
        print(f"slower by {statistics.median(slower):+.1f} % in the median of {pairs} pairs ({min(slower):+.1f} to {max(slower):+.1f})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", choices=[[], "pages", "load"])
    parser.add_argument("--gnomon", default=".build/release/gnomon")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--steps", type=int, default=150)
    options = parser.parse_args()
    parts = options.parts or ["pages", "load"]
    if "pages" in parts:
        measure_pages(options.gnomon)
    if "load" in parts:
        measure_load(options.gnomon, options.pairs, options.steps)


if __name__ == "__main__":
    main()
