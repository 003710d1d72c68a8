"""ResNet-18 with the small stem, the projection head, and NT-Xent, in PyTorch alone."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def convolution(inputs: int, outputs: int, kernel: int, stride: int = 1) -> nn.Conv2d:
    """Initialised as torchvision does: Kaiming normal over fan-out."""
    layer = nn.Conv2d(inputs, outputs, kernel, stride, padding=kernel // 2, bias=False)
    nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")
    return layer


class BasicBlock(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1 = convolution(inputs, outputs, 3, stride)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = convolution(outputs, outputs, 3)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            projection = convolution(inputs, outputs, 1, stride)
            self.downsample = nn.Sequential(projection, nn.BatchNorm2d(outputs))

    def forward(self, x: Tensor) -> Tensor:
        out = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        out += x if self.downsample is None else self.downsample(x)
        return self.relu(out)


class ResNet18(nn.Module):
    """torchvision's ResNet-18 with a 3x3 stem, without max-pool and classifier."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv1 = convolution(3, width, 3)
        self.bn1 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)
        self.layer1 = nn.Sequential(BasicBlock(width, width, 1), BasicBlock(width, width, 1))
        for layer in (2, 3, 4):
            outputs = width << (layer - 1)
            blocks = BasicBlock(outputs // 2, outputs, 2), BasicBlock(outputs, outputs, 1)
            self.add_module(f"layer{layer}", nn.Sequential(*blocks))
        self.avgpool = nn.AdaptiveAvgPool2d(1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.relu(self.bn1(self.conv1(x)))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.avgpool(x).flatten(1)


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
