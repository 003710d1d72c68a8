"""Loads an exported encoder into torchvision and timm, and compares what they make of images.

    gnomon export runs/NAME --format timm --output encoder.safetensors
    gnomon export runs/NAME --embeddings h --output h.npy
    python load_encoder.py encoder.safetensors --images images.npy --embeddings h.npy

A vision transformer is loaded into timm alone. Images are N×H×W×3 bytes, those that the run held out; without --images random ones are taken, and without
--embeddings torchvision is compared with timm alone. Needs torch, torchvision, timm and safetensors.
"""

import argparse

import numpy as np
import timm
import torch
import torchvision
from safetensors import safe_open
from timm.models.vision_transformer import VisionTransformer
from torch import nn

VIT_SIZES = ("img_size", "patch_size", "embed_dim", "depth", "num_heads")


def read(path: str) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
    with safe_open(path, "pt") as file:
        return {name: file.get_tensor(name) for name in file.keys()}, file.metadata()


def with_stem(network: nn.Module, stem: str) -> nn.Module:
    """For small images the first layer is a 3×3 convolution without pooling."""
    if stem != "imagenet":
        padding = 2 if stem == "small-padded" else 1
        network.conv1 = nn.Conv2d(3, 64, 3, stride=1, padding=padding, bias=False)
        network.maxpool = nn.Identity()
    return network


def torchvision_network(weights: dict, metadata: dict) -> nn.Module:
    network = getattr(torchvision.models, metadata["architecture"])()
    network.fc = nn.Identity()
    with_stem(network, metadata["stem"]).load_state_dict(weights)
    return network.eval()


def timm_network(weights: dict, metadata: dict) -> nn.Module:
    if "patch_size" in metadata:
        sizes = {key: int(metadata[key]) for key in VIT_SIZES}
        network = VisionTransformer(
            **sizes, num_classes=0, global_pool=metadata["global_pool"]
        )
        network.load_state_dict(weights)
        return network.eval()
    network = timm.create_model(metadata["architecture"], num_classes=0)
    with_stem(network, metadata["stem"]).load_state_dict(weights)
    return network.eval()


def normalized(images: torch.Tensor, metadata: dict) -> torch.Tensor:
    """Bytes N×H×W×3 as the network expects them."""
    mean, deviation = (
        torch.tensor([float(x) for x in metadata[key].split(",")]).view(1, 3, 1, 1)
        for key in ("mean", "std")
    )
    return (images.permute(0, 3, 1, 2).float() / 255 - mean) / deviation


def features(network: nn.Module, images: torch.Tensor) -> torch.Tensor:
    with torch.no_grad():
        return torch.cat([network(batch) for batch in images.split(100)])


def difference(a: torch.Tensor, b: torch.Tensor) -> float:
    return float((a - b).abs().max() / b.abs().max())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("weights")
    parser.add_argument("--images")
    parser.add_argument("--embeddings")
    arguments = parser.parse_args()
    weights, metadata = read(arguments.weights)
    is_resnet = "width" in metadata
    if is_resnet and metadata["width"] != "64":
        parser.error(f"width {metadata['width']}: torchvision and timm build networks of width 64")
    if arguments.images:
        images = torch.from_numpy(np.load(arguments.images))
    else:
        side = int(metadata.get("img_size", 64))
        images = torch.randint(0, 256, (8, side, side, 3), dtype=torch.uint8)
    images = normalized(images, metadata)
    ours = {"timm": features(timm_network(weights, metadata), images)}
    if is_resnet:
        ours["torchvision"] = features(torchvision_network(weights, metadata), images)
        print(f"timm from torchvision: {difference(ours['timm'], ours['torchvision']):.1e}")
    if arguments.embeddings:
        h = torch.from_numpy(np.load(arguments.embeddings))
        for name, found in ours.items():
            print(f"{name} from gnomon: {difference(found, h):.1e}")


if __name__ == "__main__":
    main()
