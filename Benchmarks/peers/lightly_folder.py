"""Views from a folder the usual way: torchvision's ImageFolder, lightly's SimCLR transform, DataLoader."""

import argparse
from pathlib import Path

import torch
from torch.utils.data import DataLoader

from protocol import serve
from reference import vision  # noqa: F401  (before lightly, which imports torchvision)

from lightly.transforms import SimCLRTransform
from torchvision.datasets import ImageFolder


def parsed_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="a folder of class folders")
    parser.add_argument("--image-size", type=int, default=96)
    parser.add_argument("--batch", type=int, default=128, help="samples")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--strength", type=float, default=0.5, help="of the colour jitter")
    return parser.parse_args()


def main() -> None:
    arguments = parsed_arguments()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    transform = SimCLRTransform(
        input_size=arguments.image_size,
        cj_strength=arguments.strength,
        gaussian_blur=0.5 if arguments.image_size >= 64 else 0.0,
        normalize=None,
    )
    loader = DataLoader(
        ImageFolder(arguments.folder, transform),
        batch_size=arguments.batch,
        shuffle=True,
        drop_last=True,
        num_workers=arguments.workers,
        persistent_workers=arguments.workers > 0,
    )

    def epoch() -> int:
        return sum(len(first) + len(second) for (first, second), _ in loader)

    epoch()
    packages = ("torch", "torchvision", "lightly", "pillow")
    serve(
        epoch,
        torch.device("cpu"),
        packages,
        vars(arguments) | {"folder": str(arguments.folder)},
        with_children=True,
    )


if __name__ == "__main__":
    main()
