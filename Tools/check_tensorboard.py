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


def check_scalars(run, events):
    metrics = lines(run / "metrics.jsonl")
    for key in ("loss", "contrastive_top1", "learning_rate", "views_per_second"):
        own = [(row["step"], row[key]) for row in metrics if key in row]
        theirs = [(event.step, event.value) for event in events.Scalars(f"train/{key}")]
        # A run that was stopped is shown as one that was not: each step once, none going back.
        assert [step for step, _ in theirs] == [step for step, _ in own], key
        # Events hold single precision.
        assert numpy.allclose([v for _, v in theirs], [v for _, v in own], rtol=1e-6), key
    for layer in ("h", "z"):
        measured = [row for row in lines(run / "geometry.jsonl") if row["layer"] == layer]
        own = [(row["step"], row["effective_rank"]) for row in measured]
        theirs = [(event.step, event.value) for event in events.Scalars(f"effective_rank/{layer}")]
        assert [step for step, _ in theirs] == [step for step, _ in own], layer
        assert numpy.allclose([v for _, v in theirs], [v for _, v in own], rtol=1e-6), layer
        histograms = events.Histograms(f"spectrum/{layer}")
        assert [event.step for event in histograms] == [step for step, _ in own]
        for event, row in zip(histograms, measured):
            value, spectrum = event.histogram_value, row["spectrum"]
            assert value.num == len(spectrum) == sum(value.bucket)
            assert (value.min, value.max) == (min(spectrum), max(spectrum))


def check_image(run, events):
    (image,) = events.Images("views")
    assert image.encoded_image_string == (run / "views.png").read_bytes()


def check_projector(folder):
    config = text_format.Parse((folder / "projector_config.pbtxt").read_text(), ProjectorConfig())
    assert [embedding.tensor_name for embedding in config.embeddings] == ["h", "z"]
    for embedding in config.embeddings:
        tensor = projector_plugin._read_tensor_tsv_file(str(folder / embedding.tensor_path))
        assert tensor.shape == tuple(embedding.tensor_shape) and numpy.isfinite(tensor).all()
        names, *rows = (folder / embedding.metadata_path).read_text("utf-8").splitlines()
        assert names == "image\tlabel" and len(rows) == len(tensor)
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
    check_scalars(run, events)
    check_image(run, events)
    check_projector(folder)
    print(f"TensorBoard reads {len(events.Tags()['scalars'])} scalars in {len(files)} files")


main()
