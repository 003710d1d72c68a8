"""Linear CKA and its debiased form."""

import numpy as np
from numpy.random import Generator

SAMPLES = 80


def centred(rows: np.ndarray) -> np.ndarray:
    rows = rows.astype(np.float64)
    return rows - rows.mean(axis=0)


def linear_cka(x: np.ndarray, y: np.ndarray) -> float:
    """Kornblith et al. 2019, in feature space."""
    x, y = centred(x), centred(y)
    cross = np.linalg.norm(x.T @ y) ** 2
    return cross / (np.linalg.norm(x.T @ x) * np.linalg.norm(y.T @ y))


def unbiased_hsic(x: np.ndarray, y: np.ndarray) -> float:
    """HSIC_1 of Song et al. 2012 on linear kernels."""
    k, l = (
        x.astype(np.float64) @ x.T.astype(np.float64),
        y.astype(np.float64) @ y.T.astype(np.float64),
    )
    np.fill_diagonal(k, 0)
    np.fill_diagonal(l, 0)
    n = len(k)
    traced = np.trace(k @ l)
    separate = k.sum() * l.sum() / ((n - 1) * (n - 2))
    shared = 2 * (k @ l).sum() / (n - 2)
    return (traced + separate - shared) / (n * (n - 3))


def debiased_cka(x: np.ndarray, y: np.ndarray) -> float:
    return unbiased_hsic(x, y) / np.sqrt(unbiased_hsic(x, x) * unbiased_hsic(y, y))


def figures(random: Generator) -> dict:
    x = random.standard_normal((SAMPLES, 20)) + 1
    y = x[:, :9] ** 2 @ random.standard_normal((9, 14)) + random.standard_normal((SAMPLES, 14))
    unrelated = random.standard_normal((SAMPLES, 50))
    layers = {"x": x, "y": y, "unrelated": unrelated}
    layers = {name: rows.astype(np.float32) for name, rows in layers.items()}
    tensors = {f"cka.{name}": rows for name, rows in layers.items()}
    for first, second in (("x", "y"), ("x", "unrelated")):
        rows = layers[first], layers[second]
        tensors[f"cka.{first}_{second}"] = linear_cka(*rows)
        tensors[f"cka.{first}_{second}_debiased"] = debiased_cka(*rows)
    return tensors
