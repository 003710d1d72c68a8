"""Every figure of `gnomon geometry` on a CUDA device and on the processor."""

import functools
import json
import math
import pathlib

from gpu.equality import failed, row
from gpu.program import Failed, difference, gnomon, moved, together, train

LIMIT = 1e-4
# Figures that rounding moves further, by what stands before a dot in their key: how far, and why.
RECTIFIED = (1e-2, "a rectifier near zero may let a tangent pass or not")
TRAINED = (0.2, "a network is trained for it, which enlarges rounding from step to step")
REASONS = {
    "tangent_norm": RECTIFIED, "tangent_gain": RECTIFIED, "tangent_angle_smallest": RECTIFIED,
    "tangent_angle_largest": RECTIFIED, "rotation_mlp_top1": TRAINED, "transformation_mlp": TRAINED,
    "gaussian": (math.inf, "the sample is drawn through a triangular factor, the signs of whose rows are the library's choice"),
}
# Shares of a variance, which may be near zero: one is what they are compared with.
SHARES = {"augmentation", "transformation", "transformation_mlp", "attribute"}
# Logarithms, of which those so far below the first are rounding.
SPECTRUM, DEPTH = "spectrum", 12


def numbers(layers: dict) -> dict[str, float]:
    """All numbers of all layers under LAYER.KEY, those within lists and dictionaries too."""
    found = {}

    def walk(name, value):
        if isinstance(value, bool) or value is None or isinstance(value, str):
            return
        if isinstance(value, dict):
            for key, part in value.items():
                walk(f"{name}.{key}" if name else key, part)
        elif isinstance(value, list):
            for place, part in enumerate(value):
                walk(f"{name}[{place}]", part)
        else:
            found[name] = value

    walk("", layers)
    return found


def family_of(name: str) -> str:
    """What a number's key begins with, behind the control that it stands under."""
    parts = name.split("[")[0].split(".")
    if parts[0] == "controls":
        return "gaussian" if parts[1] == "gaussian" else parts[2]
    return parts[0]


def scale(values: dict[str, float], name: str) -> float:
    """What a number is compared with: for a member of a list the largest of the list, whose last ones are rounding."""
    if "[" not in name:
        return abs(values[name])
    start = name[:name.rindex("[")] + "["
    return max(abs(value) for key, value in values.items() if key.startswith(start))


def figures(folder: pathlib.Path) -> list[dict]:
    """A run of the processor, measured in full on both."""
    run = train(
        folder / "measured", "cpu", "--steps", 30, "--train-count", 2000, "--held-out-count", 500, "--batch-size", 128,
        "--width", 8, "--precision", "fp32", "--figures", "none", "--threads", 8, "--learning-rate", 1e-3)
    places = {device: moved(run, folder / f"measured-{device}", device) for device in ("cpu", "cuda")}
    found = together({
        device: functools.partial(gnomon, "geometry", place, "--json", "--layers", "tail")
        for device, place in places.items()})
    if isinstance(found["cpu"], Failed):
        return [failed("figures on the processor", found["cpu"])]
    left = json.loads(found["cpu"])["layers"]
    if isinstance(found["cuda"], Failed):
        return [failed("figures", found["cuda"])] + by_family(left["z"], places["cuda"])
    right = json.loads(found["cuda"])["layers"]

    worst: dict[str, tuple[float, str]] = {}
    for layer in left:
        cpu, cuda = numbers(left[layer]), numbers(right.get(layer, {}))
        for name in sorted(cpu.keys() | cuda.keys()):
            family = family_of(name)
            value = number_difference(cpu, cuda, name)
            if value > worst.get(family, (-1, ""))[0]:
                worst[family] = (value, f"{layer} {name}: {cpu.get(name)} and {cuda.get(name)}")
    rows = []
    for family, (value, detail) in sorted(worst.items()):
        limit, reason = REASONS.get(family, (LIMIT, ""))
        note = "; ".join(filter(None, [detail, reason])) if value > LIMIT else ""
        rows.append(row(f"figure {family}", value, limit, note))
    return rows


def number_difference(cpu: dict[str, float], cuda: dict[str, float], name: str) -> float:
    """How far two numbers of one name are apart."""
    if SPECTRUM in name and "[" in name:
        first = max(value for key, value in cpu.items() if key.startswith(name[:name.rindex("[")] + "["))
        if all(values.get(name, -math.inf) < first - DEPTH for values in (cpu, cuda)):
            return 0
    if name not in cpu or name not in cuda:
        return math.inf
    if "[" in name:
        return abs(cpu[name] - cuda[name]) / max(scale(cpu, name), 1e-300)
    if family_of(name) in SHARES:
        return abs(cpu[name] - cuda[name]) / max(1, abs(cpu[name]))
    return difference(cpu[name], cuda[name])


def by_family(layer: dict, run: pathlib.Path) -> list[dict]:
    """Which figures fail by themselves, where all together do."""
    left_out = {"layer", "n", "dimension", "conventions", "controls", "spectrum", "invariance_at"}
    families = {}
    for key in layer:
        families.setdefault(key.split(".")[0], key)
    # A run is worked on by one process at a time, so that each has a copy.
    found = together({
        family: functools.partial(
            lambda key, family: gnomon(
                "geometry", moved(run, run.with_name(f"{run.name}-{family}"), "cuda"), "--figures", key, "--json"),
            key, family)
        for family, key in families.items() if family not in left_out})
    return [failed(f"figure {name}", result) for name, result in found.items() if isinstance(result, Failed)]
