"""The usual epoch: PIL images, lightly's SimCLR transform, DataLoader, contiguous fp32 model."""

import argparse
import time

import numpy as np
import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset, Subset

from protocol import epoch_parser, serve
from reference import vision  # noqa: F401  (before lightly, which imports torchvision)
from reference.model import ResNet18, projection_head

from lightly.loss import NTXentLoss
from lightly.transforms import SimCLRTransform

TEMPERATURE = 0.2
TRIAL_BATCHES = 4


def parsed_arguments() -> argparse.Namespace:
    parser = epoch_parser(__doc__)
    parser.add_argument("--workers", type=int, nargs="+", default=[2, 1, 0], help="fastest is kept")
    parser.add_argument("--optimizer", choices=["sgd", "adamw"], default="sgd")
    parser.add_argument("--device", default="cpu")
    return parser.parse_args()


class Images(Dataset):
    def __init__(self, pixels: np.ndarray, transform: SimCLRTransform) -> None:
        self.images = [Image.fromarray(image) for image in pixels]
        self.transform = transform

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> list[torch.Tensor]:
        return self.transform(self.images[index])


class Training:
    def __init__(self, arguments: argparse.Namespace) -> None:
        self.device = torch.device(arguments.device)
        self.encoder = ResNet18(arguments.width).to(self.device).train()
        self.head = projection_head(8 * arguments.width, 128, 64).to(self.device).train()
        self.criterion = NTXentLoss(temperature=TEMPERATURE)
        parameters = [*self.encoder.parameters(), *self.head.parameters()]
        self.optimizer = (
            torch.optim.SGD(parameters, lr=0.03, momentum=0.9, weight_decay=1e-4)
            if arguments.optimizer == "sgd"
            else torch.optim.AdamW(parameters, lr=1e-3, weight_decay=1e-4)
        )

    def epoch(self, loader: DataLoader) -> int:
        views = 0
        for first, second in loader:
            first, second = first.to(self.device), second.to(self.device)
            z_first, z_second = self.head(self.encoder(first)), self.head(self.encoder(second))
            loss = self.criterion(z_first, z_second)
            loss.backward()
            self.optimizer.step()
            self.optimizer.zero_grad()
            views += len(first) + len(second)
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)
        return views


def loader(dataset: Dataset, batch: int, workers: int) -> DataLoader:
    return DataLoader(
        dataset,
        batch_size=batch,
        shuffle=True,
        drop_last=True,
        num_workers=workers,
        persistent_workers=workers > 0,
    )


def trial_seconds(training: Training, images: Dataset, batch: int, workers: int) -> float:
    trial = loader(Subset(images, range(min(len(images), TRIAL_BATCHES * batch))), batch, workers)
    # The first pass starts the workers.
    training.epoch(trial)
    start = time.perf_counter()
    training.epoch(trial)
    return time.perf_counter() - start


def main() -> None:
    arguments = parsed_arguments()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    transform = SimCLRTransform(
        input_size=arguments.image_size, cj_strength=arguments.strength, gaussian_blur=0.0
    )
    dataset = Images(np.load(arguments.images)[: arguments.count], transform)
    if len(dataset) < arguments.batch:
        raise SystemExit(f"{arguments.images} has {len(dataset)} images, a batch {arguments.batch}")
    training = Training(arguments)

    trials = {
        workers: trial_seconds(training, dataset, arguments.batch, workers)
        for workers in arguments.workers
    }
    fastest = min(trials, key=trials.get)
    chosen = loader(dataset, arguments.batch, fastest)
    training.epoch(chosen)

    setting = vars(arguments) | {
        "images": str(arguments.images),
        "count": len(dataset),
        "workers": fastest,
        "trial_seconds_by_workers": trials,
    }
    serve(
        lambda: training.epoch(chosen),
        training.device,
        ("torch", "torchvision", "lightly", "pillow"),
        setting,
    )


if __name__ == "__main__":
    main()
