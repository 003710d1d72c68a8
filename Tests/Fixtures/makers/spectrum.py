"""Spectra and ranks."""

import numpy as np
import scipy.linalg
import scipy.stats
from numpy.random import Generator
from sklearn.linear_model import LinearRegression
from sklearn.metrics import r2_score

FIRST_RANK, LAST_RANK = 11, 100


def rotation(size: int, columns: int, random: Generator) -> np.ndarray:
    return np.linalg.qr(random.standard_normal((size, columns)))[0]


def matrices(random: Generator) -> dict[str, np.ndarray]:
    """Single precision, so that a reader who loads them as such computes on the same numbers."""
    rank_deficient = random.standard_normal((150, 8)) @ random.standard_normal((8, 40))
    decay = np.arange(1, 129) ** -0.6
    power_law = random.standard_normal((400, 128)) * decay @ rotation(128, 128, random).T
    four_equal = np.sqrt(63) * rotation(64, 5, random)
    four_equal -= four_equal.mean(axis=0)
    four_equal = np.linalg.qr(four_equal)[0][:, :4] @ rotation(12, 4, random).T
    drawn = {
        "tall": random.standard_normal((300, 24)) * np.linspace(0.2, 3, 24)
        + random.standard_normal(24),
        "wide": random.standard_normal((120, 200)) + 0.5,
        "rank_deficient": rank_deficient + 2 * random.standard_normal(40),
        "power_law": power_law + 0.1,
        "four_equal": 10 * four_equal,
    }
    return {name: matrix.astype(np.float32) for name, matrix in drawn.items()}


def singular_values(matrix: np.ndarray, centred: bool) -> np.ndarray:
    matrix = matrix.astype(np.float64)
    if centred:
        matrix = matrix - matrix.mean(axis=0)
    return scipy.linalg.svdvals(matrix) / np.sqrt(len(matrix) - 1)


def power_law(eigenvalues: np.ndarray) -> dict[str, float]:
    """alpha with R-squared over the fitted range, plain (as alpha-ReQ has it) and weighted."""
    ranks = np.arange(FIRST_RANK, min(len(eigenvalues), LAST_RANK) + 1)
    logarithms, x = np.log(eigenvalues[ranks - 1]), np.log(ranks)[:, np.newaxis]
    line = LinearRegression().fit(x, logarithms, sample_weight=1 / ranks)
    fitted = line.predict(x)
    return {
        "alpha": -line.coef_[0],
        "alpha_r2": r2_score(logarithms, fitted),
        "alpha_r2_weighted": r2_score(logarithms, fitted, sample_weight=1 / ranks),
    }


def ranks(matrix: np.ndarray) -> dict[str, np.ndarray | float]:
    sigma = singular_values(matrix, centred=True)
    # The covariance's own eigenvalues, D of them: a second way to the squares of sigma.
    eigenvalues = scipy.linalg.eigvalsh(np.cov(matrix.astype(np.float64), rowvar=False))[::-1].clip(
        0
    )
    uncentred = singular_values(matrix, centred=False)
    shares = uncentred / uncentred.sum() + 1e-7
    single = np.finfo(np.float32).eps
    unit = matrix / np.linalg.norm(matrix.astype(np.float64), axis=1, keepdims=True)
    unit_sigma = singular_values(unit, centred=True)
    figures = {
        "singular_values": sigma,
        "effective_rank": np.exp(scipy.stats.entropy(sigma)),
        "effective_rank_covariance": np.exp(scipy.stats.entropy(eigenvalues)),
        "rankme": np.exp(-(shares * np.log(shares)).sum()),
        "stable_rank": (sigma**2).sum() / sigma[0] ** 2,
        "participation_ratio": eigenvalues.sum() ** 2 / (eigenvalues**2).sum(),
        "numerical_rank": float((sigma > sigma[0] * max(matrix.shape) * single).sum()),
        "nesum": (eigenvalues / eigenvalues[0]).sum(),
        # What lies below is rounding, different in every implementation.
        "spectrum": np.log10(unit_sigma[unit_sigma > 1e-12 * unit_sigma[0]]),
    }
    # Beyond the rank there is no power law, only rounding.
    if figures["numerical_rank"] >= min(matrix.shape[1], LAST_RANK) > FIRST_RANK + 1:
        figures |= power_law(eigenvalues)
    return figures


def figures(random: Generator) -> dict:
    tensors = {}
    for name, matrix in matrices(random).items():
        tensors[f"{name}.matrix"] = matrix
        tensors |= {f"{name}.{key}": value for key, value in ranks(matrix).items()}
    return tensors
