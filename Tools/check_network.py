"""Two hosts, as two network namespaces, share a run: check_network.py GNOMON.

- over a veth pair it ends in the bits of two processes of one host, and, to what float32 leaves of it, in the losses of one process;
- with 20 ms each way and 1 % of the packets lost it ends in the same bits, later: by netem, or by Tools/network_link.py where the kernel has none;
- with the link cut both end within the timeout, each with one line, and the checkpoint can be gone on from.

Without root, or where namespaces cannot be made, it says so in one line and is done.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

OPTIONS = ["train", "--image-size", "8", "--width", "4", "--head", "mlp:16-8", "--train-count", "60", "--held-out-count", "30",
           "--batch-size", "12", "--threads", "1", "--precision", "fp32", "--optimizer", "sgd", "--log-every", "1",
           "--figures", "none", "--no-controls", "--gap-steps", "0", "--quiet"]
STEPS = 6
DELAY, LOSS = 0.02, 0.01
TIMEOUT = 6
TOOLS = Path(__file__).resolve().parent


def fail(message: str) -> None:
    sys.exit(f"check-network: FAILED: {message}")


def ip(*words: str, namespace: str | None = None, check: bool = True) -> bool:
    command = ["ip", *(["-n", namespace] if namespace else []), *words]
    return subprocess.run(command, check=check, capture_output=not check).returncode == 0


class Hosts:
    """Two namespaces with a veth pair between them."""

    def __init__(self):
        self.names = [f"gnomon-{os.getpid()}-{letter}" for letter in "ab"]
        self.link = None

    def __enter__(self):
        try:
            for name in self.names:
                ip("netns", "add", name)
                ip("link", "set", "lo", "up", namespace=name)
            ip("link", "add", "fast0", "netns", self.names[0], "type", "veth", "peer", "name", "fast0", "netns", self.names[1])
            for number, name in enumerate(self.names, 1):
                ip("address", "add", f"10.77.0.{number}/24", "dev", "fast0", namespace=name)
                ip("link", "set", "fast0", "up", namespace=name)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.link:
            self.link.terminate()
            self.link.wait()
        for name in self.names:
            ip("netns", "delete", name, check=False)

    def slow_down(self) -> str:
        """Makes a slow link, and says at which address the first host is on it."""
        if all(self.netem(name, "add") for name in self.names):
            return "10.77.0.1"
        for name in self.names:
            self.netem(name, "delete")
        self.link = subprocess.Popen(
            [sys.executable, str(TOOLS / "network_link.py"), *self.names, str(DELAY), str(LOSS)], stdout=subprocess.PIPE, text=True)
        if self.link.stdout.readline() != "ready\n":
            fail("the slow link did not come up")
        return "10.78.0.1"

    @staticmethod
    def netem(name: str, verb: str) -> bool:
        words = ["netem", "delay", f"{DELAY * 1000:g}ms", "loss", f"{LOSS:%}"] if verb == "add" else []
        command = ["tc", "-n", name, "qdisc", verb, "dev", "fast0", "root", *words]
        return bool(shutil.which("tc")) and subprocess.run(command, capture_output=True).returncode == 0

    def start(self, rank: int, address: str, port: int, command: list[str]) -> subprocess.Popen:
        return start(["ip", "netns", "exec", self.names[rank], *command], rank, address, port)


def start(command: list[str], rank: int, address: str, port: int) -> subprocess.Popen:
    place = {"RANK": str(rank), "WORLD_SIZE": "2", "MASTER_ADDR": address, "MASTER_PORT": str(port)}
    return subprocess.Popen(command, env=os.environ | place, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def ends(processes: list[subprocess.Popen], seconds: float) -> list[tuple[int, str]]:
    """Exit codes and what was said, of processes that have so long."""
    deadline = time.monotonic() + seconds
    found = []
    for process in processes:
        try:
            _, said = process.communicate(timeout=max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            for other in processes:
                other.kill()
                other.wait()
            fail(f"a process did not end within {seconds:.0f} s")
        found.append((process.returncode, said.strip()))
    return found


def whole(processes: list[subprocess.Popen], seconds: float, name: str) -> None:
    for code, said in ends(processes, seconds):
        if code != 0:
            fail(f"{name}: a process ended with {code}: {said}")


def losses(run: Path) -> list[float]:
    file = run / "metrics.jsonl"
    return [json.loads(line)["loss"] for line in file.read_text().splitlines()] if file.exists() else []


def bits(run: Path) -> bytes:
    last = (run / "checkpoints/last").read_text().strip()
    return (run / "checkpoints" / f"{last}.safetensors").read_bytes()


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def compare(hosts: Hosts, gnomon: str, folder: Path) -> None:
    def command(name: str) -> list[str]:
        return [gnomon, *OPTIONS, "--steps", str(STEPS), "--process-timeout", "60", "--output", str(folder / name)]

    subprocess.run(command("alone"), check=True, stdout=subprocess.DEVNULL)
    port = free_port()
    whole([start(command("one-host"), rank, "127.0.0.1", port) for rank in range(2)], 60, "one host")

    begin = time.monotonic()
    whole([hosts.start(rank, "10.77.0.1", 29500, command("fast")) for rank in range(2)], 60, "two hosts")
    fast = time.monotonic() - begin
    worst = max(abs(one - two) / abs(one) for one, two in zip(losses(folder / "alone"), losses(folder / "fast"), strict=True))
    # Float32 sums in another order, through 18 layers and the steps.
    if worst > 1e-3 or bits(folder / "fast") != bits(folder / "one-host"):
        fail(f"two hosts: losses differ from one process' by {worst:.1e}, or bits from those of one host")
    print(f"check-network: two hosts: the bits of one host, the losses of one process to {worst:.1e} of their size, {fast:.1f} s")

    address = hosts.slow_down()
    begin = time.monotonic()
    whole([hosts.start(rank, address, 29500, command("slow")) for rank in range(2)], 120, "a slow link")
    slow = time.monotonic() - begin
    if bits(folder / "slow") != bits(folder / "fast") or slow < fast:
        fail(f"a slow link: other bits, or no slower ({slow:.1f} s)")
    how = "Tools/network_link.py" if hosts.link else "netem"
    print(f"check-network: {DELAY * 1000:g} ms each way and {LOSS:.0%} lost ({how}): the same bits, {slow:.1f} s")


def cut(hosts: Hosts, gnomon: str, folder: Path) -> None:
    run = folder / "cut"
    command = [gnomon, *OPTIONS, "--epochs", "100000", "--process-timeout", str(TIMEOUT), "--output", str(run)]
    processes = [hosts.start(rank, "10.77.0.1", 29501, command) for rank in range(2)]
    deadline = time.monotonic() + 60
    # An epoch has five steps; after it there is a checkpoint.
    while len(losses(run)) < 8:
        if time.monotonic() > deadline or any(process.poll() is not None for process in processes):
            fail(f"a run over two hosts did not begin: {ends(processes, 10)}")
        time.sleep(0.05)
    ip("link", "set", "fast0", "down", namespace=hosts.names[0])
    begin = time.monotonic()
    found = ends(processes, TIMEOUT + 20)
    took = time.monotonic() - begin
    for code, said in found:
        if code != 1 or len(said.splitlines()) != 1 or "another process of the run is gone" not in said:
            fail(f"after the cut a process ended with {code}: {said}")
    before = len(losses(run))
    resumed = [gnomon, "train", "--resume", str(run), "--quiet"]
    process = subprocess.Popen(resumed, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while len(losses(run)) <= before and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    process.terminate()
    (code, said), = ends([process], 30)
    if len(losses(run)) <= before:
        fail(f"the run did not go on after the cut: {code} {said}")
    print(f"check-network: link cut: both ended after {took:.1f} s of at most {TIMEOUT}, each with one line, and the run went on")


def main() -> None:
    gnomon = str(Path(sys.argv[1]).resolve())
    if os.geteuid() != 0 or not shutil.which("ip"):
        print("check-network: left out: it needs root and ip")
        return
    folder = Path(tempfile.mkdtemp(prefix="gnomon-network-"))
    try:
        try:
            hosts = Hosts().__enter__()
        except subprocess.CalledProcessError:
            print("check-network: left out: network namespaces cannot be made here")
            return
        try:
            compare(hosts, gnomon, folder)
        finally:
            hosts.__exit__()
        with Hosts() as hosts:
            cut(hosts, gnomon, folder)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
