"""Embeddings of one's own, measured."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
from typing import Any, BinaryIO, Union

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

    Rows that are left out are a warning. Raises GnomonError with the program's line for what it refuses, and where there is no room for the
    rows; ValueError for an array of objects or with masked values.
    """
    given = {
        "embeddings": ("h", h),
        "projections": ("z", z),
        "views": ("views", views),
        "projection-views": ("projection_views", projection_views),
        "labels": ("labels", labels),
    }
    arguments = ["geometry", "--json", f"--temperature={float(temperature)!r}"]
    if sample is not None:
        arguments.append(f"--sample={sample}")
    if drop_nan:
        arguments.append("--drop-nan")
    names: dict[str, str] = {}
    with contextlib.ExitStack() as files:
        numbers = []
        for option, (name, rows) in given.items():
            if rows is None:
                continue
            if isinstance(rows, (str, os.PathLike)):
                arguments.append(f"--{option}={os.fspath(rows)}")
                continue
            file = files.enter_context(_file(as_array(rows)))
            numbers.append(file.fileno())
            path = f"/dev/fd/{file.fileno()}"
            names[path] = name
            arguments.append(f"--{option}={path}")
        try:
            found = program.document(arguments, numbers)
        except program.GnomonError as error:
            # No shorter number is replaced within a longer one.
            place = re.compile(r"/dev/fd/\d+")
            raise program.GnomonError(place.sub(lambda match: names.get(match[0], match[0]), str(error))) from None
    if not isinstance(found, dict) or "layers" not in found:
        raise program.GnomonError(f"{program.find_program()} is no gnomon, or another version of it")
    return Figures(found["layers"])


def _file(array: numpy.ndarray) -> BinaryIO:
    """A file of an array that has no name, so that nothing is left of it whatever happens: in memory where there is room."""
    for place in ("/dev/shm", None):
        if place is not None and not _is_roomy(place, array.nbytes):
            continue
        file = tempfile.TemporaryFile(dir=place, prefix="gnomon-")
        try:
            numpy.lib.format.write_array(file, array, allow_pickle=False)
            file.flush()
            file.seek(0)
            return file
        except OSError as error:
            file.close()
            reason = error.strerror
    raise program.GnomonError(
        f"no room for {array.nbytes} bytes of rows in {tempfile.gettempdir()}: {reason}; name another folder in TMPDIR"
    )


def _is_roomy(place: str, size: int) -> bool:
    """Whether a folder can be written to and has room for twice as many bytes."""
    try:
        return os.access(place, os.W_OK) and shutil.disk_usage(place).free > 2 * size
    except OSError:
        return False


def as_array(rows: Rows) -> numpy.ndarray:
    """Rows as an array; tensors leave their graph and device. Raises ValueError for objects and masked values."""
    if hasattr(rows, "detach"):
        rows = _of_tensor(rows)
    elif isinstance(rows, (list, tuple)) and any(hasattr(row, "detach") for row in rows):
        rows = numpy.stack([as_array(row) for row in rows])
    if isinstance(rows, numpy.ma.MaskedArray):
        if numpy.ma.is_masked(rows):
            raise ValueError("some rows are masked: fill them, or leave them out")
        rows = rows.data
    array = numpy.asarray(rows)
    if array.dtype.kind not in "fiub":
        raise ValueError(f"rows of {array.dtype} are no numbers")
    return array


def _of_tensor(tensor: Any) -> numpy.ndarray:
    tensor = tensor.detach().cpu()
    if str(tensor.layout) != "torch.strided":
        tensor = tensor.to_dense()
    # What NumPy has no type for: bfloat16, float8.
    if str(tensor.dtype).startswith(("torch.bfloat", "torch.float8")):
        tensor = tensor.float()
    return tensor.resolve_conj().resolve_neg().numpy()
