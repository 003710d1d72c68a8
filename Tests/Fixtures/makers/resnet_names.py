"""The names and shapes of torchvision's ResNets, without the classifier."""

import json
from pathlib import Path

from reference.vision import torchvision

from .storage import provenance


def make(folder: Path) -> list[Path]:
    names = {"provenance": provenance(seed=0)}
    for variant in ("resnet18", "resnet34", "resnet50"):
        state = torchvision.models.get_model(variant, weights=None).state_dict()
        names[variant] = {
            name: list(v.shape) for name, v in state.items() if not name.startswith("fc.")
        }
    path = folder / "resnet_names.json"
    entries = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in names.items()]
    path.write_text("{\n" + ",\n".join(entries) + "\n}\n")
    return [path]
