"""NT-Xent, its gradients and the figures reported with it, by lightly and by plain loops."""

import math
from pathlib import Path

import torch
from torch import Tensor

from reference import vision  # noqa: F401  (before lightly, which imports torchvision)
from lightly.loss import NTXentLoss

from .storage import save

SEED = 20
# Samples, dimension, temperature, and a scale on the embeddings, which must not matter.
CASES = (
    (2, 3, 0.5, 1.0),
    (5, 7, 1.0, 1.0),
    (8, 16, 0.2, 1.0),
    (16, 32, 0.1, 100.0),
    (24, 64, 0.05, 0.1),
)


def naive(a: Tensor, b: Tensor, temperature: float) -> dict[str, Tensor | float]:
    """Every figure row by row and candidate by candidate, in float64."""
    samples = len(a)
    rows = [row / row.square().sum().sqrt() for row in [*a, *b]]
    loss = torch.zeros((), dtype=torch.float64)
    hits, entropy, positive, negative = 0, 0.0, [], []
    for i, row in enumerate(rows):
        partner = (i + samples) % (2 * samples)
        cosines = {k: torch.dot(row, other) for k, other in enumerate(rows) if k != i}
        exponentials = {k: torch.exp(cosine / temperature) for k, cosine in cosines.items()}
        total = sum(exponentials.values())
        loss = loss - torch.log(exponentials[partner] / total)

        hits += max(cosines, key=lambda k: cosines[k].item()) == partner
        shares = [(value / total).item() for value in exponentials.values()]
        entropy -= sum(share * math.log(share) for share in shares if share > 0)
        positive.append(cosines[partner].item())
        negative += [cosine.item() for k, cosine in cosines.items() if k != partner]
    views = 2 * samples
    return {
        "loss": loss / views,
        "contrastive_top1": hits / views,
        "positive_cosine": sum(positive) / len(positive),
        "negative_cosine": sum(negative) / len(negative),
        "entropy": entropy / views,
    }


def with_gradients(loss_of, a: Tensor, b: Tensor, prefix: str) -> dict[str, Tensor]:
    a, b = a.clone().requires_grad_(), b.clone().requires_grad_()
    loss = loss_of(a, b)
    loss.backward()
    return {
        f"{prefix}.loss": loss.detach(),
        f"{prefix}.gradient_a": a.grad,
        f"{prefix}.gradient_b": b.grad,
    }


def make(folder: Path) -> list[Path]:
    generator = torch.Generator().manual_seed(SEED)
    tensors = {"cases": len(CASES)}
    for index, (samples, dimension, temperature, scale) in enumerate(CASES):
        case = f"case{index}"
        a = scale * torch.randn(samples, dimension, generator=generator)
        b = 0.6 * a + 0.8 * scale * torch.randn(samples, dimension, generator=generator)
        tensors |= {f"{case}.a": a, f"{case}.b": b, f"{case}.temperature": temperature}

        lightly = NTXentLoss(temperature=temperature, gather_distributed=False)
        tensors |= with_gradients(lightly, a, b, f"{case}.lightly")
        a, b = a.double(), b.double()
        tensors |= with_gradients(
            lambda a, b: naive(a, b, temperature)["loss"], a, b, f"{case}.naive"
        )
        figures = naive(a, b, temperature)
        tensors |= {f"{case}.{name}": value for name, value in figures.items() if name != "loss"}
    return [save(folder / "ntxent.safetensors", tensors, SEED)]
