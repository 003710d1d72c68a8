"""Checkpoints as lightly, solo-learn and MoCo v2 name them, what their networks say, and files that are refused."""

import argparse
import os
import sys
import types
import zipfile
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn

from reference.vision import torchvision

from .storage import provenance

SEED = 26
WIDTH = 2
FEATURES = 8 * WIDTH
# Of ImageNet's images, as torchvision has them.
MEAN = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
DEVIATION = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)


def make(folder: Path) -> list[Path]:
    torch.manual_seed(SEED)
    folder = folder / "weights"
    folder.mkdir(exist_ok=True)
    images = torch.randint(0, 256, (4, 3, 32, 32), dtype=torch.uint8)
    expected = {"images": images}
    normalized = (images.float() / 255 - MEAN) / DEVIATION
    paths = []
    for name, build in {
        "lightly.ckpt": lightly,
        "solo_learn.ckpt": solo_learn,
        "moco_v2.pth": moco_v2,
        "vicreg.pth": vicreg,
    }.items():
        encoder, head, checkpoint = build()
        with torch.no_grad():
            h = encoder(normalized)
            expected[f"{name}.h"], expected[f"{name}.z"] = h, head(h)
        paths.append(folder / name)
        torch.save(checkpoint, paths[-1])
    paths.append(folder / "expected.safetensors")
    save_file(expected, paths[-1], metadata={"provenance": str(provenance(seed=SEED))})
    return paths + tensors(folder) + refused(folder)


def small_resnet(small_stem: bool = False, padding: int = 1) -> nn.Module:
    """torchvision's ResNet-18 with few channels."""
    network = torchvision.models.resnet18()
    network.inplanes = WIDTH
    network.conv1 = nn.Conv2d(3, WIDTH, 7, 2, 3, bias=False)
    if small_stem:
        network.conv1 = nn.Conv2d(3, WIDTH, 3, 1, padding, bias=False)
        network.maxpool = nn.Identity()
    network.bn1 = nn.BatchNorm2d(WIDTH)
    block = torchvision.models.resnet.BasicBlock
    for stage in range(4):
        layer = network._make_layer(block, WIDTH << stage, 2, stride=1 if stage == 0 else 2)
        setattr(network, f"layer{stage + 1}", layer)
    network.fc = nn.Identity()
    return network


def settle(network: nn.Module, *shape: int) -> nn.Module:
    """Gives batch normalisation statistics and weights that are not those it begins with."""
    for module in network.modules():
        if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)) and module.affine:
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.uniform_(module.bias, -0.5, 0.5)
    with torch.no_grad():
        for _ in range(20):
            network(torch.randn(*shape))
    return network.eval()


def prefixed(prefix: str, module: nn.Module) -> dict[str, torch.Tensor]:
    return {prefix + name: tensor for name, tensor in module.state_dict().items()}


def lightly():
    """SimCLR of lightly's examples under Lightning: the network's children by number."""
    network = settle(small_resnet(), 16, 3, 32, 32)
    backbone = nn.Sequential(*list(network.children())[:-1])
    # lightly.models.modules.heads.SimCLRProjectionHead(16, 12, 8): its layers have these numbers.
    head = nn.Sequential(
        nn.Linear(FEATURES, 12, bias=False),
        nn.BatchNorm1d(12),
        nn.ReLU(),
        nn.Linear(12, 8, bias=False),
        nn.BatchNorm1d(8),
    )
    head = settle(head, 32, FEATURES)
    state = prefixed("backbone.", backbone) | prefixed("projection_head.layers.", head)
    return (
        network,
        head,
        {
            "epoch": 3,
            "pytorch-lightning_version": "2.6.6",
            "state_dict": state,
            "optimizer_states": [{"state": {0: {"momentum_buffer": torch.zeros(3)}}}],
            "hyper_parameters": argparse.Namespace(lr=0.06, path=Path("data")),
        },
    )


class _Configuration:
    """Refers to its parent, as omegaconf's nodes do."""

    def __init__(self, content, parent=None):
        self.__dict__.update(_content=content, _parent=parent)


def solo_learn():
    """SimCLR of solo-learn on CIFAR: a 3×3 stem with two pixels of padding, hyper-parameters by omegaconf."""
    network = settle(small_resnet(small_stem=True, padding=2), 16, 3, 32, 32)
    head = nn.Sequential(nn.Linear(FEATURES, 12), nn.ReLU(), nn.Linear(12, 8)).eval()
    classifier = nn.Linear(FEATURES, 10)
    state = prefixed("backbone.", network) | prefixed("classifier.", classifier)
    state |= prefixed("projector.", head)
    module = types.ModuleType("omegaconf")
    sys.modules["omegaconf"] = module
    _Configuration.__module__ = "omegaconf"
    _Configuration.__qualname__ = _Configuration.__name__ = "DictConfig"
    module.DictConfig = _Configuration
    configuration = _Configuration({})
    configuration._content["optimizer"] = _Configuration({"lr": 0.4}, configuration)
    return network, head, {"state_dict": state, "hyper_parameters": {"cfg": configuration}}


