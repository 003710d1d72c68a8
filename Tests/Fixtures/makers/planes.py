"""Tangents, planes, the projector, contrastive covariance, LiDAR and censored TwoNN, all in float64."""

from pathlib import Path

import numpy as np
import scipy.linalg
import skdim
import torch
from numpy.random import Generator
from sklearn.decomposition import PCA
from sklearn.neighbors import NearestNeighbors
from torch.nn import functional

from .storage import save

SEED = 9348


def subspaces(random: Generator) -> dict:
    """Pairs of 3-planes of 9 dimensions, from random to nearly equal, with SciPy's angles between them."""
    first, second, angles, overlaps = [], [], [], []
    for nearness in (None, 1e-1, 1e-4, 1e-9):
        a = np.linalg.qr(random.standard_normal((9, 3)))[0]
        other = random.standard_normal((9, 3))
        b = np.linalg.qr(other if nearness is None else a + nearness * other)[0]
        first.append(a)
        second.append(b @ np.linalg.qr(random.standard_normal((3, 3)))[0])
        angles.append(scipy.linalg.subspace_angles(a, b))
        overlaps.append(np.linalg.norm(a.T @ b) ** 2 / 3)
    return {
        "subspaces.first": np.stack(first),
        "subspaces.second": np.stack(second),
        "subspaces.angles": np.stack(angles),
        "subspaces.overlaps": np.array(overlaps),
    }


def convolutional_encoder(weights: dict[str, torch.Tensor], images: torch.Tensor) -> torch.Tensor:
    """Convolution, batch norm in evaluation mode, ReLU, convolution with stride, ReLU, mean over space."""
    hidden = functional.conv2d(images, weights["conv1"], padding=1)
    statistics = (weights["mean"], weights["variance"], weights["scale"], weights["shift"])
    hidden = functional.batch_norm(hidden, *statistics, training=False, eps=1e-5).relu()
    return functional.conv2d(hidden, weights["conv2"], stride=2, padding=1).relu().mean(dim=(2, 3))


def perceptron(weights: dict[str, torch.Tensor], h: torch.Tensor) -> torch.Tensor:
    hidden = functional.linear(h, weights["weight1"], weights["bias1"]).relu()
    return functional.linear(hidden, weights["weight2"], weights["bias2"])


def encoder_tangents(random: Generator) -> dict:
    draw = lambda *shape: torch.from_numpy(random.standard_normal(shape))  # noqa: E731
    weights = {
        "conv1": draw(4, 3, 3, 3) / 3,
        "mean": draw(4) / 4,
        "variance": draw(4) ** 2 + 0.2,
        "scale": draw(4),
        "shift": draw(4) / 2,
        "conv2": draw(6, 4, 3, 3) / 3,
    }
    images, directions = draw(5, 3, 8, 8), draw(5, 3, 8, 8)
    encode = lambda batch: convolutional_encoder(weights, batch)  # noqa: E731
    embeddings, derivatives = torch.func.jvp(encode, (images,), (directions,))
    tensors = {f"encoder.{name}": value for name, value in weights.items()}
    return tensors | {
        "encoder.images": images,
        "encoder.directions": directions,
        "encoder.embeddings": embeddings,
        "encoder.tangents": derivatives,
        "encoder.tangent_norm": float(derivatives.norm(dim=1).mean()),
    }


