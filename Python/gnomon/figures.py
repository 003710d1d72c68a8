"""What was measured, as mappings."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from typing import Any


class LayerFigures(Mapping[str, float]):
    """The scalar figures of one layer by their keys, with what stands beside them."""

    #: The number of embeddings.
    n: int
    #: The number of coordinates of an embedding.
    dimension: int
    #: log10 of the falling singular values of the row-normalised, centred embeddings.
    spectrum: list[float]
    #: How each figure was computed, by its key.
    conventions: dict[str, dict[str, Any]]
    #: The same figures of each control, such as "gaussian", by the control's name and the figure's key.
    controls: dict[str, dict[str, float]]

    def __init__(self, document: Mapping[str, Any]) -> None:
        """Reads a layer as the program's JSON has it."""
        self.n = document["n"]
        self.dimension = document["dimension"]
        self.spectrum = list(document.get("spectrum", []))
        self.conventions = dict(document.get("conventions", {}))
        self.controls = {name: dict(values) for name, values in document.get("controls", {}).items()}
        self._values: dict[str, float] = {}
        beside = {"n", "dimension", "layer", "spectrum", "conventions", "controls"}
        for key, value in document.items():
            if key in beside:
                continue
            if isinstance(value, Mapping):
                self._values.update({f"{key}.{member}": number for member, number in value.items()})
            else:
                self._values[key] = value

    def __getitem__(self, key: str) -> float:
        return self._values[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"LayerFigures(n={self.n}, dimension={self.dimension}, {self._values!r})"


class Figures(Mapping[str, LayerFigures]):
    """The figures of each layer by its name, from h to z."""

    def __init__(self, layers: Mapping[str, Mapping[str, Any]]) -> None:
        """Reads layers as the program's JSON has them."""
        names = sorted(layers, key=_place)
        self._layers = {name: LayerFigures(layers[name]) for name in names}

    def __getitem__(self, layer: str) -> LayerFigures:
        return self._layers[layer]

    def __iter__(self) -> Iterator[str]:
        return iter(self._layers)

    def __len__(self) -> int:
        return len(self._layers)

    def __repr__(self) -> str:
        return f"Figures({self._layers!r})"

    @property
    def keys_of_all(self) -> list[str]:
        """Every figure that some layer has."""
        return list(dict.fromkeys(key for layer in self._layers.values() for key in layer))

    def flat(self, prefix: str = "") -> dict[str, float]:
        """All figures under `prefix`LAYER/KEY, as trackers of experiments take them."""
        return {
            f"{prefix}{name}/{key}": value
            for name, layer in self._layers.items()
            for key, value in layer.items()
        }

    def _repr_html_(self) -> str:
        sizes = [
            ["embeddings", *(str(layer.n) for layer in self._layers.values())],
            ["dimension", *(str(layer.dimension) for layer in self._layers.values())],
        ]
        layers = self._layers.values()
        controls = list(dict.fromkeys(name for layer in layers for name in layer.controls))
        rows = []
        for key in self.keys_of_all:
            rows.append([key, *(_text(layer.get(key)) for layer in layers)])
            for name in controls:
                beside = [layer.controls.get(name, {}).get(key) for layer in layers]
                if any(value is not None for value in beside):
                    rows.append([f"{key}@{name}", *map(_text, beside)])
        return table(["", *self._layers], sizes + rows)


def table(names: list[str], rows: list[list[str]]) -> str:
    """A table in HTML, the first cell of each row its heading."""
    head = "".join(f"<th>{html.escape(name)}</th>" for name in names)
    body = "".join(
        f"<tr><th>{html.escape(first)}</th>"
        + "".join(f"<td>{html.escape(cell)}</td>" for cell in cells)
        + "</tr>"
        for first, *cells in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _text(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"


def _place(name: str) -> tuple[int, int, str]:
    if name in ("h", "z"):
        return (1 if name == "h" else 3, 0, name)
    for place, pattern in enumerate((r"(?:stage|block)([1-9]\d*)", r"head\.(\d+)")):
        if match := re.fullmatch(pattern, name):
            return (2 * place, int(match[1]), name)
    return (4, 0, name)
