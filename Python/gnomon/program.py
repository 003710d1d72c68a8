"""The program gnomon as a process."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import warnings
from collections.abc import Sequence
from typing import Any


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


def output(arguments: Sequence[str], files: Sequence[int] = ()) -> str:
    """What the program prints, given open files that it finds under /dev/fd; what it warns of is a warning here.

    Raises GnomonError with its last line where it fails.
    """
    name = find_program()
    # Where this process is killed, the program ends too.
    environment = os.environ | {"GNOMON_PARENT": str(os.getpid())}
    try:
        result = subprocess.run(
            [name, *arguments], capture_output=True, encoding="utf-8", errors="replace", check=False,
            pass_fds=files, env=environment,
        )
    except OSError as error:
        raise GnomonError(f"{name} cannot be started: {error.strerror}") from None
    lines = [line for line in result.stderr.splitlines() if line.strip()]
    if result.returncode != 0:
        reason = lines[-1] if lines else f"gnomon ended with code {result.returncode}"
        raise GnomonError(reason.removeprefix("gnomon: error: "))
    for line in lines:
        if line.startswith("gnomon: warning: "):
            warnings.warn(line.removeprefix("gnomon: warning: "), stacklevel=3)
    return result.stdout


def document(arguments: Sequence[str], files: Sequence[int] = ()) -> Any:
    """What the program prints, as JSON. Raises GnomonError where it fails, and where it prints something else."""
    return parsed(output(arguments, files))


def parsed(text: str) -> Any:
    """JSON that the program printed. Raises GnomonError for anything else."""
    try:
        return json.loads(text)
    except ValueError:
        raise GnomonError(f"{find_program()} is no gnomon, or another version of it: it printed {text[:40]!r}") from None
