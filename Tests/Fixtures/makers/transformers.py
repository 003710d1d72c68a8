"""What timm's vision transformers are called and say, with weights by a rule that needs no file, and a checkpoint as DINO
names it."""

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from torch import nn

from reference.vision import torchvision  # noqa: F401  (before timm, which imports it)

import timm
from timm.layers import resample_abs_pos_embed
from timm.models.vision_transformer import VisionTransformer

from .storage import provenance, save
from .weights import DEVIATION, MEAN, prefixed

SEED = 29
PRIME = 65521
NAMED = (
    "vit_tiny_patch16_224", "vit_small_patch16_224", "vit_small_patch8_224", "vit_base_patch16_224",
    "vit_base_patch8_224",
)  # fmt: skip


def make(folder: Path) -> list[Path]:
    names = {"provenance": provenance(seed=0)}
    for variant in NAMED:
        names[variant.removesuffix("_224")] = shapes(timm.create_model(variant, num_classes=0))
    for pool in ("token", "avg"):
        names[f"vit_mini_patch4.{pool}"] = shapes(mini(32, pool))
    path = folder / "vit_names.json"
    entries = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in names.items()]
    path.write_text("{\n" + ",\n".join(entries) + "\n}\n")

    found = {}
    for pool in ("token", "avg"):
        found[f"mini.{pool}.h"] = features(by_rule(mini(32, pool)), 32)
    # Positions for images of 24 pixels, at a network for 32.
    narrow = by_rule(mini(24, "token")).state_dict()
    found["positions"] = resample_abs_pos_embed(narrow["pos_embed"], [8, 8])
    network = mini(32, "token")
    network.load_state_dict(narrow | {"pos_embed": found["positions"]})
    found["mini.resized.h"] = features(network.eval(), 32)
    tiny = timm.create_model("vit_tiny_patch16_224", num_classes=0, img_size=64)
    found["tiny.h"] = features(by_rule(tiny), 64)
    checkpoint = folder / "weights" / "dino.pth"
    found |= dino(checkpoint)
    return [path, checkpoint, save(folder / "vit.safetensors", found, seed=SEED)]


def mini(size: int, pool: str) -> nn.Module:
    """Gnomon's vit_mini_patch4."""
    return VisionTransformer(
        img_size=size, patch_size=4, embed_dim=192, depth=6, num_heads=3, num_classes=0,
        global_pool=pool,
    )  # fmt: skip


def shapes(network: nn.Module) -> dict[str, list[int]]:
    return {name: list(tensor.shape) for name, tensor in network.state_dict().items()}


def rule(name: str, count: int) -> np.ndarray:
    """Whole numbers below PRIME that follow from a name."""
    i = np.arange(count, dtype=np.int64)
    return (31 * i * i + 17 * i + 101 * sum(name.encode())) % PRIME


def by_rule(network: nn.Module) -> nn.Module:
    """Weights in ±1/8, those of norms about 1, tokens and positions in ±1/2."""
    state = {}
    for name, tensor in network.state_dict().items():
        values = rule(name, tensor.numel()) / PRIME - 0.5
        if "norm" in name and name.endswith("weight"):
            values = 1 + values / 2
        elif name not in ("cls_token", "pos_embed"):
            values = values / 4
        state[name] = torch.from_numpy(values.astype(np.float32)).view(tensor.shape)
    network.load_state_dict(state)
    return network.eval()


def features(network: nn.Module, size: int) -> torch.Tensor:
    values = rule("images", 2 * 3 * size * size) % 256
    images = torch.from_numpy((values / 255).astype(np.float32)).view(2, 3, size, size)
    with torch.no_grad():
        return network(images)


class DINOHead(nn.Module):
    """The head of facebookresearch/dino, written anew: three layers, unit length, prototypes of learned or fixed length."""

    def __init__(self, inputs: int, hidden: int, narrow: int, outputs: int):
        super().__init__()
        self.mlp = nn.Sequential(
            nn.Linear(inputs, hidden), nn.GELU(), nn.Linear(hidden, hidden), nn.GELU(),
            nn.Linear(hidden, narrow),
        )  # fmt: skip
        self.weight_g = nn.Parameter(torch.rand(outputs, 1) + 0.5)
        self.weight_v = nn.Parameter(torch.randn(outputs, narrow))

    def forward(self, h: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        z = self.mlp(h)
        unit = nn.functional.normalize(z, dim=-1)
        weight = self.weight_g * self.weight_v / self.weight_v.norm(dim=1, keepdim=True)
        return z, unit @ weight.t()


def dino(path: Path) -> dict[str, torch.Tensor]:
    """DINO's teacher and student, an encoder of one block of width 64 on patches of 8 pixels."""
    torch.manual_seed(SEED)
    encoder = VisionTransformer(
        img_size=32, patch_size=8, embed_dim=64, depth=1, num_heads=1, num_classes=0
    )
    head = DINOHead(64, 24, 12, 20)
    encoder.eval()
    with torch.no_grad():
        for name, parameter in encoder.named_parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    state = prefixed("backbone.", encoder) | {
        "head.last_layer.weight_g": head.weight_g,
        "head.last_layer.weight_v": head.weight_v,
    }
    state |= prefixed("head.mlp.", head.mlp)
    student = {f"module.{name}": tensor for name, tensor in state.items()}
    path.parent.mkdir(exist_ok=True)
    torch.save(
        {
            "student": student, "teacher": state, "epoch": 100,
            "args": argparse.Namespace(arch="vit_small", patch_size=8),
        },
        path,
    )  # fmt: skip
    images = torch.randint(0, 256, (4, 3, 32, 32), dtype=torch.uint8)
    with torch.no_grad():
        h = encoder((images.float() / 255 - MEAN) / DEVIATION)
        z, scores = head(h)
    return {"dino.images": images, "dino.h": h, "dino.z": z, "dino.scores": scores}
