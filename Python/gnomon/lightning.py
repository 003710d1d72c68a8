"""A callback for PyTorch Lightning, which must be installed."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy

from gnomon import program
from gnomon.measuring import as_array, measure

try:
    from lightning.pytorch import Callback
except ImportError:
    from pytorch_lightning import Callback


class EmbeddingCallback(Callback):
    """Measures the embeddings of the validation set after each of its epochs, and logs the figures."""

    def __init__(
        self,
        embed: Callable[[Any, Any], Any],
        *,
        every: int = 1,
        limit: int = 10_000,
        figures: list[str] | None = None,
        **options: Any,
    ) -> None:
        """A callback.

        Parameters:
            embed: given the module and a batch, its embeddings h, or h and z.
            every: measures in epochs that are multiples of it.
            limit: rows at most, the first of the validation set.
            figures: keys that are logged; all where it is None.
            options: keyword arguments of gnomon.measure.

        Raises ValueError for a figure that there is not and for an `every` below 1, TypeError for an unknown option, and GnomonError where
        the program is missing: before anything is trained.
        """
        super().__init__()
        if every < 1:
            raise ValueError(f"every is {every}, and should be 1 or more")
        inspect.signature(measure).bind(None, None, **options)
        known = [entry["key"] for entry in program.document(["figures", "--json"])["figures"]]
        for key in figures or []:
            if not any(key == name or key.startswith(f"{name}.") for name in known):
                raise ValueError(f"there is no figure {key}: gnomon figures lists them")
        self.embed = embed
        self.every = every
        self.limit = limit
        self.figures = figures
        self.options = options
        self._rows: list[tuple[numpy.ndarray, ...]] = []

    def on_validation_epoch_start(self, trainer: Any, pl_module: Any) -> None:
        """Begins anew."""
        self._rows = []

    def on_validation_batch_end(
        self,
        trainer: Any,
        pl_module: Any,
        outputs: Any,
        batch: Any,
        batch_idx: int,
        dataloader_idx: int = 0,
    ) -> None:
        """Embeds a batch of the first data loader, up to the limit."""
        if dataloader_idx != 0 or not self._is_due(trainer):
            return
        if sum(len(rows[0]) for rows in self._rows) >= self.limit:
            return
        embedded = self.embed(pl_module, batch)
        layers = embedded if isinstance(embedded, (tuple, list)) else (embedded,)
        self._rows.append(tuple(as_array(layer) for layer in layers))

    def on_validation_epoch_end(self, trainer: Any, pl_module: Any) -> None:
        """Measures and logs, on the first process alone."""
        if not self._rows or not trainer.is_global_zero:
            return
        layers = [numpy.concatenate(parts)[: self.limit] for parts in zip(*self._rows)]
        self._rows = []
        measured = measure(*layers, **self.options).flat("gnomon/")
        if self.figures is not None:
            measured = {
                tag: value
                for tag, value in measured.items()
                if tag.split("/", 2)[2] in self.figures
            }
        pl_module.log_dict(measured, rank_zero_only=True)

    def _is_due(self, trainer: Any) -> bool:
        return not trainer.sanity_checking and trainer.current_epoch % self.every == 0
