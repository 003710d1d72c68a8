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


def student(random: np.random.Generator) -> dict:
    degrees, levels = np.arange(1, 31), np.array([0.5, 0.9, 0.95, 0.99])
    figures = {
        "student.degrees": degrees,
        "student.levels": levels,
        "student.critical": stats.t.ppf((1 + levels[None]) / 2, degrees[:, None]),
    }
    for index, count in enumerate([2, 5, 8]):
        values = random.normal(0.5, 1, count)
        interval = stats.t.interval(0.95, count - 1, values.mean(), stats.sem(values))
        figures |= {
            f"student.case{index}.values": values,
            f"student.case{index}.interval": np.array(interval),
        }
    return figures


def bca(random: np.random.Generator) -> dict:
    """SciPy's BCa interval of resamples that are given, so that nothing is left to chance."""
    samples = [
        random.normal(0.3, 1, 10),
        random.exponential(1, 12) - 0.7,
        random.lognormal(0, 0.6, 20),
    ]
    figures = {}
    for index, values in enumerate(samples):
        count = len(values)
        rows = random.integers(0, count, (499, count))
        # The level of the expanded interval, Hesterberg 2015.
        t = stats.t.ppf(0.975, count - 1) * np.sqrt(count / (count - 1))
        expanded = 1 - 2 * stats.norm.cdf(-t)
        drawn = stats.bootstrap((values,), np.mean, method="BCa", n_resamples=2, rng=random)
        drawn.bootstrap_distribution = values[rows].mean(axis=1)
        figures |= {
            f"bca.case{index}.values": values,
            f"bca.case{index}.rows": rows.astype(np.uint8),
            f"bca.case{index}.expanded_level": float(expanded),
        }
        for name, level in {"plain": 0.95, "expanded": expanded}.items():
            interval = stats.bootstrap(
                (values,),
                np.mean,
                method="BCa",
                n_resamples=0,
                confidence_level=level,
                bootstrap_result=drawn,
            ).confidence_interval
            figures[f"bca.case{index}.{name}"] = np.array([interval.low, interval.high])
    return figures


def make(folder: Path) -> list[Path]:
    random = np.random.default_rng(SEED)
    topics = [wilcoxon, holm, kendall, bootstrap, slope, student, bca]
    tensors = {name: value for topic in topics for name, value in topic(random).items()}
    path = folder / "studies.safetensors"
    return [save(path, tensors, SEED, statsmodels=version("statsmodels"))]
