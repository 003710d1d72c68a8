"""Makes the fixtures: `python Tests/Fixtures/make_fixtures.py [--output FOLDER] [TOPIC ...]`."""

import argparse
import sys
from pathlib import Path

FIXTURES = Path(__file__).resolve().parent
sys.path[:0] = [str(FIXTURES), str(FIXTURES.parents[1] / "Tools")]

import torch  # noqa: E402

from makers import (  # noqa: E402
    containers,
    datasets,
    evaluation,
    fonts,
    geometry,
    heads,
    images,
    layers,
    measures,
    ntxent,
    objectives,
    planes,
    probes,
    resnet_names,
    studies,
    training,
    transformers,
    weights,
)

TOPICS = {
    "training": training.make,
    "ntxent": ntxent.make,
    "objectives": objectives.make,
    "heads": heads.make,
    "spectrum": geometry.make,
    "planes": planes.make,
    "measures": measures.make,
    "evaluation": evaluation.make,
    "probes": probes.make,
    "layers": layers.make,
    "resnet_names": resnet_names.make,
    "containers": containers.make,
    "datasets": datasets.make,
    "studies": studies.make,
    "images": images.make,
    "weights": weights.make,
    "transformers": transformers.make,
    "fonts": fonts.make,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "topics", nargs="*", metavar="TOPIC", help=f"of {', '.join(TOPICS)}; default all"
    )
    parser.add_argument("--output", type=Path, default=FIXTURES, help="default: this folder")
    arguments = parser.parse_args()
    unknown = set(arguments.topics) - set(TOPICS)
    if unknown:
        parser.error(f"unknown topic {', '.join(sorted(unknown))}; choose from {', '.join(TOPICS)}")

    # One thread: the order of sums, and so the last bit, does not depend on the machine's cores.
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    arguments.output.mkdir(parents=True, exist_ok=True)
    for topic in arguments.topics or TOPICS:
        for path in TOPICS[topic](arguments.output):
            print(f"{path.relative_to(arguments.output)}  {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
