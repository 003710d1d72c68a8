"""A network with one hidden layer: loss and gradients by PyTorch, accuracy by scikit-learn."""

from pathlib import Path

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler

from .storage import save

SEED = 4117
ROWS, DIMENSION, UNITS, OUTPUTS, NETWORKS = 14, 6, 9, 4, 2
TRAIN, TEST, COORDINATES = 1000, 1000, 8
PENALTIES = (1e-4, 1e-2, 1.0)


def gradients(random: np.random.Generator) -> dict:
    shapes = {
        "inputWeights": (NETWORKS, UNITS, DIMENSION),
        "inputBiases": (NETWORKS, 1, UNITS),
        "outputWeights": (NETWORKS, OUTPUTS, UNITS),
        "outputBiases": (NETWORKS, 1, OUTPUTS),
    }
    tensors = {f"network.{name}": random.standard_normal(shape) for name, shape in shapes.items()}
    tensors["network.rows"] = random.standard_normal((ROWS, DIMENSION))
    tensors["network.classes"] = random.integers(0, OUTPUTS, ROWS)
    tensors["network.numbers"] = random.standard_normal((ROWS, OUTPUTS))
    rows, classes, numbers = (
        torch.from_numpy(tensors[f"network.{name}"]) for name in ("rows", "classes", "numbers")
    )
    losses = {
        "classes": lambda answers: torch.nn.functional.cross_entropy(answers, classes),
        "numbers": lambda answers: (answers - numbers).square().sum(dim=1).mean(),
    }
    for kind, loss in losses.items():
        found = {name: [] for name in shapes} | {"losses": []}
        for index in range(NETWORKS):
            layers = torch.nn.Sequential(
                torch.nn.Linear(DIMENSION, UNITS),
                torch.nn.ReLU(),
                torch.nn.Linear(UNITS, OUTPUTS),
            ).double()
            for parameter, name in zip(layers.parameters(), shapes, strict=True):
                given = torch.from_numpy(tensors[f"network.{name}"][index])
                parameter.data = given.reshape(parameter.shape).clone()
            value = loss(layers(rows))
            value.backward()
            found["losses"].append(value.item())
            for parameter, name in zip(layers.parameters(), shapes, strict=True):
                found[name].append(parameter.grad.numpy().reshape(shapes[name][1:]))
        tensors |= {f"{kind}.{name}": np.stack(values) for name, values in found.items()}
    return tensors


def rings(random: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Three rings about one middle, in the first two of several coordinates of noise."""
    labels = random.integers(0, 3, count)
    angles = random.uniform(0, 2 * np.pi, count)
    radii = 1 + labels + 0.35 * random.standard_normal(count)
    features = random.standard_normal((count, COORDINATES))
    features[:, :2] = np.stack([radii * np.cos(angles), radii * np.sin(angles)], axis=1)
    return features.astype(np.float32), labels


def classification(random: np.random.Generator) -> dict:
    (features, labels), (test, test_labels) = rings(random, TRAIN), rings(random, TEST)
    scaler = StandardScaler().fit(features)
    x, x_test = scaler.transform(features), scaler.transform(test)
    fitted = np.arange(TRAIN) % 5 != 4

    def network(penalty: float) -> MLPClassifier:
        return MLPClassifier(
            (512,), alpha=penalty, max_iter=60, random_state=SEED, batch_size=64, tol=0
        )

    def held_out(penalty: float) -> float:
        chosen = network(penalty).fit(x[fitted], labels[fitted])
        return chosen.score(x[~fitted], labels[~fitted])

    best = max(PENALTIES, key=held_out)
    return {
        "rings.features": features,
        "rings.labels": labels,
        "rings.test_features": test,
        "rings.test_labels": test_labels,
        "rings.mlp_top1": network(best).fit(x, labels).score(x_test, test_labels),
        "rings.linear_top1": LogisticRegression().fit(x, labels).score(x_test, test_labels),
    }


def make(folder: Path) -> list[Path]:
    random = np.random.default_rng(SEED)
    tensors = gradients(random) | classification(random)
    return [save(folder / "probes.safetensors", tensors, SEED)]
