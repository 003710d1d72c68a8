"""Runs of gnomon train, read."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy

from gnomon import program
from gnomon.figures import Figures, table

#: A pandas.DataFrame where pandas is installed, else columns by name.
Table = Any


@dataclass(frozen=True)
class Run:
    """A run in its folder."""

    #: The folder's name.
    name: str
    #: A row a logged step: step, epoch, loss, ….
    metrics: Table
    #: A row a measured step and layer: step, epoch, layer, n, dimension, and the figures.
    figures: Table
    #: What the run is remembered by; None while it is not finished.
    summary: Mapping[str, Any] | None

    def _repr_html_(self) -> str:
        if self.summary is not None:
            return Figures(self.summary.get("layers", {}))._repr_html_()
        steps = self.metrics["step"]
        return table(["run", "steps logged"], [[self.name, str(len(steps))]])


def read_run(folder: str | os.PathLike[str]) -> Run:
    """What the run in `folder` logged and measured so far.

    Raises GnomonError where there is no run or a file of it is damaged.
    """
    path = Path(folder)
    metrics = _rows(path, [])
    figures = _rows(path, ["--figures"])
    return Run(
        name=path.resolve().name,
        metrics=table_of(metrics, ["step", "epoch"]),
        figures=table_of(figures, ["step", "epoch", "layer", "n", "dimension"]),
        summary=_summary(path / "summary.json"),
    )


def _rows(folder: Path, options: list[str]) -> list[dict[str, Any]]:
    lines = program.output(["metrics", *options, "--format", "jsonl", "--", str(folder)]).splitlines()
    return [program.parsed(line) for line in lines]


def _summary(path: Path) -> Mapping[str, Any] | None:
    if not path.exists():
        return None
    try:
        summary = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise program.GnomonError(f"{path} is damaged: {error}") from None
    if not isinstance(summary, dict):
        raise program.GnomonError(f"{path} is damaged: it is no object")
    return summary


def table_of(rows: list[dict[str, Any]], first: list[str]) -> Table:
    """A column a key, NaN where a row has nothing."""
    keys = list(dict.fromkeys([*first, *(key for row in rows for key in row)]))
    columns = {
        key: numpy.array([_cell(row.get(key)) for row in rows], dtype=_kind(rows, key))
        for key in keys
    }
    try:
        import pandas
    except ImportError:
        return columns
    return pandas.DataFrame(columns)


def _cell(value: Any) -> Any:
    return numpy.nan if value is None else value


def _kind(rows: list[dict[str, Any]], key: str) -> type:
    if key == "layer" or any(isinstance(row.get(key), str) for row in rows):
        return object
    is_whole = key in ("step", "n", "dimension") and all(isinstance(row.get(key), int) for row in rows)
    return numpy.int64 if is_whole else numpy.float64
