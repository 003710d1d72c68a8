"""Figures of embeddings and runs, measured by the program gnomon."""

from gnomon.figures import Figures, LayerFigures
from gnomon.measuring import measure
from gnomon.monitor import EmbeddingMonitor
from gnomon.program import GnomonError
from gnomon.runs import Run, read_run
from gnomon.served import Server

__all__ = [
    "EmbeddingMonitor",
    "Figures",
    "GnomonError",
    "LayerFigures",
    "Run",
    "Server",
    "measure",
    "read_run",
]
