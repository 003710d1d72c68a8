"""ResNet-18 with the small stem, the projection head, and NT-Xent."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from . import vision  # noqa: F401  (before torchvision)
from torchvision.models.resnet import BasicBlock, ResNet


def resnet18(width: int) -> ResNet:
    """torchvision's ResNet-18 with a 3x3 stem, no max-pool and no classifier; 8 `width` features.

    Convolutions are initialised as torchvision does: Kaiming normal over fan-out.
    """
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


def projection_head(features: int, hidden: int, output: int) -> nn.Sequential:
    """The two-layer head: names 0.weight, 0.bias, 2.weight, 2.bias."""
    return nn.Sequential(nn.Linear(features, hidden), nn.ReLU(), nn.Linear(hidden, output))


def nt_xent(z: Tensor, temperature: float) -> Tensor:
    """NT-Xent over 2N rows, the first N being view 1 of the samples and the next N view 2."""
    views = z.shape[0]
    unit = F.normalize(z, dim=1)
    logits = unit @ unit.T / temperature
    logits.fill_diagonal_(float("-inf"))
    rows = torch.arange(views, device=z.device)
    return F.cross_entropy(logits, (rows + views // 2) % views)