def projector(random: Generator) -> dict:
    """A head of two layers: its Jacobians, what they single out, and what a plane leaves out."""
    draw = lambda *shape: torch.from_numpy(random.standard_normal(shape))  # noqa: E731
    weights = {
        "weight1": draw(7, 10) / 3,
        "bias1": draw(7) + 3,  # most hidden units stay active, so that planes of rank 2 exist
        "weight2": draw(5, 7) / 3,
        "bias2": draw(5),
    }
    h = draw(30, 10) * torch.linspace(0.3, 2, 10) + 0.5
    labels = random.integers(0, 4, 30)
    jacobians = torch.func.vmap(torch.func.jacrev(lambda row: perceptron(weights, row)))(h).numpy()
    metric = np.mean([jacobian.T @ jacobian for jacobian in jacobians], axis=0)
    eigenvalues, eigenvectors = np.linalg.eigh(metric)
    local = []
    for jacobian in jacobians:
        right = np.linalg.svd(jacobian)[2][:2]
        local.append(right.T @ right)
    rows = h.numpy() - h.numpy().mean(axis=0)
    outside = np.eye(10) - eigenvectors[:, -3:] @ eigenvectors[:, -3:].T
    means = np.stack([rows[labels == label].mean(axis=0) for label in labels])
    tensors = {f"head.{name}": value for name, value in weights.items()}
    return tensors | {
        "head.h": h,
        "head.labels": labels,
        "head.jacobians": jacobians,
        "head.metric": metric,
        "head.eigenvalues": eigenvalues[::-1],
        "head.local_projectors": np.stack(local),
        "head.nullspace_energy": np.trace(outside @ np.cov(rows.T)) / np.trace(np.cov(rows.T)),
        "head.nullspace_energy_between": np.trace(outside @ np.cov(means.T)) / np.trace(np.cov(means.T)),
    }


def tangent_planes(random: Generator) -> dict:
    """scikit-learn's neighbours and principal components, on a bent surface in seven dimensions."""
    flat = random.uniform(-1, 1, (150, 2))
    surface = np.concatenate([flat, flat**2, flat[:, :1] * flat[:, 1:]], axis=1)
    points = surface @ random.standard_normal((5, 7)) + 0.01 * random.standard_normal((150, 7))
    points = points.astype(np.float32)
    search = NearestNeighbors(n_neighbors=13).fit(points.astype(np.float64))
    distances, indices = search.kneighbors(points.astype(np.float64))
    planes = [PCA(2).fit(points[near[1:]].astype(np.float64)).components_ for near in indices]
    return {
        "surface.points": points,
        "surface.distances": distances[:, 1:],
        "surface.neighbours": indices[:, 1:].astype(np.int64),
        "surface.projectors": np.stack([plane.T @ plane for plane in planes]),
    }


def outer(difference: np.ndarray) -> np.ndarray:
    return np.outer(difference, difference)


def contrastive(features: tuple, logits: np.ndarray, positive: list, negatives: list) -> np.ndarray:
    """Sum over anchors by plain loops: logits [anchor, candidate], the candidate that is the positive, and
    the candidates that are negatives."""
    anchors, candidates = features
    matrix = np.zeros((anchors.shape[1],) * 2)
    for i, anchor in enumerate(anchors):
        members = [*negatives[i], positive[i]]
        weights = np.exp(logits[i][members])
        weights = dict(zip(members, weights / weights.sum(), strict=True))
        for j in negatives[i]:
            matrix += weights[j] * outer(anchor - candidates[j])
        matrix -= (1 - weights[positive[i]]) * outer(anchor - candidates[positive[i]])
    return matrix / len(anchors)


def negative_share(matrix: np.ndarray) -> float:
    eigenvalues = np.linalg.eigvalsh(matrix)
    return float(np.abs(eigenvalues[eigenvalues < 0]).sum() / np.abs(eigenvalues).sum())


def linear_head(h: np.ndarray, weights: np.ndarray, temperature: float, positive: list) -> np.ndarray:
    """X of a linear head under NT-Xent, its sum over pairs as it is written, by plain loops."""
    lengths = np.linalg.norm(h @ weights.T, axis=1)
    scaled = h / lengths[:, None]
    cosines = (scaled @ weights.T) @ (scaled @ weights.T).T
    matrix = np.zeros((h.shape[1],) * 2)
    for i in range(len(h)):
        others = [k for k in range(len(h)) if k != i]
        exponentials = np.exp(cosines[i] / temperature)
        for k in others:
            residual = exponentials[k] / exponentials[others].sum() - (k == positive[i])
            lengthwise = outer(scaled[i]) + outer(scaled[k])
            between = outer(scaled[i] - scaled[k])
            matrix += residual * (between - (1 - cosines[i, k]) * lengthwise)
    return matrix / (len(h) * temperature)


