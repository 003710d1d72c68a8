"""Intrinsic dimension by TwoNN and by Levina-Bickel with the MacKay-Ghahramani average."""

import numpy as np
from numpy.random import Generator
from scipy.spatial.distance import cdist

SAMPLES = 300
NEIGHBOURS = (10, 20)
DROPPED = 0.1


def neighbour_distances(rows: np.ndarray) -> np.ndarray:
    """Sorted distances to the others, a row for each distinct row; of equal rows one stays."""
    distinct = np.unique(rows.astype(np.float64), axis=0)
    return np.sort(cdist(distinct, distinct), axis=1)[:, 1:]


def two_nn(distances: np.ndarray) -> float:
    """The count of the ratios that stay over the sum of their logarithms."""
    ratios = np.sort(distances[:, 1] / distances[:, 0])
    kept = ratios[: round(len(ratios) * (1 - DROPPED))]
    return len(kept) / np.log(kept).sum()


def levina_bickel(distances: np.ndarray, neighbours: int) -> float:
    """1 over the mean over points of 1/(k-1) sum_{j<k} ln(T_k / T_j)."""
    inverses = [
        sum(np.log(row[neighbours - 1] / row[j]) for j in range(neighbours - 1)) / (neighbours - 1)
        for row in distances
    ]
    return 1 / np.mean(inverses)


def figures(random: Generator) -> dict:
    plane = random.standard_normal((SAMPLES, 3)) @ random.standard_normal((3, 10))
    turns = random.uniform(0, 4 * np.pi, SAMPLES)
    curve = np.stack(
        [turns * np.cos(turns), turns * np.sin(turns), random.uniform(0, 5, SAMPLES)], axis=1
    )
    clouds = {"plane": plane, "roll": curve}
    clouds["duplicates"] = random.permutation(np.concatenate([plane, plane[:7], plane[:2]]))
    tensors = {}
    for name, rows in clouds.items():
        rows = rows.astype(np.float32)
        distances = neighbour_distances(rows)
        tensors[f"dimension.{name}.matrix"] = rows
        tensors[f"dimension.{name}.two_nn"] = two_nn(distances)
        for neighbours in NEIGHBOURS:
            key = f"dimension.{name}.levina_bickel_{neighbours}"
            tensors[key] = levina_bickel(distances, neighbours)
    return tensors
