"""Invariance, alignment, uniformity and orbit spread, by plain loops over samples."""

import numpy as np
from numpy.random import Generator

SAMPLES, VIEWS, DIMENSION = 40, 6, 12


def squared_distance(x: np.ndarray, y: np.ndarray) -> float:
    return float(((x - y) ** 2).sum())


def invariance(first: np.ndarray, second: np.ndarray) -> float:
    """E |a_i - a'_i|^2 over E |a_i - a'_j|^2, the latter over all ordered pairs i != j."""
    same = [squared_distance(x, y) for x, y in zip(first, second, strict=True)]
    other = [
        squared_distance(x, y) for i, x in enumerate(first) for j, y in enumerate(second) if i != j
    ]
    return np.mean(same) / np.mean(other)


def uniformity(unit: np.ndarray) -> float:
    pairs = [squared_distance(unit[i], unit[j]) for i in range(len(unit)) for j in range(i)]
    return np.log(np.mean(np.exp(-2 * np.array(pairs))))


def orbit_spread(orbits: np.ndarray) -> float:
    """Orbits [samples, views, dimension] of unit rows."""
    return np.mean(
        [squared_distance(view, orbit.mean(axis=0)) for orbit in orbits for view in orbit]
    )


def unit_rows(rows: np.ndarray) -> np.ndarray:
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


def figures(random: Generator) -> dict:
    clean = random.standard_normal((SAMPLES, DIMENSION)) * np.linspace(0.3, 2, DIMENSION) + 0.4
    noise = random.standard_normal((SAMPLES, VIEWS, DIMENSION)) * np.linspace(0.8, 0.2, DIMENSION)
    clean = clean.astype(np.float32)
    orbits = (clean[:, np.newaxis] + noise).astype(np.float32)

    first, second = orbits[:, 0].astype(np.float64), orbits[:, 1].astype(np.float64)
    original = clean.astype(np.float64)
    return {
        "views.a": orbits[:, 0],
        "views.a_prime": orbits[:, 1],
        "views.clean": clean,
        "views.orbits": orbits,
        "views.invariance": invariance(first, second),
        "views.invariance_clean": invariance(original, first),
        "views.alignment": np.mean(
            [
                squared_distance(x, y)
                for x, y in zip(unit_rows(first), unit_rows(second), strict=True)
            ]
        ),
        "views.uniformity": uniformity(unit_rows(first)),
        "views.uniformity_clean": uniformity(unit_rows(original)),
        "views.orbit_spread": orbit_spread(unit_rows(orbits.astype(np.float64))),
    }