def ntxent_gradient(h: np.ndarray, weights: np.ndarray, temperature: float, positive: list) -> np.ndarray:
    """dL/dW of NT-Xent on z = W h, as cross-entropy of cosines, by PyTorch."""
    leaf = torch.tensor(weights, requires_grad=True)
    unit = functional.normalize(torch.from_numpy(h) @ leaf.T, dim=1)
    logits = (unit @ unit.T / temperature).masked_fill(torch.eye(len(h), dtype=torch.bool), -torch.inf)
    functional.cross_entropy(logits, torch.tensor(positive)).backward()
    return leaf.grad.numpy()


def contrastive_covariance(random: Generator) -> dict:
    count = 14
    first = random.standard_normal((count, 6))
    second = first + random.standard_normal((count, 6)) * np.array([0, 0, 0.2, 1, 1.5, 2])
    projection = random.standard_normal((4, 6)) / 2
    both, size = np.concatenate([first, second]), 2 * count
    z = both @ projection.T
    unit = z / np.linalg.norm(z, axis=1, keepdims=True)
    partner = [(i + count) % size for i in range(size)]
    others = [[j for j in range(size) if j not in (i, partner[i])] for i in range(size)]
    symmetric = contrastive((both, both), unit @ unit.T / 0.5, partner, others)

    distances = -0.5 * ((z[:count, None] - z[None]) ** 2).sum(axis=2)
    firsts = [[j for j in range(count) if j != i] for i in range(count)]
    positives = list(range(count, size))
    one_sided = contrastive((first, both), distances, positives, firsts)

    # The paper's own loss, differentiated: its gradient is -W X.
    weights = torch.tensor(projection, requires_grad=True)
    za, zb = torch.from_numpy(first) @ weights.T, torch.from_numpy(second) @ weights.T
    same = -0.5 * ((za - zb) ** 2).sum(dim=1)
    between = -0.5 * ((za[:, None] - za[None]) ** 2).sum(dim=2)
    between = between.masked_fill(torch.eye(count, dtype=torch.bool), -torch.inf)
    ((torch.cat([between, same[:, None]], dim=1)).logsumexp(dim=1) - same).mean().backward()
    return {
        "contrastive.first": first,
        "contrastive.second": second,
        "contrastive.projection": projection,
        "contrastive.temperature": 0.5,
        "contrastive.ntxent": symmetric,
        "contrastive.squared": one_sided,
        "contrastive.ntxent_rank": float((np.linalg.eigvalsh(symmetric) > 0).sum()),
        "contrastive.ntxent_negative_share": negative_share(symmetric),
        "contrastive.linear_head": linear_head(both, projection, 0.5, partner),
        "contrastive.ntxent_loss_gradient": ntxent_gradient(both, projection, 0.5, partner),
        "contrastive.squared_loss_gradient": weights.grad.numpy(),
    }


def lidar(random: Generator) -> dict:
    """Generalised eigenvalues of S_b against S_w, from loops over samples."""
    centres = random.standard_normal((20, 6)) * np.linspace(0.1, 2, 6)
    views = centres[:, None] + 0.3 * random.standard_normal((20, 4, 6))
    means = views.mean(axis=1)
    within = sum(outer(view - mean) for orbit, mean in zip(views, means, strict=True) for view in orbit)
    between = sum(outer(mean - means.mean(axis=0)) for mean in means) / (20 - 1)
    eigenvalues = scipy.linalg.eigvalsh(between, within / (20 * (4 - 1)) + 1e-4 * np.eye(6))
    shares = eigenvalues / eigenvalues.sum()
    return {"lidar.views": views, "lidar.rank": np.exp(-(shares * np.log(shares)).sum())}


def censored_two_nn(random: Generator) -> dict:
    points = random.standard_normal((400, 5)).astype(np.float32)
    estimator = skdim.id.TwoNN(discard_fraction=0.1, method="mle").fit(points.astype(np.float64))
    return {"two_nn.points": points, "two_nn.censored": estimator.dimension_}


def make(folder: Path) -> list[Path]:
    parts = (subspaces, encoder_tangents, projector, tangent_planes, contrastive_covariance, lidar)
    tensors = {}
    for part in (*parts, censored_two_nn):
        tensors |= part(np.random.default_rng(SEED))
    return [save(folder / "planes.safetensors", tensors, SEED, scikit_dimension=skdim.__version__)]
