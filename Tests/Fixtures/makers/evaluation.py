"""kNN, the linear probe and attribute regression on frozen features."""

from pathlib import Path

import numpy as np
from numpy.random import Generator
from scipy.optimize import minimize
from scipy.special import log_softmax
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import r2_score
from sklearn.preprocessing import StandardScaler

from .storage import save

SEED = 6926
TRAIN, TEST, DIMENSION, CLASSES = 600, 200, 24, 5
NEIGHBOURS, KERNEL_WIDTH = 20, 0.07
L2_WEIGHTS = (1e-3, 1e-2, 1e-1)
RIDGE_PENALTIES = (1e-2, 1.0, 100.0)


def draw(
    random: Generator, count: int, centres: np.ndarray, maps: np.ndarray
) -> dict[str, np.ndarray]:
    labels = random.integers(0, CLASSES, count)
    position, angle = random.uniform(-1, 1, count), random.uniform(0, 2 * np.pi, count)
    factors = np.stack([position, np.cos(angle), np.sin(angle)], axis=1)
    noise = random.standard_normal((count, DIMENSION))
    features = (centres[labels] + factors @ maps + noise) * np.linspace(0.2, 4, DIMENSION) + 0.3
    return {
        "features": features.astype(np.float32),
        "labels": labels.astype(np.int64),
        "position": position,
        "angle": angle,
    }


def knn(train: dict, test: dict) -> np.ndarray:
    """Cosine neighbours, votes weighted exp(cos / 0.07), one test sample at a time."""
    predictions = []
    for row in test["features"].astype(np.float64):
        cosines = [
            other @ row / (np.linalg.norm(other) * np.linalg.norm(row))
            for other in train["features"].astype(np.float64)
        ]
        votes = np.zeros(CLASSES)
        for index in sorted(range(TRAIN), key=lambda i: -cosines[i])[:NEIGHBOURS]:
            votes[train["labels"][index]] += np.exp(cosines[index] / KERNEL_WIDTH)
        predictions.append(int(votes.argmax()))
    return np.array(predictions)


def logistic_regression(
    x: np.ndarray, labels: np.ndarray, l2: float
) -> tuple[np.ndarray, np.ndarray, float]:
    """Weights [classes, dimension], bias and the least of mean cross-entropy + l2/2 |weights|^2."""
    count, dimension = x.shape
    targets = np.eye(CLASSES)[labels]

    def objective(flat: np.ndarray) -> tuple[float, np.ndarray]:
        weights, bias = flat[:-CLASSES].reshape(CLASSES, dimension), flat[-CLASSES:]
        logs = log_softmax(x @ weights.T + bias, axis=1)
        value = -(targets * logs).sum() / count + l2 / 2 * (weights**2).sum()
        error = (np.exp(logs) - targets) / count
        return value, np.concatenate([(error.T @ x + l2 * weights).ravel(), error.sum(axis=0)])

    start = np.zeros(CLASSES * (dimension + 1))
    options = {"maxiter": 100_000, "maxfun": 1_000_000, "maxcor": 50, "ftol": 0, "gtol": 1e-11}
    found = minimize(objective, start, jac=True, method="L-BFGS-B", options=options)
    if np.abs(found.jac).max() > 1e-8:
        raise ValueError(f"logistic regression stopped at gradient {np.abs(found.jac).max():.1e}")
    weights, bias = found.x[:-CLASSES].reshape(CLASSES, dimension), found.x[-CLASSES:]

    peer = LogisticRegression(C=1 / (count * l2), tol=1e-10, max_iter=10_000).fit(x, labels)
    np.testing.assert_allclose(peer.coef_, weights, atol=1e-5)
    return weights, bias, found.fun


def attributes(train: dict, test: dict, x: np.ndarray, x_test: np.ndarray) -> dict[str, float]:
    """R-squared on the test split of ridge |y - Xw - b|^2 + penalty |w|^2, the bias free."""
    tensors = {}
    for index, penalty in enumerate(RIDGE_PENALTIES):
        ridge = f"ridge{index}"
        tensors[f"{ridge}.penalty"] = penalty
        linear = Ridge(alpha=penalty).fit(x, train["position"])
        tensors[f"{ridge}.position_r2"] = r2_score(test["position"], linear.predict(x_test))
        waves, waves_test = (
            np.stack([np.sin(split["angle"]), np.cos(split["angle"])], axis=1)
            for split in (train, test)
        )
        predicted = Ridge(alpha=penalty).fit(x, waves).predict(x_test)
        sine, cosine = r2_score(waves_test, predicted, multioutput="raw_values")
        tensors |= {
            f"{ridge}.angle_sine_r2": sine,
            f"{ridge}.angle_cosine_r2": cosine,
            f"{ridge}.angle_r2": (sine + cosine) / 2,
            f"{ridge}.angle_r2_pooled": r2_score(
                waves_test, predicted, multioutput="variance_weighted"
            ),
        }
    return tensors


def make(folder: Path) -> list[Path]:
    random = np.random.default_rng(SEED)
    centres = 0.55 * random.standard_normal((CLASSES, DIMENSION))
    maps = 0.7 * random.standard_normal((3, DIMENSION))
    train, test = (draw(random, count, centres, maps) for count in (TRAIN, TEST))
    tensors = {f"train.{name}": value for name, value in train.items()}
    tensors |= {f"test.{name}": value for name, value in test.items()}

    predictions = knn(train, test)
    tensors |= {
        "knn.k": NEIGHBOURS,
        "knn.predictions": predictions,
        "knn.top1": float((predictions == test["labels"]).mean()),
    }

    scaler = StandardScaler().fit(train["features"].astype(np.float64))
    x, x_test = (scaler.transform(split["features"].astype(np.float64)) for split in (train, test))
    tensors |= {"standardized.mean": scaler.mean_, "standardized.scale": scaler.scale_}
    for index, l2 in enumerate(L2_WEIGHTS):
        weights, bias, loss = logistic_regression(x, train["labels"], l2)
        predictions = (x_test @ weights.T + bias).argmax(axis=1)
        tensors |= {
            f"logistic{index}.l2": l2,
            f"logistic{index}.weights": weights,
            f"logistic{index}.bias": bias,
            f"logistic{index}.loss": loss,
            f"logistic{index}.predictions": predictions,
            f"logistic{index}.top1": float((predictions == test["labels"]).mean()),
        }
    tensors |= attributes(train, test, x, x_test)
    return [save(folder / "evaluation.safetensors", tensors, SEED)]
