#!/usr/bin/env python3
"""Views straight from files beside torchvision's ImageFolder with lightly's SimCLR transform and a DataLoader.

    make bench

2,000 JPEG files of 400×400 pixels (Benchmarks/photographs.py) in a temporary folder; an epoch of two views of each,
in batches of 256, in turns with the peer, on two cores: (a) from the folder, read and decoded when they are needed;
(b) from a packed file of the same images, made by `gnomon data convert`; (c) decoding alone. Gnomon brings images to the views'
size first and crops from there; the peer crops from the whole image. Memory is the peak of the process; of the peer's
workers it is what is their own at the end of an epoch. A packed file's mapped pages count to the process, though the system can
take them back.
"""
import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

from training import PEERS, REPOSITORY, Side

BATCH = 256
BUILT = REPOSITORY / ".build/release"


def own(name, mode, kind, path, side):
    return Side(name, BUILT / "loading-benchmark", mode, kind, path, side, BATCH)


def compare(folder, packed, side, pairs):
    peer = Side("ImageFolder, lightly, 2 workers", sys.executable, PEERS / "lightly_folder.py", "--folder",
                folder / "train", "--image-size", side, "--batch", BATCH)
    sides = [own("Gnomon, folder", "stream", "folder", folder, side),
             own("Gnomon, packed", "memory", "packed", packed, side),
             own("Gnomon, folder, decoding alone", "decode", "folder", folder, side), peer]
    for pair in range(pairs):
        for one in sides if pair % 2 == 0 else reversed(sides):
            one.run()
    print(f"\nviews of {side}×{side} from 400×400 JPEGs: {pairs} pairs")
    for one in sides:
        images = [rate / 2 for rate in one.rates()]
        line = f"  {one.name:<32}{statistics.median(images):>8,.0f} images/s  peak {one.peak():>6,.0f} MiB"
        if one is not peer:
            ratios = [mine / theirs for mine, theirs in zip(one.rates(), peer.rates())]
            line += f"  {statistics.median(ratios):.2f}x the peer ({min(ratios):.2f} to {max(ratios):.2f})"
            line += f", memory {one.peak() / peer.peak():.2f}x"
        print(line, flush=True)
        one.end()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--images", type=int, default=2000)
    parser.add_argument("--sides", type=int, nargs="+", default=[96, 224])
    parser.add_argument("--folder", type=pathlib.Path, help="one that photographs.py has written")
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-2:])
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or pathlib.Path(temporary) / "photographs"
        if options.folder is None:
            subprocess.run([sys.executable, REPOSITORY / "Benchmarks/photographs.py", folder, "--count",
                            str(options.images)], check=True)
        for side in options.sides:
            packed = pathlib.Path(temporary) / f"{side}.gnomon"
            subprocess.run([BUILT / "gnomon", "data", "convert", "--dataset", "folder", "--data", folder,
                            "--image-size", str(side), "--output", packed, "--quiet"], check=True)
            compare(folder, packed, side, options.pairs)


if __name__ == "__main__":
    main()
