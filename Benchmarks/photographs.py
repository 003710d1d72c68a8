#!/usr/bin/env python3
"""Writes JPEG files that cost about what photographs cost: soft colour fields, shapes with edges and grain.

    python Benchmarks/photographs.py FOLDER [--count 2000] [--side 400] [--quality 90]

FOLDER/train gets the images in two class folders, FOLDER/val four more. Image i depends on its number alone.
"""
import argparse
import concurrent.futures
import pathlib

import numpy
from PIL import Image, ImageDraw

HELD_OUT = 4


def photograph(number, side):
    random = numpy.random.default_rng(number)
    field = numpy.zeros((side, side, 3))
    for octave in range(2, 7):
        coarse = random.integers(0, 256, (2**octave, 2**octave, 3), dtype=numpy.uint8)
        smooth = Image.fromarray(coarse).resize((side, side), Image.Resampling.BICUBIC)
        field += (numpy.asarray(smooth, dtype=float) - 128) / 1.6 ** (octave - 1)
    image = Image.fromarray(numpy.clip(field + 128, 0, 255).astype(numpy.uint8))
    draw = ImageDraw.Draw(image)
    for _ in range(random.integers(4, 12)):
        left, top = random.integers(-side // 8, side, 2)
        width, height = random.integers(side // 20, side // 2, 2)
        shape = draw.ellipse if random.random() < 0.5 else draw.rectangle
        shape((left, top, left + width, top + height), fill=tuple(map(int, random.integers(0, 256, 3))))
    grain = random.normal(0, 4, (side, side, 1))
    return Image.fromarray(numpy.clip(numpy.asarray(image) + grain, 0, 255).astype(numpy.uint8))


def write(number, folder, side, quality):
    photograph(number, side).save(folder / f"{number:06}.jpg", quality=quality)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--side", type=int, default=400)
    parser.add_argument("--quality", type=int, default=90)
    options = parser.parse_args()
    jobs = []
    for number in range(options.count + HELD_OUT):
        split = "train" if number < options.count else "val"
        folder = options.folder / split / f"class-{number % 2}"
        folder.mkdir(parents=True, exist_ok=True)
        jobs.append((number, folder, options.side, options.quality))
    with concurrent.futures.ProcessPoolExecutor(2) as workers:
        list(workers.map(write, *zip(*jobs), chunksize=50))


if __name__ == "__main__":
    main()
