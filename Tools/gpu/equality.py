"""The same on a CUDA device as on the processor: losses, settings, data, checkpoints, figures."""

import functools
import json
import pathlib
import shutil
import struct
import zlib

from gpu.program import Failed, column, difference, gnomon, largest, moved, together, train

# Small enough that many run beside each other. Where images shrink to a pixel, batch normalisation enlarges rounding a
# thousandfold a step at usual rates; at this one the weights hardly move, and how far they move is compared by itself.
TINY = [
    "--image-size", 16, "--width", 8, "--train-count", 128, "--held-out-count", 64, "--batch-size", 32, "--threads", 2,
    "--precision", "fp32", "--optimizer", "sgd", "--learning-rate", 1e-6, "--warmup-epochs", 0, "--figures", "none"]

OBJECTIVES = [
    "nt-xent,learned", "nt-xent,dot", "nt-xent,tiled", "dcl", "moco:256", "spectral", "supcon", "alignment-uniformity",
    "t-kernel", "vicreg", "vicreg,covariance@h", "barlow-twins", "sigreg", "byol", "simsiam"]
HEADS = [
    "linear:64", "mlp:128-64,bn", "bottleneck:128-16-64", "orthogonal:64", "low-rank:16", "low-rank:16,diagonal",
    "first:64", "reweight:1.1", "mlp:128-64,levels=8", "mlp:128-64,sparse=256,top=32", "mlp:128-64,gelu",
    "mlp:128-64,prototypes=100"]
SCHEDULES = [
    "two-timescale", "alternating:2", "alternating:2,fresh", "unrolled:2", "implicit:4", "frozen", "frozen:orthogonal",
    "none", "reset:2", "ema:0.9"]
OTHERS = {
    "lars": ["--optimizer", "lars"], "adamw": ["--optimizer", "adamw"],
    "parts": ["--encoder-batch-size", 16], "four views": ["--views", 4],
    "resnet50": ["--encoder", "resnet50"], "imagenet stem": ["--stem", "imagenet", "--image-size", 32],
    "vit": ["--encoder", "vit_mini_patch4", "--width", 16], "byol ema": ["--objective", "byol", "--schedule", "ema:0.9"],
    "tensorboard": ["--log", "tensorboard"], "imagenet input": ["--normalise", "imagenet"]}
# Rounding in float32, which a few small steps hardly enlarge.
SETTING_TOLERANCE = 1e-4
# That of the length of a step over that of the weights, one way back through the network.
UPDATE_TOLERANCE = 1e-2


def row(name, value, limit, note=""):
    """One comparison: what was found, what is allowed."""
    return {"name": name, "difference": value, "limit": limit, "passed": value <= limit, "note": note}


def failed(name, failure):
    return {"name": name, "difference": None, "limit": None, "passed": False, "note": str(failure)}


def losses(folder: pathlib.Path) -> list[dict]:
    """30 steps from the same seed, at a learning rate where rounding is not enlarged from step to step; the loss before
    each is compared. How far the processor is from itself with other threads stands beside it."""
    settings = [
        "--steps", 30, "--train-count", 2048, "--held-out-count", 64, "--batch-size", 128, "--figures", "none",
        "--gap-steps", 0, "--optimizer", "sgd", "--learning-rate", 3e-4, "--warmup-epochs", 0]
    rows = []
    for precision, limit in (("fp32", 1e-5), ("bf16", 1e-3)):
        runs = together({
            name: functools.partial(
                train, folder / f"{precision}-{name}", device, *settings, "--precision", precision, "--threads", threads)
            for name, device, threads in (("cpu", "cpu", 4), ("other", "cpu", 3), ("cuda", "cuda", 4))})
        wrong = [run for run in runs.values() if isinstance(run, Failed)]
        if wrong:
            rows.append(failed(f"losses {precision}", wrong[0]))
            continue
        cpu, other, cuda = (column(runs[name], "loss") for name in ("cpu", "other", "cuda"))
        note = f"processor with 3 threads and 4: {largest(cpu, other):.1e}; loss {cpu[0]:.4f} to {cpu[-1]:.4f}"
        rows.append(row(f"losses {precision}, 30 steps", largest(cpu, cuda), limit, note))
    return rows


