"""Small images of four classes, on which what Gnomon exports is checked."""

from pathlib import Path

import numpy as np


def write_images(folder: Path) -> None:
    """Writes 64 images to train on and 40 held-out ones, as dataset numpy reads them, to a new folder."""
    folder.mkdir()
    random = np.random.default_rng(5)
    for split, count in (("train", 64), ("test", 40)):
        coarse = random.integers(0, 256, (count, 8, 8, 3), dtype=np.uint8)
        np.save(folder / f"x_{split}.npy", coarse.repeat(4, 1).repeat(4, 2))
        np.save(folder / f"y_{split}.npy", np.arange(count) % 4)
