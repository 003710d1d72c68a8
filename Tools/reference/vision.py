"""Imports torchvision beside any torch wheel.

The torchvision wheel on PyPI is linked against CUDA. Beside a CPU torch its extension does not
load, and torchvision then fails on import because it describes two operators that the extension
would have declared. Neither is needed here, so both are declared first, without a kernel.
"""

import ctypes
import importlib.util
from pathlib import Path

import torch


def _extension_loads() -> bool:
    package = importlib.util.find_spec("torchvision")
    if package is None or package.origin is None:
        raise SystemExit("torchvision is missing: pip install -r Tools/requirements-fixtures.txt")
    try:
        for extension in Path(package.origin).parent.glob("_C*.so"):
            ctypes.CDLL(str(extension))
    except OSError:
        return False
    return True


if not _extension_loads():
    # Kept in a module variable: the declarations live as long as the library object.
    declarations = torch.library.Library("torchvision", "DEF")
    for operator in ("nms", "qnms"):
        declarations.define(
            f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
        )

import torchvision  # noqa: E402, F401
