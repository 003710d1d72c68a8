"""The program gnomon as a process."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence


class GnomonError(Exception):
    """What the program refused or could not do, in its own one line."""


def find_program() -> str:
    """The program's path: the environment variable GNOMON, or gnomon in PATH.

    Raises GnomonError where there is none.
    """
    named = os.environ.get("GNOMON")
    found = shutil.which(named or "gnomon")
    if found is None:
        place = f"GNOMON is {named}, which is no program" if named else "gnomon is not in PATH"
        raise GnomonError(f"{place}: build it with make build and set GNOMON to its path")
    return found


def output(arguments: Sequence[str]) -> str:
    """What the program prints. Raises GnomonError with its last line where it fails."""
    result = subprocess.run(
        [find_program(), *arguments], capture_output=True, encoding="utf-8", check=False
    )
    if result.returncode != 0:
        lines = [line for line in result.stderr.splitlines() if line.strip()]
        reason = lines[-1] if lines else f"gnomon ended with code {result.returncode}"
        raise GnomonError(reason.removeprefix("error: ").removeprefix("Error: "))
    return result.stdout
