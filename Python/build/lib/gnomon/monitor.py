"""Measuring along a training loop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gnomon.figures import Figures
from gnomon.measuring import Rows, measure


class EmbeddingMonitor:
    """Measures embeddings every so many steps or epochs of a loop, and keeps what came out."""

    #: What was measured, with its step, in the order of measuring.
    history: list[tuple[int, Figures]]

    def __init__(
        self,
        every: int = 1,
        log: Callable[[dict[str, float], int], Any] | None = None,
        **options: Any,
    ) -> None:
        """A monitor.

        Parameters:
            every: measures at steps that are multiples of it.
            log: called with all figures as gnomon/LAYER/KEY and the step, as wandb.log takes them.
            options: keyword arguments of gnomon.measure.
        """
        if every < 1:
            raise ValueError(f"every is {every}, and should be 1 or more")
        self.every = every
        self.log = log
        self.options = options
        self.history = []

    def __call__(
        self, step: int, h: Rows, z: Rows | None = None, **options: Any
    ) -> Figures | None:
        """Measures, where the step is one of those; the options add to those of the monitor."""
        if step % self.every != 0:
            return None
        figures = measure(h, z, **{**self.options, **options})
        self.history.append((step, figures))
        if self.log is not None:
            self.log(figures.flat("gnomon/"), step)
        return figures

    def table(self, key: str) -> dict[str, list[float]]:
        """One figure over the steps: a column "step" and one a layer, NaN where it was not measured."""
        layers = list(dict.fromkeys(name for _, figures in self.history for name in figures))
        columns: dict[str, list[float]] = {"step": [step for step, _ in self.history]}
        for name in layers:
            columns[name] = [
                figures[name].get(key, float("nan")) if name in figures else float("nan")
                for _, figures in self.history
            ]
        return columns
