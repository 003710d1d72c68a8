"""Layers, optimisers and the learning-rate schedule: inputs in float32, references in float64."""

import math
from pathlib import Path

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional as F

from reference import vision  # noqa: F401  (before lightly, which imports torchvision)
from lightly.utils.lars import LARS as LightlyLARS

from .storage import save

SEED = 11
OPTIMIZER_STEPS = 10
TRUST = 0.001

# Input channels, output channels, kernel, stride, padding, bias, image size.
CONVOLUTIONS = {
    "same": (3, 4, 3, 1, 1, False, 8),
    "strided": (4, 6, 3, 2, 1, True, 9),
    "pointwise": (4, 5, 1, 2, 0, False, 8),
    "stem": (3, 4, 7, 2, 3, False, 16),
}
# Total steps, warm-up steps, base learning rate.
SCHEDULES = ((20, 0, 0.1), (100, 10, 0.3), (50, 1, 0.001), (30, 29, 0.2))


def normal(generator: Generator, *shape: int) -> Tensor:
    return torch.randn(*shape, generator=generator)


def differentiated(
    name: str, function, inputs: dict[str, Tensor], generator: Generator
) -> dict[str, Tensor]:
    """Inputs, output, and every input's gradient for a random `output_gradient`, under `name`."""
    exact = {key: value.double().requires_grad_() for key, value in inputs.items()}
    output = function(**exact)
    seed = normal(generator, *output.shape)
    gradients = torch.autograd.grad(output, list(exact.values()), seed.double())
    tensors = inputs | {"output": output.detach(), "output_gradient": seed}
    tensors |= {f"{key}_gradient": g for key, g in zip(exact, gradients, strict=True)}
    return {f"{name}.{key}": value for key, value in tensors.items()}


def layers(generator: Generator) -> dict[str, Tensor]:
    tensors = {}
    for name, (inputs, outputs, kernel, stride, padding, bias, size) in CONVOLUTIONS.items():
        operands = {
            "input": normal(generator, 2, inputs, size, size),
            "weight": normal(generator, outputs, inputs, kernel, kernel),
        }
        if bias:
            operands["bias"] = normal(generator, outputs)

        def convolve(input, weight, bias=None, stride=stride, padding=padding):
            return F.conv2d(input, weight, bias, stride=stride, padding=padding)

        tensors |= differentiated(f"conv2d.{name}", convolve, operands, generator)
        tensors |= {f"conv2d.{name}.stride": stride, f"conv2d.{name}.padding": padding}
    operands = {
        "input": normal(generator, 6, 7),
        "weight": normal(generator, 5, 7),
        "bias": normal(generator, 5),
    }
    tensors |= differentiated("linear", F.linear, operands, generator)
    images = {"input": normal(generator, 2, 3, 7, 7)}
    tensors |= differentiated(
        "maxpool", lambda input: F.max_pool2d(input, 3, 2, 1), images, generator
    )
    images = {"input": normal(generator, 2, 3, 7, 7)}
    tensors |= differentiated("avgpool", lambda input: input.mean(dim=(2, 3)), images, generator)
    return tensors


def batch_norm(generator: Generator) -> dict[str, Tensor]:
    """Three training batches with the statistics after each, then the first in evaluation mode."""
    batches = 2 * normal(generator, 3, 4, 5, 3, 3) + normal(generator, 5, 1, 1)
    weight, bias = 1 + 0.3 * normal(generator, 5), normal(generator, 5)
    running_mean = torch.zeros(5, dtype=torch.float64)
    running_var = torch.ones(5, dtype=torch.float64)
    tensors = {}
    for index, batch in enumerate(batches):
        operands = {"input": batch, "weight": weight, "bias": bias}

        def normalize(input, weight, bias):
            return F.batch_norm(input, running_mean, running_var, weight, bias, training=True)

        tensors |= differentiated(f"batchnorm.train{index}", normalize, operands, generator)
        tensors |= {
            f"batchnorm.train{index}.running_mean": running_mean.clone(),
            f"batchnorm.train{index}.running_var": running_var.clone(),
        }

    def evaluate(input, weight, bias):
        return F.batch_norm(input, running_mean, running_var, weight, bias, training=False)

    operands = {"input": batches[0], "weight": weight, "bias": bias}
    return tensors | differentiated("batchnorm.eval", evaluate, operands, generator)