def moco_v2():
    """MoCo v2: encoder_q with its head as fc, a slow encoder_k, a queue; kernels channels-last."""
    network = settle(small_resnet(), 16, 3, 32, 32).to(memory_format=torch.channels_last)
    head = nn.Sequential(nn.Linear(FEATURES, 16), nn.ReLU(), nn.Linear(16, 8)).eval()
    slow = settle(small_resnet(), 16, 3, 32, 32)
    state = prefixed("module.encoder_q.", network) | prefixed("module.encoder_q.fc.", head)
    state |= prefixed("module.encoder_k.", slow) | prefixed("module.encoder_k.fc.", head)
    state["module.queue"] = torch.randn(8, 4)
    return network, head, {"epoch": 200, "arch": "resnet18", "state_dict": state}


def vicreg():
    """VICReg: the last layer of the projector has no offset, the others have."""
    network = settle(small_resnet(), 16, 3, 32, 32)
    head = nn.Sequential(
        nn.Linear(FEATURES, 12),
        nn.BatchNorm1d(12),
        nn.ReLU(),
        nn.Linear(12, 12),
        nn.BatchNorm1d(12),
        nn.ReLU(),
        nn.Linear(12, 8, bias=False),
    )
    head = settle(head, 32, FEATURES)
    state = prefixed("module.backbone.", network) | prefixed("module.projector.", head)
    return network, head, {"epoch": 1, "model": state}


def tensors(folder: Path) -> list[Path]:
    """Every type of element, and tensors that share a storage."""
    values = torch.arange(-4, 8).view(3, 4)
    kinds = [
        torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.int8, torch.int16,
        torch.int32, torch.int64,
    ]  # fmt: skip
    state = {str(kind).removeprefix("torch."): values.to(kind) for kind in kinds}
    state["uint8"] = values.abs().to(torch.uint8)
    state["bool"] = values > 0
    state["transposed"] = state["float32"].t()
    state["row"] = state["float32"][1]
    state["column"] = state["float32"][1:, 2]
    state["scalar"] = torch.tensor(2.5)
    state["empty"] = torch.zeros(0, 3)
    state["parameter"] = nn.Parameter(values.float())
    path = folder / "tensors.pt"
    torch.save(state, path)
    return [path]


class _Called:
    def __init__(self, function, *arguments):
        self.call = (function, arguments)

    def __reduce__(self):
        return self.call


def refused(folder: Path) -> list[Path]:
    """Checkpoints that call a function, lie about a tensor, or are archives that PyTorch never writes."""
    storage = torch.zeros(4).storage()
    rebuild = torch._utils._rebuild_tensor_v2
    contents = {
        "system.pt": {"w": torch.zeros(2), "x": _Called(os.system, "true")},
        "eval.pt": {"w": torch.zeros(2), "x": _Called(eval, "1")},
        "beyond.pt": {"w": _Called(rebuild, storage, 2, (3,), (1,), False, None)},
        "negative.pt": {"w": _Called(rebuild, storage, -1, (2,), (1,), False, None)},
        "repeating.pt": {"w": _Called(rebuild, storage, 0, (1 << 40,), (0,), False, None)},
        "overflowing.pt": {"w": _Called(rebuild, storage, 0, (1 << 62, 4), (1 << 62, 1), False, None)},
        # Twice, and eight others: all of the storage each, in another order.
        "copied.pt": {
            f"w{i}": _Called(rebuild, storage, 0, (2, 2, 1), (1, 2, max(i, 1)), False, None)
            for i in range(9)
        },
        "named.pt": {"a" * 600: {"b" * 600: torch.zeros(2)}},
        "complex.pt": {"w": torch.zeros(2, dtype=torch.complex64)},
    }
    paths = []
    for name, content in contents.items():
        paths.append(folder / f"refused_{name}")
        torch.save(content, paths[-1])
    paths.append(folder / "refused_legacy.pt")
    torch.save({"w": torch.zeros(2)}, paths[-1], _use_new_zipfile_serialization=False)

    whole = folder / "tensors.pt"
    for name in ("compressed", "outside", "repeated"):
        paths.append(folder / f"refused_{name}.pt")
        compression = zipfile.ZIP_DEFLATED if name == "compressed" else zipfile.ZIP_STORED
        with zipfile.ZipFile(whole) as source, zipfile.ZipFile(paths[-1], "w", compression) as copy:
            for member in source.namelist():
                copy.writestr(zipfile.ZipInfo(member), source.read(member), compression)
            if name == "compressed":
                copy.writestr(zipfile.ZipInfo("tensors/data/99"), bytes(1_000_000), compression)
            if name == "outside":
                copy.writestr(zipfile.ZipInfo("../outside"), b"")
            if name == "repeated":
                copy.writestr(zipfile.ZipInfo("tensors/data/0"), b"")
    return paths
