"""What torchvision and timm make of Gnomon's encoders, and Gnomon of theirs.

    check_weights.py images FOLDER
    check_weights.py compare RUN FOLDER        exported weights, loaded by both libraries
    check_weights.py others FOLDER             networks of theirs, and the features that Gnomon should find
    check_weights.py compare-others FOLDER     what Gnomon found
"""

import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[1] / "Examples/python")]

import reference.vision  # noqa: E402, F401  (torchvision beside a torch without CUDA)
import load_encoder  # noqa: E402
import timm  # noqa: E402
import torchvision  # noqa: E402
from check_images import write_images  # noqa: E402
from safetensors.torch import save_file  # noqa: E402

# Float32 sums in another order, of the largest feature.
TOLERANCE = 1e-5
IMAGENET = {"mean": "0.485,0.456,0.406", "std": "0.229,0.224,0.225"}


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


def others() -> dict[str, nn.Module]:
    """Their networks, as they begin."""
    torch.manual_seed(4)
    # Branches that begin small, as timm has them: else fifty layers make 1e-4 of float32's rounding, in PyTorch too.
    networks = {
        f"torchvision-{name}": getattr(torchvision.models, name)(zero_init_residual=True)
        for name in ("resnet18", "resnet50")
    }
    networks |= {
        f"timm-{name}": timm.create_model(name, num_classes=0, **sizes)
        for name, sizes in {
            "resnet18": {},
            "resnet50": {},
            "vit_tiny_patch16_224": {"img_size": 32},
            "vit_small_patch16_224": {"img_size": 32},
        }.items()
    }
    for network in networks.values():
        if hasattr(network, "fc"):
            network.fc = nn.Identity()
    return networks


def write_others(folder: Path) -> None:
    """Each network in a file, after some training of its statistics, beside its features of the held-out images."""
    images = load_encoder.normalized(
        torch.from_numpy(np.load(folder / "images/x_test.npy")), IMAGENET
    )
    for name, network in others().items():
        with torch.no_grad():
            for parameter in network.parameters():
                parameter.add_(0.02 * torch.randn_like(parameter))
            for module in network.modules():
                if isinstance(module, nn.BatchNorm2d):
                    module.momentum = None
            network.train()(images)
        np.save(folder / f"{name}.npy", load_encoder.features(network.eval(), images).numpy())
        state = network.state_dict()
        if name.startswith("timm"):
            save_file(state, folder / f"{name}.weights")
        else:
            torch.save({"state_dict": {f"module.{key}": value for key, value in state.items()}}, folder / f"{name}.weights")


def compare_others(folder: Path) -> None:
    paths = sorted(folder.glob("*.weights"))
    assert len(paths) == 6, paths
    for path in paths:
        theirs, found = (torch.from_numpy(np.load(path.with_suffix(end))) for end in (".npy", ".found.npy"))
        difference = load_encoder.difference(found, theirs)
        print(f"{path.stem}: gnomon from it {difference:.1e}")
        assert difference < TOLERANCE, path


COMMANDS = {
    "images": write_images, "compare": compare, "others": write_others, "compare-others": compare_others,
}

if __name__ == "__main__":
    COMMANDS[sys.argv[1]](*map(Path, sys.argv[2:]))
