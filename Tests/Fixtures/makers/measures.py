"""Normality, ranks after projection, Procrustes distances, class gain, regions of a head and paths, in float64."""

from pathlib import Path

import numpy as np
import scipy.integrate
import scipy.linalg
import scipy.stats
import torch
from numpy.random import Generator
from torch.nn import functional

from .spectrum import rotation
from .storage import save
from .views import orbit_spread, unit_rows

SEED = 7718


def epps_pulley(values: np.ndarray) -> float:
    """The statistic of one standardised projection, with complex exponentials and SciPy's trapezoids."""
    values = (values - values.mean()) / values.std()
    t = np.linspace(-5, 5, 17)
    window = np.exp(-(t**2) / 2)
    characteristic = np.exp(1j * np.outer(t, values)).mean(axis=1)
    integrand = np.abs(characteristic - window) ** 2 * window
    return len(values) * scipy.integrate.trapezoid(integrand, t)


def principal_scores(rows: np.ndarray, count: int) -> np.ndarray:
    centred = rows - rows.mean(axis=0)
    return centred @ scipy.linalg.svd(centred, full_matrices=False)[2][:count].T


def normality(random: Generator) -> dict:
    points = random.gamma(2, size=(150, 14)) * np.linspace(0.3, 2, 14) @ rotation(14, 14, random)
    directions = random.standard_normal((32, 14))
    kurtoses = scipy.stats.kurtosis(principal_scores(points, 10))
    return {
        "normality.points": points,
        "normality.directions": directions,
        "normality.epps_pulley": np.mean([epps_pulley(points @ a) for a in directions]),
        "normality.kurtosis": kurtoses.mean(),
    }


def projected_ranks(random: Generator) -> dict:
    points = random.standard_normal((90, 20)) * np.linspace(0.1, 3, 20) @ rotation(20, 20, random)
    # The points themselves go through the projection.
    sigma = scipy.linalg.svdvals(principal_scores(points, 7))
    eigenvalues = sigma**2
    return {
        "projected.points": points,
        "projected.effective_rank": np.exp(scipy.stats.entropy(sigma)),
        "projected.effective_rank_covariance": np.exp(scipy.stats.entropy(eigenvalues)),
        "projected.stable_rank": eigenvalues.sum() / eigenvalues[0],
        "projected.participation_ratio": eigenvalues.sum() ** 2 / (eigenvalues**2).sum(),
    }


def procrustes(first: np.ndarray, second: np.ndarray, count: int) -> float:
    """By the best rotation itself, which SciPy finds for matrices of equal width."""
    shapes = []
    for rows in (first, second):
        scores = principal_scores(rows, count)
        padded = np.pad(scores, ((0, 0), (0, count - scores.shape[1])))
        shapes.append(padded / np.linalg.norm(padded))
    turn, _ = scipy.linalg.orthogonal_procrustes(*shapes)
    return np.linalg.norm(shapes[0] @ turn - shapes[1]) ** 2


def shapes(random: Generator) -> dict:
    x = random.standard_normal((70, 12)) * np.linspace(0.2, 2, 12) + 3
    y = np.tanh(x[:, :8]) @ random.standard_normal((8, 6)) + 0.3 * random.standard_normal((70, 6))
    return {
        "procrustes.x": x,
        "procrustes.y": y,
        "procrustes.wide": procrustes(x, y, 64),
        "procrustes.narrow": procrustes(x, y, 4),
    }


def perceptron(weights: dict[str, torch.Tensor], h: torch.Tensor) -> list[torch.Tensor]:
    """The units of both hidden layers before ReLU, and z."""
    first = functional.linear(h, weights["weight1"], weights["bias1"])
    second = functional.linear(first.relu(), weights["weight2"], weights["bias2"])
    return [first, second, functional.linear(second.relu(), weights["weight3"], weights["bias3"])]


def head(random: Generator) -> dict:
    draw = lambda *shape: torch.from_numpy(random.standard_normal(shape))  # noqa: E731
    weights = {
        "weight1": draw(7, 5) / 2,
        "bias1": draw(7) / 4,
        "weight2": draw(6, 7) / 2,
        "bias2": draw(6) / 4,
        "weight3": draw(4, 6) / 2,
        "bias3": draw(4) / 4,
    }
    h, away, directions, compared = draw(60, 5), draw(60, 5), draw(60, 5), draw(60, 5)
    views = h + 0.2 * away

    def z(points: torch.Tensor) -> torch.Tensor:
        return perceptron(weights, points)[2]

    def stretch(along: torch.Tensor) -> float:
        image = torch.func.jvp(z, (h,), (along,))[1]
        return (image.norm(dim=1) / along.norm(dim=1)).mean().item()

    def patterns(points: torch.Tensor) -> list[tuple]:
        return [tuple(row) for row in (torch.cat(perceptron(weights, points)[:2], 1) > 0).tolist()]

    ours, theirs = patterns(h), patterns(views)
    other = [a == b for i, a in enumerate(ours) for j, b in enumerate(theirs) if i != j]
    jacobians = torch.func.vmap(torch.func.jacrev(z))(h)
    tensors = {f"regions.{name}": weight.numpy() for name, weight in weights.items()}
    return tensors | {
        "regions.h": h.numpy(),
        "regions.views": views.numpy(),
        "regions.directions": directions.numpy(),
        "regions.compared": compared.numpy(),
        "regions.gain": stretch(directions) / stretch(compared),
        "regions.count": float(len(set(ours))),
        "regions.same_sample": np.mean([a == b for a, b in zip(ours, theirs, strict=True)]),
        "regions.two_samples": np.mean(other),
        "regions.rank": torch.linalg.matrix_rank(jacobians).double().mean().item(),
    }


def paths(random: Generator) -> dict:
    """Points on curved paths, [samples, angles, dimension], at angles 0.15 apart."""
    angles = 0.15 * np.arange(5)[:, np.newaxis]
    start, turn, bend = (random.standard_normal((30, 1, 9)) for _ in range(3))
    points = start + np.sin(angles) * turn + angles**2 * bend
    unit = unit_rows(points)
    second = np.diff(unit, n=2, axis=1) / 0.15**2
    return {
        "paths.points": points,
        "paths.spacing": 0.15,
        "paths.curvature": np.linalg.norm(second, axis=-1).mean(),
        "paths.orbit_spread": orbit_spread(unit),
    }


def make(folder: Path) -> list[Path]:
    tensors = {}
    for part in (normality, projected_ranks, shapes, head, paths):
        tensors |= part(np.random.default_rng(SEED))
    return [save(folder / "measures.safetensors", tensors, SEED)]
