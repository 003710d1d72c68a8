"""Small .npy and .safetensors files written by NumPy and by the safetensors library."""

from pathlib import Path

import numpy as np
import torch
from numpy.lib import format as npy_format
from safetensors.torch import save_file

# Values that a reader's test can state; all are exact in every format.
QUARTERS = (np.arange(6) / 4 - 0.5).reshape(2, 3)
INTEGERS = (np.arange(6) - 2).reshape(2, 3)
BYTES = (np.arange(6) * 51).reshape(2, 3)
EVEN = (np.arange(6) % 2 == 0).reshape(2, 3)

ARRAYS = {
    "f2": QUARTERS.astype("<f2"),
    "f4": QUARTERS.astype("<f4"),
    "f8": QUARTERS.astype("<f8"),
    "u1": BYTES.astype("u1"),
    "i4": INTEGERS.astype("<i4"),
    "i8": INTEGERS.astype("<i8"),
    "b1": EVEN,
    "fortran_f4": np.asfortranarray(QUARTERS.astype("<f4")),
    "big_endian_f4": QUARTERS.astype(">f4"),
    "big_endian_i4": INTEGERS.astype(">i4"),
    "scalar_f8": np.array(2.5, dtype="<f8"),
    "empty_f4": np.zeros((0, 3), dtype="<f4"),
}


def make(folder: Path) -> list[Path]:
    arrays = folder / "npy"
    arrays.mkdir(exist_ok=True)
    paths = []
    for name, array in ARRAYS.items():
        paths.append(arrays / f"{name}.npy")
        np.save(paths[-1], array)
    paths.append(arrays / "version2_f4.npy")
    with paths[-1].open("wb") as file:
        npy_format.write_array(file, QUARTERS.astype("<f4"), version=(2, 0))

    quarters, integers = torch.from_numpy(QUARTERS), torch.from_numpy(INTEGERS)
    paths.append(folder / "tiny.safetensors")
    save_file(
        {
            "f64": quarters.double(),
            "f32": quarters.float(),
            "f16": quarters.half(),
            "bf16": quarters.bfloat16(),
            "i64": integers.long(),
            "u8": torch.from_numpy(BYTES).to(torch.uint8),
            "bool": torch.from_numpy(EVEN),
            "scalar": torch.tensor(2.5),
            "empty": torch.zeros(0, 3),
        },
        paths[-1],
        metadata={"format": "pt"},
    )
    return paths