def settings(folder: pathlib.Path) -> list[dict]:
    """Every objective, head and schedule, and more of what changes a step: four steps each."""
    variants = {f"objective {text}": ["--objective", text] for text in OBJECTIVES}
    variants |= {f"head {text}": ["--head", text] for text in HEADS}
    variants |= {f"schedule {text}": ["--schedule", text] for text in SCHEDULES}
    variants |= OTHERS

    def losses_of(name, extra):
        place = folder / name.replace(" ", "-").replace(":", "-").replace(",", "-")
        for device in ("cpu", "cuda"):
            train(place / device, device, *TINY, "--steps", 4, *extra)
        runs = [place / device for device in ("cpu", "cuda")]
        update = largest(*(column(run, "update_encoder") for run in runs))
        result = row(name, largest(*(column(run, "loss") for run in runs)), SETTING_TOLERANCE)
        return result | {"passed": result["passed"] and update <= UPDATE_TOLERANCE, "note": f"steps {update:.1e}"}

    found = together({
        name: functools.partial(losses_of, name, extra) for name, extra in variants.items()})
    return [failed(name, result) if isinstance(result, Failed) else result for name, result in found.items()]


def moves(folder: pathlib.Path) -> list[dict]:
    """Data that is packed or streamed, weights of a file, and checkpoints that go on elsewhere."""
    steps = [*TINY, "--steps", 8, "--keep", 0]
    streamed = images(folder / "images")

    def packed():
        file = folder / "packed.gnomon"
        gnomon("data", "convert", "--image-size", 16, "--train-count", 128, "--held-out-count", 64, "--output", file)
        return both("packed", ["--dataset", "packed", "--data", file])

    def both(name, extra):
        runs = [train(folder / f"{name}-{device}", device, *steps, *extra) for device in ("cpu", "cuda")]
        return row(name, largest(*(column(run, "loss") for run in runs)), SETTING_TOLERANCE)

    def resumed(origin, target):
        whole = train(folder / f"{origin}-whole", origin, *steps)
        half = moved(whole, folder / f"{origin}-to-{target}", target)
        for file in (half / "checkpoints").glob("step-00000008.*"):
            file.unlink()
        (half / "checkpoints/last").write_text("step-00000004\n")
        (half / "summary.json").unlink()
        gnomon("train", "--resume", half, "--quiet")
        name = f"resumed on {target}, begun on {origin}"
        return row(name, largest(column(whole, "loss"), column(half, "loss")), SETTING_TOLERANCE)

    def weights():
        run = train(folder / "weights", "cuda", *steps)
        file = folder / "weights.safetensors"
        gnomon("export", run, "--output", file)
        begun = both("begun with weights of a file", ["--init", file])
        found = {
            device: json.loads(gnomon(
                "geometry", "--weights", file, "--image-size", 16, "--train-count", 128, "--held-out-count", 64, "--device",
                device, "--figures", "effective_rank,alignment", "--json"))["layers"]["h"]
            for device in ("cpu", "cuda")}
        measured = max(
            difference(found["cpu"][key], found["cuda"][key]) for key in ("effective_rank", "alignment"))
        return [begun, row("weights of a file, measured", measured, SETTING_TOLERANCE)]

    tasks = {
        "packed": packed, "weights": weights,
        "streamed": functools.partial(
            both, "streamed", ["--dataset", "folder", "--data", streamed, "--loading", "stream"]),
        "cpu to cuda": functools.partial(resumed, "cpu", "cuda"),
        "cuda to cpu": functools.partial(resumed, "cuda", "cpu")}
    rows = []
    for name, result in together(tasks).items():
        rows += [failed(name, result)] if isinstance(result, Failed) else result if isinstance(result, list) else [result]
    return rows


def images(folder: pathlib.Path) -> pathlib.Path:
    """PNG files of two classes and both splits, written by hand: Python's own library has no pictures."""
    shutil.rmtree(folder, ignore_errors=True)
    for split, count in (("train", 64), ("val", 32)):
        for number in range(2 * count):
            side, label = 24, number % 2
            rows = b"".join(
                b"\0" + bytes((x * (3 + label) + y * (number % 7) + c * 40) % 256 for x in range(side) for c in range(3))
                for y in range(side))
            parts = [
                (b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
            data = b"\x89PNG\r\n\x1a\n" + b"".join(
                struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
                for kind, body in parts)
            file = folder / split / f"class{label}" / f"{number}.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
    return folder
