"""Paired tests, corrections, rank correlation, intervals and slopes by SciPy, statsmodels and NumPy."""

from importlib.metadata import version
from pathlib import Path

import numpy as np
from scipy import stats

from makers.storage import save

SEED = 6926
ALTERNATIVES = {"greater": "greater", "less": "less", "two_sided": "two-sided"}


def wilcoxon_cases(random: np.random.Generator) -> list[np.ndarray]:
    """All signs alike, mixed signs, ties, zeros, and more differences than SciPy enumerates signs for."""
    return [
        np.array([0.3, 0.1, 0.7, 0.2, 0.5]),
        np.array([-0.3, 0.1, 0.7, 0.2, 0.5]),
        random.normal(0.4, 1, 8),
        random.normal(-0.3, 1, 12),
        random.normal(0.2, 1, 40),
        np.array([1.0, 2, 2, -2, 3, -1, 4, 5, 5]),
        np.array([0.0, 1, 2, 2, -2, 0, 3, -1, 4, 4]),
        np.array([2.5]),
    ]


def wilcoxon(random: np.random.Generator) -> dict:
    figures = {}
    for index, differences in enumerate(wilcoxon_cases(random)):
        case = f"wilcoxon.case{index}"
        figures[f"{case}.differences"] = differences
        for name, alternative in ALTERNATIVES.items():
            # "auto": exact without ties and zeros, else every choice of signs for up to 13 differences.
            result = stats.wilcoxon(differences, alternative=alternative, method="auto")
            figures[f"{case}.{name}"] = float(result.pvalue)
    return figures


def holm(random: np.random.Generator) -> dict:
    from statsmodels.stats.multitest import multipletests

    families = [
        np.array([0.01, 0.04, 0.03, 0.005]),
        np.array([0.03125] * 3 + [0.5, 0.9, 1.0]),
        np.sort(random.uniform(0, 1, 12))[::-1].copy(),
        np.array([0.2]),
    ]
    figures = {}
    for index, p in enumerate(families):
        figures[f"holm.case{index}.p"] = p
        figures[f"holm.case{index}.corrected"] = multipletests(p, method="holm")[1]
    return figures


def kendall(random: np.random.Generator) -> dict:
    x = random.normal(0, 1, 15)
    pairs = [
        (x, x + random.normal(0, 1, 15)),
        (random.integers(0, 4, 20).astype(float), random.integers(0, 5, 20).astype(float)),
        (np.arange(6.0), -np.arange(6.0)),
    ]
    figures = {}
    for index, (first, second) in enumerate(pairs):
        figures |= {
            f"kendall.case{index}.x": first,
            f"kendall.case{index}.y": second,
            f"kendall.case{index}.tau": float(stats.kendalltau(first, second).statistic),
        }
    return figures


def bootstrap(random: np.random.Generator) -> dict:
    figures = {}
    for index, values in enumerate([random.normal(1, 2, 5), random.exponential(1, 12)]):
        result = stats.bootstrap(
            (values,), np.mean, method="percentile", n_resamples=400_000, batch=20_000, rng=random
        )
        interval = result.confidence_interval
        figures |= {
            f"bootstrap.case{index}.values": values,
            f"bootstrap.case{index}.interval": np.array([interval.low, interval.high]),
            f"bootstrap.case{index}.error": float(result.standard_error),
        }
    sample = np.sort(random.normal(0, 1, 37))
    figures["percentile.sorted"] = sample
    figures["percentile.values"] = np.percentile(sample, [0, 2.5, 50, 97.5, 100])
    return figures


def slope(random: np.random.Generator) -> dict:
    x = np.array([0.1, 0.5, 1.0, 2.0])
    y = random.normal(0, 1, 4)
    return {"slope.x": x, "slope.y": y, "slope.slope": float(stats.linregress(x, y).slope)}


def make(folder: Path) -> list[Path]:
    random = np.random.default_rng(SEED)
    tensors = wilcoxon(random) | holm(random) | kendall(random) | bootstrap(random) | slope(random)
    path = folder / "studies.safetensors"
    return [save(path, tensors, SEED, statsmodels=version("statsmodels"))]