class LARS(torch.optim.Optimizer):
    """SGD with momentum on gradients scaled by trust |p| / (|g| + decay |p|), tensor by tensor.

    You et al. 2017, equation 6. One-dimensional parameters are neither scaled nor decayed.
    """

    def __init__(self, parameters, lr: float, momentum: float, weight_decay: float) -> None:
        super().__init__(parameters, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self) -> None:
        for group in self.param_groups:
            for p in group["params"]:
                update = p.grad.clone()
                if p.dim() > 1:
                    norm, decay = p.norm(), group["weight_decay"]
                    update = (update + decay * p) * TRUST * norm / (p.grad.norm() + decay * norm)
                buffer = self.state[p].setdefault("buffer", torch.zeros_like(p))
                buffer.mul_(group["momentum"]).add_(update)
                p.sub_(group["lr"] * buffer)


OPTIMIZERS = {
    "sgd": (torch.optim.SGD, {"lr": 0.1, "momentum": 0.0, "weight_decay": 0.0}),
    "sgd_momentum": (torch.optim.SGD, {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.01}),
    "sgd_nesterov": (
        torch.optim.SGD,
        {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.01, "nesterov": True},
    ),
    "adamw": (
        torch.optim.AdamW,
        {"lr": 0.01, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0.05},
    ),
    "lars": (LARS, {"lr": 2.0, "momentum": 0.9, "weight_decay": 0.01}),
}


def trajectory(
    optimizer_type, options: dict, start: list[Tensor], gradients: list[Tensor]
) -> list[Tensor]:
    """Each parameter after each step, stacked along a first axis."""
    parameters = [nn.Parameter(value.double()) for value in start]
    optimizer = optimizer_type(parameters, **options)
    history = []
    for step in range(OPTIMIZER_STEPS):
        for parameter, gradient in zip(parameters, gradients, strict=True):
            parameter.grad = gradient[step].double()
        optimizer.step()
        history.append([parameter.detach().clone() for parameter in parameters])
    return [torch.stack(values) for values in zip(*history, strict=True)]


def lightly_lars(parameters: list[nn.Parameter], lr: float, momentum: float, weight_decay: float):
    """lightly's LARS exempts what has no weight decay."""
    groups = [
        {"params": [p for p in parameters if p.dim() > 1], "weight_decay": weight_decay},
        {"params": [p for p in parameters if p.dim() == 1], "weight_decay": 0.0},
    ]
    return LightlyLARS(groups, lr=lr, momentum=momentum, trust_coefficient=TRUST)


def optimizers(generator: Generator) -> dict[str, Tensor]:
    start = {"weight": normal(generator, 4, 3), "bias": normal(generator, 4)}
    gradients = {name: normal(generator, OPTIMIZER_STEPS, *p.shape) for name, p in start.items()}
    tensors = {f"optimizer.start.{name}": value for name, value in start.items()}
    tensors |= {f"optimizer.gradients.{name}": value for name, value in gradients.items()}
    operands = list(start.values()), list(gradients.values())
    for name, (optimizer_type, options) in OPTIMIZERS.items():
        path = trajectory(optimizer_type, options, *operands)
        tensors |= {f"optimizer.{name}.{key}": v for key, v in zip(start, path, strict=True)}
        hyperparameters = {"learning_rate": options["lr"], "weight_decay": options["weight_decay"]}
        if "momentum" in options:
            hyperparameters["momentum"] = options["momentum"]
        tensors |= {f"optimizer.{name}.{key}": value for key, value in hyperparameters.items()}

    own, lightly = (
        trajectory(kind, OPTIMIZERS["lars"][1], *operands) for kind in (LARS, lightly_lars)
    )
    torch.testing.assert_close(own, lightly, rtol=1e-7, atol=0)
    return tensors


def schedules() -> dict[str, Tensor]:
    """Rates of steps 0 to `total`: linear from base/warm-up to base, then half a cosine to 0."""
    tensors = {"schedule.cases": len(SCHEDULES)}
    for index, (total, warmup, base) in enumerate(SCHEDULES):
        rates = [
            base * (step + 1) / warmup
            if step < warmup
            else base * (1 + math.cos(math.pi * (step - warmup) / (total - warmup))) / 2
            for step in range(total + 1)
        ]
        tensors |= {
            f"schedule.case{index}.total": total,
            f"schedule.case{index}.warmup": warmup,
            f"schedule.case{index}.base": base,
            f"schedule.case{index}.rates": torch.tensor(rates, dtype=torch.float64),
        }
    return tensors


def make(folder: Path) -> list[Path]:
    generator = torch.Generator().manual_seed(SEED)
    tensors = layers(generator) | batch_norm(generator) | optimizers(generator) | schedules()
    return [save(folder / "layers.safetensors", tensors, SEED)]
