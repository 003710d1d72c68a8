"""Heads that discretise their output or end in a sparse autoencoder: values and gradients by PyTorch, in float64."""

from pathlib import Path

import torch
from torch import Tensor, nn

from .storage import save

SEED = 31
ROWS, INPUTS, HIDDEN, OUTPUT, CODE = 9, 6, 7, 4, 11
LEVELS = (2, 4, 8)
# How many coordinates of the code are kept (None: all), and the weight of its sum.
CODES = {"l1": (None, 0.01), "top": (3, 0.0), "both": (4, 0.25)}


class Round(torch.autograd.Function):
    """To the nearest of so many equally spaced levels from -1 to 1, straight through backwards."""

    @staticmethod
    def forward(context, x: Tensor, levels: int) -> Tensor:
        grid = torch.linspace(-1, 1, levels, dtype=x.dtype)
        return grid[(x.unsqueeze(-1) - grid).abs().argmin(-1)]

    @staticmethod
    def backward(context, gradient: Tensor) -> tuple[Tensor, None]:
        return gradient, None


def kept(code: Tensor, count: int | None) -> Tensor:
    if count is None:
        return code
    values, places = code.topk(count, dim=1)
    return torch.zeros_like(code).scatter(1, places, values)


def make(folder: Path) -> list[Path]:
    torch.manual_seed(SEED)
    body = nn.Sequential(nn.Linear(INPUTS, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, OUTPUT))
    encoder, decoder = nn.Linear(OUTPUT, CODE), nn.Linear(CODE, OUTPUT)
    h, seed = torch.randn(ROWS, INPUTS), torch.randn(ROWS, OUTPUT)
    # By the names of one Sequential; the second activation and what keeps the largest have numbers of their own.
    named = {"0": body[0], "2": body[2], "3": encoder, "5": decoder, "6": decoder}
    tensors = {"h": h, "seed": seed}
    for number, layer in named.items():
        for name, value in layer.named_parameters():
            tensors[f"{number}.{name}"] = value.detach().clone()
    for module in (body, encoder, decoder):
        module.double()

    for levels in LEVELS:
        x = h.double().requires_grad_()
        z = Round.apply(torch.tanh(body(x)), levels)
        gradients = torch.autograd.grad((z * seed.double()).sum(), [x, body[0].weight])
        tensors |= {f"levels.{levels}.z": z.detach()}
        tensors |= {f"levels.{levels}.gradient": gradients[0]}
        tensors |= {f"levels.{levels}.weight_gradient": gradients[1]}

    for name, (count, weight) in CODES.items():
        x = h.double().requires_grad_()
        y = body(x)
        code = kept(encoder(y).relu(), count)
        z = decoder(code)
        penalty = nn.functional.mse_loss(z, y) + weight * code.abs().sum(1).mean()
        loss = (z * seed.double()).sum() + 3 * penalty
        gradients = torch.autograd.grad(loss, [x, body[0].weight, encoder.weight, decoder.bias])
        tensors |= {f"{name}.z": z.detach(), f"{name}.code": code.detach()}
        tensors |= {f"{name}.penalty": penalty.item()}
        parts = ("gradient", "weight_gradient", "encoder_gradient", "decoder_gradient")
        tensors |= {f"{name}.{part}": g for part, g in zip(parts, gradients, strict=True)}

    return [save(folder / "heads.safetensors", tensors, SEED)]
