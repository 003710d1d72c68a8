#!/usr/bin/env python3
"""What torchvision and SciPy make of the images and matrices of the augmentations' tests.

    pip install torch==2.13.0 torchvision==0.28.0 numpy scipy
    python Tests/Fixtures/augmentations.py

writes augmentations.safetensors beside itself: versions and seed in its metadata; images as uint8
height×width×3, results as float16 height×width×3 from 0 to 1, crops as uint8 (width, height, x, y).
"""
import json
import math
import pathlib
import platform
import random

import numpy
import scipy
import scipy.linalg
import torch

if torch.version.cuda is None:
    # PyPI's torchvision is built for CUDA. Beside a torch without it, only its box operators are
    # missing; transforms use none of them, but importing the package asks for their names.
    for name in ("nms", "qnms"):
        torch.library.define(
            f"torchvision::{name}", "(Tensor boxes, Tensor scores, float threshold) -> Tensor")
import torchvision
from torchvision.transforms import InterpolationMode, RandomResizedCrop
from torchvision.transforms import functional as F

SEED = 20240611
random.seed(SEED)
numpy.random.seed(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)


def photograph(height, width, octaves=5):
    """Noise of all scales, like a photograph's spectrum, with coloured edges over it."""
    image = torch.zeros(1, 3, height, width)
    for octave in range(octaves):
        cells = 2 ** (octave + 1)
        noise = torch.rand(1, 3, cells, cells) - 0.5
        image += torch.nn.functional.interpolate(
            noise, (height, width), mode="bicubic", align_corners=False) / 1.6 ** octave
    rows = torch.linspace(-1, 1, height)[:, None]
    columns = torch.linspace(-1, 1, width)[None, :]
    for _ in range(6):
        angle, shift = torch.rand(1) * 2 * math.pi, torch.rand(1) - 0.5
        side = (columns * torch.cos(angle) + rows * torch.sin(angle) > shift).float()
        image += side * (torch.rand(1, 3, 1, 1) - 0.5) * 0.6
    image = (image - image.min()) / (image.max() - image.min())
    return (image[0] * 255).round().to(torch.uint8)


tensors = {}


def add(name, image):
    array = image.permute(1, 2, 0).contiguous().numpy()
    tensors[name] = array if array.dtype == numpy.uint8 else array.astype(numpy.float16)


large = photograph(96, 128)
small = photograph(32, 32)
add("large", large)
add("small", small)
large, small = large.float() / 255, small.float() / 255

# top, left, height, width, side
for number, box in enumerate([(10, 20, 70, 60, 32), (40, 64, 15, 20, 32), (0, 0, 96, 128, 24)]):
    top, left, height, width, side = box
    add(f"crop.{top}.{left}.{height}.{width}",
        F.resized_crop(large, top, left, height, width, [side, side], antialias=True))
add("flip", F.hflip(small))
for factor in (0.4, 1.5):
    add(f"brightness.{factor}", F.adjust_brightness(small, factor))
    add(f"contrast.{factor}", F.adjust_contrast(small, factor))
    add(f"saturation.{factor}", F.adjust_saturation(small, factor))
for turn in (-0.2, -0.1, 0.05, 0.1, 0.2):
    add(f"hue.{turn}", F.adjust_hue(small, turn))
add("grey", F.rgb_to_grayscale(small, num_output_channels=3))
for sigma in (0.3, 1.0, 2.0):
    add(f"blur.{sigma}", F.gaussian_blur(small, [23, 23], [sigma, sigma]))
add("solarise", F.solarize(small, 0.5))
add("rotation.25", F.rotate(small, 25, InterpolationMode.BILINEAR))

crops = [RandomResizedCrop.get_params(large, (0.08, 1.0), (3 / 4, 4 / 3)) for _ in range(20_000)]
tensors["crops"] = numpy.array(
    [(width, height, left, top) for top, left, height, width in crops], dtype=numpy.uint8)

elements = numpy.random.normal(size=(12, 3, 3))
elements[:, 2] = 0
elements[6:] *= 3
tensors["algebra"] = elements[:, :2]
tensors["exponentials"] = numpy.stack([scipy.linalg.expm(g) for g in elements])[:, :2]

metadata = {
    "seed": str(SEED), "python": platform.python_version(), "torch": torch.__version__,
    "torchvision": torchvision.__version__, "numpy": numpy.__version__, "scipy": scipy.__version__,
}
KINDS = {"uint8": "U8", "float16": "F16", "float64": "F64"}
header, offset = {"__metadata__": metadata}, 0
# Larger elements first, so that each tensor is aligned.
ordered = sorted(tensors.items(), key=lambda item: (-item[1].itemsize, item[0]))
for name, array in ordered:
    header[name] = {"dtype": KINDS[str(array.dtype)], "shape": list(array.shape),
                    "data_offsets": [offset, offset + array.nbytes]}
    offset += array.nbytes
text = json.dumps(header, separators=(",", ":")).encode()
text += b" " * (-len(text) % 8)
path = pathlib.Path(__file__).with_suffix(".safetensors")
with open(path, "wb") as file:
    file.write(len(text).to_bytes(8, "little"))
    file.write(text)
    for _, array in ordered:
        file.write(numpy.ascontiguousarray(array).tobytes())
print(f"{path}: {path.stat().st_size} bytes, {len(tensors)} tensors")
