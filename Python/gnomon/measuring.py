"""Embeddings of one's own, measured."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any, Union

import numpy

from gnomon import program
from gnomon.figures import Figures

#: An array, a tensor with `detach`, nested lists, or the name of a .npy or safetensors file.
Rows = Union["numpy.typing.ArrayLike", "os.PathLike[str]", str, Any]


def measure(
    h: Rows | None,
    z: Rows | None = None,
    *,
    views: Rows | None = None,
    projection_views: Rows | None = None,
    labels: Rows | None = None,
    temperature: float = 0.2,
    sample: int | None = None,
    drop_nan: bool = False,
) -> Figures:
    """The figures of embeddings.

    Parameters:
        h: N×D embeddings before the head; None where there are projections alone.
        z: N×D projections.
        views: further views of the rows of h, N×D of a second one or N×q×D.
        projection_views: the same for the rows of z.
        labels: N whole numbers from 0, the classes of the rows.
        temperature: of the softmax behind the predicted rank.
        sample: rows that figures of pairs, views and layers are measured on, at most.
        drop_nan: leave out rows that hold NaN or infinity, which are refused otherwise.

    Raises GnomonError with the program's line for what it refuses, and ValueError for an array of objects.
    """
    given = {
        "embeddings": h,
        "projections": z,
        "views": views,
        "projection-views": projection_views,
        "labels": labels,
    }
    arguments = ["geometry", "--json", "--temperature", repr(float(temperature))]
    if sample is not None:
        arguments += ["--sample", str(sample)]
    if drop_nan:
        arguments.append("--drop-nan")
    size = sum(getattr(rows, "nbytes", 0) for rows in given.values())
    with tempfile.TemporaryDirectory(prefix="gnomon-", dir=_place(size)) as folder:
        for option, rows in given.items():
            if rows is not None:
                arguments += [f"--{option}", _file(rows, Path(folder) / f"{option}.npy")]
        document = json.loads(program.output(arguments))
    return Figures(document["layers"])


def _file(rows: Rows, path: Path) -> str:
    """The file of some rows, written to `path` unless they are one already."""
    if isinstance(rows, (str, os.PathLike)):
        return os.fspath(rows)
    array = as_array(rows)
    mapped = numpy.lib.format.open_memmap(path, mode="w+", dtype=array.dtype, shape=array.shape)
    # The program sees the same pages, whether the disk has them yet or not.
    mapped[...] = array
    return str(path)


def _place(size: int) -> str | None:
    """A folder in memory for files of so many bytes, where the system has one with room for twice as much."""
    try:
        is_roomy = shutil.disk_usage("/dev/shm").free > 2 * size
    except OSError:
        return None
    return "/dev/shm" if is_roomy and os.access("/dev/shm", os.W_OK) else None


def as_array(rows: Rows) -> numpy.ndarray:
    """Rows as an array; tensors leave their graph and device. Raises ValueError for objects."""
    if hasattr(rows, "detach"):
        rows = rows.detach().cpu()
        if str(rows.dtype) == "torch.bfloat16":
            rows = rows.float()
        rows = rows.numpy()
    array = numpy.asarray(rows)
    if array.dtype.kind not in "fiub":
        raise ValueError(f"rows of {array.dtype} are no numbers")
    return array
