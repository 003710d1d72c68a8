"""A slow, lossy link between two network namespaces: network_link.py FIRST SECOND DELAY LOSS [SEED].

Each namespace gets a device `slow0` with the address 10.78.0.1/24 or 10.78.0.2/24. A packet that goes into one comes out of the other DELAY seconds later, or,
with probability LOSS, never. It prints `ready`, and goes on until it is ended. For kernels without netem.
"""

import ctypes
import fcntl
import heapq
import os
import random
import selectors
import struct
import subprocess
import sys
import time

CLONE_NEWNET = 0x40000000
TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000
NAME = "slow0"


def device(namespace: str, address: str) -> int:
    """A tun device in a namespace, opened here."""
    libc = ctypes.CDLL(None, use_errno=True)
    home = os.open("/proc/self/ns/net", os.O_RDONLY)
    there = os.open(f"/run/netns/{namespace}", os.O_RDONLY)
    if libc.setns(there, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), f"cannot enter the namespace {namespace}")
    try:
        descriptor = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(descriptor, TUNSETIFF, struct.pack("16sH", NAME.encode(), IFF_TUN | IFF_NO_PI))
        subprocess.run(["ip", "address", "add", f"{address}/24", "dev", NAME], check=True)
        subprocess.run(["ip", "link", "set", NAME, "txqueuelen", "5000", "up"], check=True)
    finally:
        libc.setns(home, CLONE_NEWNET)
        os.close(there)
        os.close(home)
    return descriptor


def main() -> None:
    first, second, delay, loss = sys.argv[1], sys.argv[2], float(sys.argv[3]), float(sys.argv[4])
    choice = random.Random(int(sys.argv[5]) if len(sys.argv) > 5 else 1)
    ends = [device(first, "10.78.0.1"), device(second, "10.78.0.2")]
    selector = selectors.DefaultSelector()
    for index, end in enumerate(ends):
        selector.register(end, selectors.EVENT_READ, ends[1 - index])
    print("ready", flush=True)
    waiting: list[tuple[float, int, int, bytes]] = []
    number = 0
    while True:
        now = time.monotonic()
        while waiting and waiting[0][0] <= now:
            _, _, to, packet = heapq.heappop(waiting)
            try:
                os.write(to, packet)
            except OSError:
                pass  # a queue that is full drops a packet, as any router
        patience = max(0.0, waiting[0][0] - now) if waiting else None
        for key, _ in selector.select(patience):
            while True:
                try:
                    packet = os.read(key.fd, 65536)
                except BlockingIOError:
                    break
                if choice.random() >= loss:
                    number += 1
                    heapq.heappush(waiting, (time.monotonic() + delay, number, key.data, packet))


if __name__ == "__main__":
    main()
