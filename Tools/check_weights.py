"""What torchvision and timm make of exported encoders: check_weights.py images FOLDER, or compare RUN FOLDER."""

import sys
from pathlib import Path

import numpy as np
import torch

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[1] / "Examples/python")]

import reference.vision  # noqa: E402, F401  (torchvision beside a torch without CUDA)
import load_encoder  # noqa: E402
from check_images import write_images  # noqa: E402

# Float32 sums in another order.
TOLERANCE = 1e-5


def compare(run: Path, folder: Path) -> None:
    images = torch.from_numpy(np.load(folder / "x_test.npy"))
    h = torch.from_numpy(np.load(run / "h.npy"))
    for path in sorted(run.glob("*.safetensors")):
        build = getattr(load_encoder, f"{path.stem}_network")
        weights, metadata = load_encoder.read(str(path))
        found = load_encoder.features(
            build(weights, metadata), load_encoder.normalized(images, metadata)
        )
        difference = load_encoder.difference(found, h)
        print(f"{run.name}: {path.stem} from gnomon {difference:.1e}")
        assert difference < TOLERANCE, path


if __name__ == "__main__":
    {"images": write_images, "compare": compare}[sys.argv[1]](*map(Path, sys.argv[2:]))
