"""Compares what TensorBoard reads in a run's folder with the run's own files: check_tensorboard.py RUN."""

import json
import sys
from pathlib import Path

import numpy
from google.protobuf import text_format
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.projector import projector_plugin
from tensorboard.plugins.projector.projector_config_pb2 import ProjectorConfig


def lines(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def compare(name, events, rows):
    """Events beside (step, value) pairs: each step once, none going back, also of a run that was stopped in between."""
    found = [(event.step, event.value) for event in events.Scalars(name)]
    assert [step for step, _ in found] == [step for step, _ in rows], name
    # Events hold single precision.
    assert numpy.allclose([v for _, v in found], [v for _, v in rows], rtol=1e-6, atol=1e-37), name


def numbers(row):
    """A row's figures by their tags without the layer: `a.b` as `a/b`, of a strength the point stays."""
    for key, value in row.items():
        if isinstance(value, dict) and key == "invariance_at":
            yield from ((f"{key}/{strength}", number) for strength, number in value.items())
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            yield key.replace(".", "/", 1), value


def check_scalars(run, events):
    """Every scalar, beside the run's own logs."""
    own = {}
    for row in lines(run / "metrics.jsonl"):
        for key, value in numbers(row):
            own.setdefault(f"train/{key}", []).append((row["step"], value))
    del own["train/step"]
    for row in lines(run / "geometry.jsonl"):
        for key, value in numbers(row):
            own.setdefault(f"{key}/{row['layer']}", []).append((row["step"], value))
    tags = events.Tags()["scalars"]
    for tag in tags:
        compare(tag, events, own[tag])
    # All but what stands beside figures, and parts of a figure that are a plot's.
    absent = {tag for tag in set(own) - set(tags) if tag.count("/") == 1}
    counts = {"step", "epoch", "n", "dimension"}
    assert {tag.split("/")[0] for tag in absent} <= counts, absent
    return len(tags)


def check_histograms(run, events):
    rows = lines(run / "geometry.jsonl")
    tags = events.Tags()["histograms"]
    assert sorted(tags) == sorted({f"spectrum/{row['layer']}" for row in rows}), tags
    for tag in tags:
        measured = [row for row in rows if f"spectrum/{row['layer']}" == tag]
        histograms = events.Histograms(tag)
        assert [event.step for event in histograms] == [row["step"] for row in measured], tag
        for event, row in zip(histograms, measured):
            value, spectrum = event.histogram_value, row["spectrum"]
            assert value.num == len(spectrum) == sum(value.bucket)
            assert (value.min, value.max) == (min(spectrum), max(spectrum))
            # A bucket holds what lies above the limit before it, up to its own.
            limits = numpy.asarray(value.bucket_limit)
            held = numpy.bincount(numpy.searchsorted(limits, spectrum), minlength=len(limits))
            assert numpy.array_equal(held, value.bucket), tag


def check_image(run, events):
    assert events.Tags()["images"] == ["views"]
    (image,) = events.Images("views")
    assert image.encoded_image_string == (run / "views.png").read_bytes()


def check_projector(run, folder):
    config = text_format.Parse((folder / "projector_config.pbtxt").read_text(), ProjectorConfig())
    assert [embedding.tensor_name for embedding in config.embeddings] == ["h", "z"]
    for embedding in config.embeddings:
        tensor = projector_plugin._read_tensor_tsv_file(str(folder / embedding.tensor_path))
        assert tensor.shape == tuple(embedding.tensor_shape)
        names, *rows = (folder / embedding.metadata_path).read_text("utf-8").splitlines()
        assert names == "image\tlabel" and len(rows) == len(tensor)
        # `gnomon export` computes them again.
        exported = numpy.load(run / f"{embedding.tensor_name}.npy")
        images = [int(row.split("\t")[0]) for row in rows]
        assert sorted(images) == list(range(len(exported))), "all of the held-out images"
        assert numpy.allclose(tensor, exported[images], rtol=1e-4, atol=1e-5 * abs(exported).max())
        sprite = (folder / embedding.sprite.image_path).read_bytes()
        width, height = (int.from_bytes(sprite[at : at + 4], "big") for at in (16, 20))
        side = embedding.sprite.single_image_dim[0]
        assert width == height and (width // side) ** 2 >= len(tensor)


def main():
    run = Path(sys.argv[1])
    folder = run / "tensorboard"
    files = sorted(folder.glob("events.out.tfevents.*"))
    assert len(files) == 2, files
    # 0: all events, where it would keep a sample of them.
    sizes = {"scalars": 0, "images": 0, "histograms": 0, "tensors": 0}
    events = EventAccumulator(str(folder), size_guidance=sizes)
    events.Reload()
    count = check_scalars(run, events)
    check_histograms(run, events)
    check_image(run, events)
    check_projector(run, folder)
    print(f"TensorBoard reads {count} scalars in {len(files)} files")


main()
