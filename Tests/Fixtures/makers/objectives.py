"""Objectives and their gradients by lightly, in float64 on recorded float32 inputs."""

from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn

from reference import vision  # noqa: F401  (before lightly, which imports torchvision)
from lightly.loss import (
    BarlowTwinsLoss,
    DCLLoss,
    DirectCLRLoss,
    NegativeCosineSimilarity,
    NTXentLoss,
    VICRegLoss,
)
from lightly.loss.hypersphere_loss import HypersphereLoss

from .storage import save

SEED = 21
SAMPLES, DIMENSION, HIDDEN, QUEUE, KEPT = 12, 10, 7, 48, 6
TEMPERATURE = 0.15


def scored(loss_of: Callable[[Tensor, Tensor], Tensor], a: Tensor, b: Tensor) -> dict[str, Tensor]:
    a, b = a.double().requires_grad_(), b.double().requires_grad_()
    loss = loss_of(a, b)
    loss.backward()
    return {"loss": loss.detach(), "gradient": torch.cat([a.grad, b.grad])}


def with_queue(queue: Tensor) -> NTXentLoss:
    loss = NTXentLoss(temperature=TEMPERATURE, memory_bank_size=(QUEUE, DIMENSION))
    loss.memory_bank.bank = queue.double()
    return loss


def make(folder: Path) -> list[Path]:
    generator = torch.Generator().manual_seed(SEED)

    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator)

    a = normal(SAMPLES, DIMENSION)
    b = 0.7 * a + 0.7 * normal(SAMPLES, DIMENSION)
    targets = normal(2 * SAMPLES, DIMENSION)
    queue = nn.functional.normalize(normal(QUEUE, DIMENSION), dim=1)
    torch.manual_seed(SEED)
    predictor = nn.Sequential(
        nn.Linear(DIMENSION, HIDDEN),
        nn.BatchNorm1d(HIDDEN),
        nn.ReLU(),
        nn.Linear(HIDDEN, DIMENSION),
    )
    weights = {f"predictor.{name}": value for name, value in predictor.state_dict().items()}
    tensors = {"temperature": TEMPERATURE, "a": a, "b": b, "targets": targets, "queue": queue}
    tensors |= {name: value.clone() for name, value in weights.items()}

    predictor.double()
    similarity = NegativeCosineSimilarity()
    target_a, target_b = targets.double().split(SAMPLES)

    def predicted(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
        """Over both views at once, as Gnomon's predictors take their batch statistics."""
        return predictor(torch.cat([a, b])).split(SAMPLES)

    def byol(a: Tensor, b: Tensor) -> Tensor:
        p, q = predicted(a, b)
        return 2 + similarity(p, target_b) + similarity(q, target_a)

    def simsiam(a: Tensor, b: Tensor) -> Tensor:
        p, q = predicted(a, b)
        return 0.5 * (similarity(p, b.detach()) + similarity(q, a.detach()))

    def moco(a: Tensor, b: Tensor) -> Tensor:
        # A loss each: the queue changes with a call.
        return 0.5 * (with_queue(queue)(a, target_b) + with_queue(queue)(b, target_a))

    objectives = {
        "dcl": DCLLoss(temperature=TEMPERATURE),
        "direct_clr": DirectCLRLoss(loss_dim=KEPT, temperature=TEMPERATURE),
        "alignment_uniformity": HypersphereLoss(t=2),
        "moco": moco,
        "vicreg": VICRegLoss(),
        "barlow_twins": BarlowTwinsLoss(),
        "byol": byol,
        "simsiam": simsiam,
    }
    for name, loss_of in objectives.items():
        for key, value in scored(loss_of, a, b).items():
            tensors[f"{name}.{key}"] = value
    return [save(folder / "objectives.safetensors", tensors, SEED)]
