"""Thirty SGD steps of a contrastive ResNet-18 from recorded weights on recorded views."""

import copy
import math
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from reference import vision  # noqa: F401  (before torchvision)
from reference.model import ResNet18, nt_xent, projection_head
from torchvision.models.resnet import BasicBlock, ResNet

from .storage import save

SEED = 1
BATCHES, SAMPLES = 5, 16
WIDTH, TEMPERATURE = 16, 0.2
MOMENTUM, WEIGHT_DECAY = 0.9, 1e-4
# At initialisation all embeddings nearly coincide, and thirty steps from there magnify a rounding
# error a millionfold. So the record starts after steps that spread them, and proceeds gently.
OPENING_STEPS, OPENING_LEARNING_RATE = 40, 0.01
STEPS, LEARNING_RATE = 30, 5e-4
LARGEST_DEVIATION = 1e-5

KEPT_GRADIENTS = ("encoder.conv1.weight", "encoder.bn1.weight", "head.0.weight")
KEPT_AFTER = (
    "encoder.conv1.weight",
    "encoder.bn1.running_mean",
    "encoder.bn1.running_var",
    "encoder.layer4.1.bn2.weight",
    "head.0.bias",
    "head.2.weight",
)


def resnet18(width: int) -> ResNet:
    """torchvision's own ResNet-18, narrowed, with a 3x3 stem, no max-pool and no classifier."""
    model = ResNet(BasicBlock, [2, 2, 2, 2])
    model.inplanes = width
    model.conv1 = nn.Conv2d(3, width, kernel_size=3, stride=1, padding=1, bias=False)
    model.bn1 = nn.BatchNorm2d(width)
    model.maxpool = nn.Identity()
    model.layer1 = model._make_layer(BasicBlock, width, 2)
    model.layer2 = model._make_layer(BasicBlock, 2 * width, 2, stride=2)
    model.layer3 = model._make_layer(BasicBlock, 4 * width, 2, stride=2)
    model.layer4 = model._make_layer(BasicBlock, 8 * width, 2, stride=2)
    model.fc = nn.Identity()
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
    return model


class Model(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.encoder = resnet18(WIDTH)
        self.head = projection_head(8 * WIDTH, 128, 64)


def recorded_views() -> Tensor:
    """uint8 [batches, 2 * samples, 3, 32, 32]: a colour, a wave and a smooth field for each sample.

    The two views of a sample differ by shift, tint and noise.
    """
    generator = torch.Generator().manual_seed(SEED)
    count = BATCHES * SAMPLES

    def uniform(*shape: int) -> Tensor:
        return torch.rand(*shape, generator=generator)

    y, x = torch.meshgrid(torch.arange(40.0), torch.arange(40.0), indexing="ij")
    colour, amplitude = uniform(count, 3, 1, 1), 0.5 * uniform(count, 3, 1, 1)
    angle, wavelength = math.pi * uniform(count, 1, 1), 3 + 17 * uniform(count, 1, 1) ** 2
    phase = 2 * math.pi * (uniform(count, 1, 1) + (angle.cos() * x + angle.sin() * y) / wavelength)
    field = F.interpolate(
        uniform(count, 3, 5, 5), size=(40, 40), mode="bicubic", align_corners=True
    )
    canvas = colour + amplitude * phase.sin()[:, None] + 0.3 * (field - 0.5)

    views = []
    for _ in range(2):
        corners = torch.randint(0, 9, (count, 2), generator=generator).tolist()
        crops = [
            canvas[i, :, top : top + 32, left : left + 32] for i, (top, left) in enumerate(corners)
        ]
        noise = 0.02 * torch.randn(count, 3, 32, 32, generator=generator)
        view = torch.stack(crops) * (0.9 + 0.2 * uniform(count, 3, 1, 1)) + noise
        view = view.clamp(0, 1).mul(255).round().to(torch.uint8)
        views.append(view.reshape(BATCHES, SAMPLES, 3, 32, 32))
    return torch.cat(views, dim=1)


def train(
    model: Model, views: Tensor, steps: int, learning_rate: float, first: dict
) -> list[float]:
    """Trains in place; returns each step's loss before its update; step 0 is kept in `first`."""
    dtype = next(model.parameters()).dtype
    optimizer = torch.optim.SGD(
        model.parameters(), lr=learning_rate, momentum=MOMENTUM, weight_decay=WEIGHT_DECAY
    )
    losses = []
    model.train()
    for step in range(steps):
        h = model.encoder(views[step % len(views)].to(dtype) / 255)
        z = model.head(h)
        loss = nt_xent(z, TEMPERATURE)
        optimizer.zero_grad()
        loss.backward()
        if step == 0:
            first |= {"step0.h": h.detach(), "step0.z": z.detach()}
            for name in KEPT_GRADIENTS:
                first[f"step0.gradient.{name}"] = model.get_parameter(name).grad.clone()
        optimizer.step()
        losses.append(loss.item())
    return losses


def check_benchmarked_model(encoder: ResNet, views: Tensor) -> None:
    """The benchmarks do without torchvision; their encoder has to be the same function."""
    twin = ResNet18(WIDTH)
    twin.load_state_dict(encoder.state_dict())
    torch.testing.assert_close(twin.eval()(views), copy.deepcopy(encoder).eval()(views))


def make(folder: Path) -> list[Path]:
    views = recorded_views()
    torch.manual_seed(SEED)
    model = Model()
    train(model, views, OPENING_STEPS, OPENING_LEARNING_RATE, {})

    check_benchmarked_model(model.encoder, views[0] / 255)

    tensors = {name: value.clone() for name, value in model.state_dict().items()}
    exact = train(copy.deepcopy(model).double(), views, STEPS, LEARNING_RATE, {})
    losses = train(model, views, STEPS, LEARNING_RATE, tensors)
    deviation = max(abs(a / b - 1) for a, b in zip(losses, exact, strict=True))
    if deviation > LARGEST_DEVIATION:
        raise ValueError(
            f"training is chaotic: fp32 losses leave fp64's by {deviation:.1e} relative"
        )

    after = model.state_dict()
    tensors |= {
        "views": views,
        "losses": torch.tensor(losses, dtype=torch.float64),
        "losses_float64": torch.tensor(exact, dtype=torch.float64),
        "temperature": TEMPERATURE,
        "learning_rate": LEARNING_RATE,
        "momentum": MOMENTUM,
        "weight_decay": WEIGHT_DECAY,
    }
    tensors |= {f"after.{name}": after[name] for name in KEPT_AFTER}
    note = f"fp32 losses within {deviation:.1e} relative of fp64's"
    return [save(folder / "training.safetensors", tensors, SEED, precision=note)]
