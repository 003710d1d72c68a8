"""The figures of one layer as one computes them with NumPy and scikit-learn.

Definitions are Gnomon's (Sources/Geometry), so that the figures agree: float64 for decompositions,
float32 for distances. Prints one JSON object: seconds, peak bytes, the figures.

    python geometry_numpy.py H.npy VIEWS.npy LABELS.npy
"""

import json
import resource
import sys
import time

import numpy
from sklearn.neighbors import NearestNeighbors

BLOCK = 2048


def spectrum(x: numpy.ndarray, centered: bool) -> numpy.ndarray:
    if centered:
        x = x - x.mean(axis=0)
    return numpy.linalg.svd(x, compute_uv=False) / numpy.sqrt(len(x) - 1)


def entropy_rank(p: numpy.ndarray) -> float:
    p = p[p > 0]
    return float(numpy.exp(-(p * numpy.log(p)).sum()))


def unit(x: numpy.ndarray) -> numpy.ndarray:
    return x / numpy.linalg.norm(x, axis=1, keepdims=True)


def mean_squared_distance(a: numpy.ndarray, b: numpy.ndarray) -> float:
    """E‖a_i − b_j‖² over i ≠ j."""
    n = len(a)
    a, b = a.astype(numpy.float64), b.astype(numpy.float64)
    total = n * ((a**2).sum() + (b**2).sum()) - 2 * a.sum(axis=0) @ b.sum(axis=0)
    return float((total - ((a - b) ** 2).sum()) / (n * (n - 1)))


def uniformity(u: numpy.ndarray) -> float:
    total = 0.0
    for start in range(0, len(u), BLOCK):
        squares = numpy.maximum(2 - 2 * (u[start : start + BLOCK] @ u.T), 0)
        total += float(numpy.exp(-2 * squares).sum(dtype=numpy.float64))
    n = len(u)
    return float(numpy.log((total - n) / (n * (n - 1))))


def figures(h: numpy.ndarray, views: numpy.ndarray, labels: numpy.ndarray) -> dict[str, float]:
    x = h.astype(numpy.float64)
    centered, raw = spectrum(x, True), spectrum(x, False)
    variances = centered**2
    rows = numpy.arange(11, min(x.shape[1], 100) + 1)
    slope = numpy.polyfit(
        numpy.log(rows), numpy.log(variances[rows - 1]), 1, w=numpy.sqrt(1 / rows)
    )[0]
    normalized = spectrum(unit(x), True)

    neighbors = NearestNeighbors(n_neighbors=21, algorithm="brute", n_jobs=-1).fit(h)
    distances = neighbors.kneighbors(h)[0][:, 1:].astype(numpy.float64)
    ratios = numpy.sort(numpy.log(distances[:, 1] / distances[:, 0]))
    kept = ratios[: round(len(ratios) * 0.9)]
    logs = numpy.log(distances[:, 19:20] / distances[:, :19])

    u, v = unit(h), unit(views)
    means = numpy.stack([x[labels == c].mean(axis=0) for c in numpy.unique(labels)])
    counts = numpy.unique(labels, return_counts=True)[1]
    between = (counts[:, None] * (means - x.mean(axis=0)) ** 2).sum()
    return {
        "effective_rank": entropy_rank(centered / centered.sum()),
        "effective_rank_covariance": entropy_rank(variances / variances.sum()),
        "rankme": float(
            numpy.exp(-(p := raw / raw.sum() + 1e-7) @ numpy.log(p))
        ),
        "stable_rank": float(variances.sum() / variances[0]),
        "participation_ratio": float(variances.sum() ** 2 / (variances**2).sum()),
        "nesum": float((variances / variances[0]).sum()),
        "alpha": float(-slope),
        "spectrum": float(numpy.log10(normalized[0])),
        "intrinsic_dimension.two_nn": float(len(kept) / kept.sum()),
        "intrinsic_dimension.mle": float(1 / logs.mean()),
        "invariance": float(
            ((h.astype(float) - views) ** 2).sum(axis=1).mean() / mean_squared_distance(h, views)
        ),
        "alignment": float(((u.astype(float) - v) ** 2).sum(axis=1).mean()),
        "uniformity": uniformity(u),
        "between_class_share": float(between / ((x - x.mean(axis=0)) ** 2).sum()),
    }


def main() -> None:
    start = time.perf_counter()
    h, views, labels = (numpy.load(path) for path in sys.argv[1:4])
    result = figures(h, views, labels)
    print(
        json.dumps(
            {
                "seconds": time.perf_counter() - start,
                "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
                "figures": result,
            }
        )
    )


if __name__ == "__main__":
    main()
