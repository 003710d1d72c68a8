"""What onnxruntime makes of exported graphs: check_onnx.py images FOLDER, or compare RUN FOLDER."""

import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

from check_images import write_images

# Float32 sums in another order, over the largest number.
TOLERANCE = 1e-4


def compare(run: Path, folder: Path) -> None:
    path = run / "model.onnx"
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    assert "RGB in 0…1" in model.doc_string and model.producer_name == "gnomon"
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    (given,) = session.get_inputs()
    assert given.name == "images" and given.shape == ["N", 3, 32, 32], given.shape
    bytes_ = np.load(folder / "x_test.npy").transpose(0, 3, 1, 2)
    images = (bytes_ / 255).astype(np.float32)
    # The batch is as large as one likes.
    parts = [session.run(["h", "z"], {"images": part}) for part in (images[:1], images[1:])]
    for name, found in zip("hz", map(np.concatenate, zip(*parts))):
        own = np.load(run / f"{name}.npy")
        assert found.shape == own.shape, (name, found.shape, own.shape)
        difference = np.abs(found - own).max() / np.abs(own).max()
        print(f"{run.name}: onnxruntime's {name} from gnomon's {difference:.1e}")
        assert difference < TOLERANCE, name


if __name__ == "__main__":
    {"images": write_images, "compare": compare}[sys.argv[1]](*map(Path, sys.argv[2:]))
