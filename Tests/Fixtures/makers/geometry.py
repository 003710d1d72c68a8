"""The measures of geometry by NumPy and SciPy, from matrices of single precision, in float64."""

from pathlib import Path

import numpy as np

from . import dimension, similarity, spectrum, views
from .storage import save

SEED = 2205


def make(folder: Path) -> list[Path]:
    tensors = {}
    for part in (spectrum, views, similarity, dimension):
        tensors |= part.figures(np.random.default_rng(SEED))
    return [save(folder / "spectrum.safetensors", tensors, SEED)]
