"""Writes fixtures with what made them in their metadata."""

import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

PACKAGES = ("torch", "torchvision", "timm", "lightly", "numpy", "scipy", "scikit-learn", "safetensors")


def provenance(seed: int, **notes: str) -> dict[str, str]:
    versions = ", ".join(f"{package} {version(package)}" for package in PACKAGES)
    return {
        "generator": "Tests/Fixtures/make_fixtures.py",
        "seed": str(seed),
        "versions": versions,
    } | notes


def save(path: Path, tensors: dict, seed: int, **notes: str) -> Path:
    """Writes arrays, torch tensors and Python numbers; a Python number becomes a float64 scalar."""
    arrays = {name: np.ascontiguousarray(np.asarray(value)) for name, value in tensors.items()}
    for name, value in tensors.items():
        # ascontiguousarray makes a scalar one-dimensional, and an int would be stored as int64.
        if np.ndim(value) == 0:
            scalar = np.asarray(
                value, dtype=np.float64 if isinstance(value, (int, float)) else None
            )
            arrays[name] = scalar
        if arrays[name].dtype.kind == "f" and not np.isfinite(arrays[name]).all():
            raise ValueError(f"{path.name}: {name} is not finite")
    # One metadata entry, because the order of several differs from one process to the next.
    save_file(
        arrays, path, metadata={"provenance": json.dumps(provenance(seed, **notes), sort_keys=True)}
    )
    return path
