"""Small data sets in the files that they are distributed in, written by the software that writes those.

Image n of a file shows, at row r, column c and channel k, the byte 53 n + 7 r + 13 c + 101 k mod 256: the tests
hold every pixel against that. Grey images have channel 0 alone.
"""

import collections
import gzip
import io
import json
import pickle
import struct
import tarfile
import zlib
from pathlib import Path

import numpy as np
import scipy.io


def image(number: int, side: int, channels: int = 3) -> np.ndarray:
    row, column, channel = np.ogrid[:side, :side, :channels]
    return ((53 * number + 7 * row + 13 * column + 101 * channel) % 256).astype(np.uint8)


def images(first: int, count: int, side: int, channels: int = 3) -> np.ndarray:
    return np.stack([image(number, side, channels) for number in range(first, first + count)])


class Python2Pickler(pickle._Pickler):
    """Writes as Python 2 did at protocol 2: its str was bytes, under opcodes that Python 3 only reads."""

    dispatch = dict(pickle._Pickler.dispatch)

    def save_bytes(self, value: bytes) -> None:
        if len(value) < 256:
            self.write(pickle.SHORT_BINSTRING + bytes([len(value)]) + value)
        else:
            self.write(pickle.BINSTRING + struct.pack("<i", len(value)) + value)
        self.memoize(value)

    dispatch[bytes] = save_bytes
    dispatch[str] = lambda self, value: self.save_bytes(value.encode())


def python2(value: object) -> bytes:
    stream = io.BytesIO()
    Python2Pickler(stream, protocol=2).dump(value)
    # What NumPy 2 calls numpy._core was numpy.core when the files were made.
    data = stream.getvalue().replace(b"cnumpy._core.multiarray\n", b"cnumpy.core.multiarray\n")
    assert pickle.loads(data, encoding="latin1") is not None
    return data


def dump(value: object, protocol: int) -> bytes:
    return python2(value) if protocol == 2 else pickle.dumps(value, protocol)


def values() -> dict:
    shared = ["shared"]
    return {
        "none": None,
        "flags": (True, False),
        "integers": [0, -1, 255, 256, 65535, 65536, 2**31 - 1, -(2**31), 2**31, 2**63 - 1, -(2**63)],
        "long": [2**63, -(2**63) - 1, 2**100, -(2**2100)],
        "floats": [0.5, -1e300, float("inf")],
        "text": "gr\u00fc\u00dfe \n \\ \u2713 \U0001d11e",
        "bytes": bytes(range(256)),
        "nested": [(), [], {}, ({"a": (1, 2, 3)}, [[["deep"]]])],
        "set": {7},
        "frozen": frozenset([8]),
        "shared": [shared, shared],
        "ordered": collections.OrderedDict([("b", 1), ("a", 2)]),
        "array": np.arange(12, dtype=np.uint8).reshape(3, 4),
        3: "three",
    }


def make_pickles(folder: Path) -> dict[Path, bytes]:
    files = {folder / f"values-{p}.pickle": pickle.dumps(values(), p) for p in range(6)}
    files[folder / "python2.pickle"] = python2({"text": "abc", "long": "x" * 300, "n": [1, 2**40]})
    return files


def planes(first: int, count: int) -> np.ndarray:
    return images(first, count, 32).transpose(0, 3, 1, 2).reshape(count, 3072)


def make_cifar(folder: Path) -> dict[Path, bytes]:
    """Every batch in another protocol; the first two of 10 as Python 2 wrote them all."""
    files = {}
    ten, hundred = folder / "cifar-10-batches-py", folder / "cifar-100-python"
    names = [f"data_batch_{number}" for number in range(1, 6)] + ["test_batch"]
    for number, (name, protocol) in enumerate(zip(names, [2, 0, 3, 4, 5, 2])):
        batch = {
            "batch_label": name,
            "labels": [number, number + 1],
            "data": planes(2 * number, 2),
            "filenames": ["a.png", "b.png"],
        }
        files[ten / name] = dump(batch, protocol)
    meta = {
        "num_cases_per_batch": 2,
        "label_names": [f"class {n}" for n in range(10)],
        "num_vis": 3072,
    }
    files[ten / "batches.meta"] = dump(meta, 2)
    for name, first, protocol in [("train", 0, 2), ("test", 2, 4)]:
        batch = {
            "filenames": ["a.png", "b.png"],
            "fine_labels": [first + 40, first + 41],
            "coarse_labels": [first + 3, first + 4],
            "data": planes(first, 2),
        }
        files[hundred / name] = dump(batch, protocol)
    meta = {
        "fine_label_names": [f"fine {n}" for n in range(100)],
        "coarse_label_names": [f"coarse {n}" for n in range(20)],
    }
    files[hundred / "meta"] = dump(meta, 2)
    return files


def idx(array: np.ndarray) -> bytes:
    header = struct.pack(">HBB", 0, 8, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape)
    return gzip.compress(header + array.tobytes(), mtime=0)


def make_idx(folder: Path) -> dict[Path, bytes]:
    files = {}
    labels = np.array([2, 0, 1], np.uint8)
    raw = folder / "mnist" / "MNIST" / "raw"
    for prefix, first in [("train", 0), ("t10k", 3)]:
        files[raw / f"{prefix}-images-idx3-ubyte.gz"] = idx(images(first, 3, 8, 1)[..., 0])
        files[raw / f"{prefix}-labels-idx1-ubyte.gz"] = idx(labels)
    extended = folder / "emnist" / "gzip"
    for split, offset in [("letters", 1), ("digits", 0)]:
        for part, first in [("train", 0), ("test", 3)]:
            stem = extended / f"emnist-{split}-{part}"
            # The published images lie on their side, rows for columns.
            turned = images(first, 3, 8, 1)[..., 0].transpose(0, 2, 1)
            files[Path(f"{stem}-images-idx3-ubyte.gz")] = idx(np.ascontiguousarray(turned))
            files[Path(f"{stem}-labels-idx1-ubyte.gz")] = idx(labels + np.uint8(offset))
    mapping = "1 65 97\n2 66 98\n3 67 99\n"
    files[extended / "emnist-letters-mapping.txt"] = mapping.encode()
    return files


def make_stl10(folder: Path) -> dict[Path, bytes]:
    files = {}
    binary = folder / "stl10_binary"
    for name, first, count in [("train", 0, 2), ("test", 2, 1), ("unlabeled", 3, 2)]:
        # Channel, then column, then row.
        turned = images(first, count, 96).transpose(0, 3, 2, 1)
        files[binary / f"{name}_X.bin"] = np.ascontiguousarray(turned).tobytes()
    files[binary / "train_y.bin"] = bytes([1, 10])
    files[binary / "test_y.bin"] = bytes([3])
    names = "airplane bird car cat deer dog horse monkey ship truck".split()
    files[binary / "class_names.txt"] = "\n".join(names).encode() + b"\n"
    return files


def mat(arrays: dict, compressed: bool) -> bytes:
    stream = io.BytesIO()
    scipy.io.savemat(stream, arrays, do_compression=compressed)
    data = stream.getvalue()
    # The header's text has the time in it.
    return b"MATLAB 5.0 MAT-file, written by SciPy".ljust(116) + data[116:]


def make_svhn(folder: Path) -> dict[Path, bytes]:
    def split(first: int, labels: list, kind: type) -> dict:
        pixels = images(first, len(labels), 32).transpose(1, 2, 3, 0)
        return {"X": pixels, "y": np.array(labels, kind).reshape(-1, 1)}

    return {
        folder / "svhn" / "train_32x32.mat": mat(split(0, [1, 10, 9], np.uint8), True),
        folder / "svhn" / "test_32x32.mat": mat(split(3, [10, 2], np.float64), False),
        folder / "svhn" / "extra_32x32.mat": mat(split(5, [4], np.uint8), True),
    }


def npy(array: np.ndarray, order: str = "C") -> bytes:
    stream = io.BytesIO()
    np.save(stream, np.asarray(array, order=order))
    return stream.getvalue()


def npz(arrays: dict, compressed: bool) -> bytes:
    stream = io.BytesIO()
    (np.savez_compressed if compressed else np.savez)(stream, **arrays)
    return stream.getvalue()


def make_numpy(folder: Path) -> dict[Path, bytes]:
    labels = np.array([[1], [0], [2]])
    med = {}
    for number, split in enumerate(["train", "val", "test"]):
        med[f"{split}_images"] = images(3 * number, 3, 8)
        med[f"{split}_labels"] = labels.astype(np.uint8)
    grey = {"images": images(0, 20, 8, 1)[..., 0], "labels": np.arange(20) % 2}
    loose = folder / "numpy" / "loose"
    return {
        folder / "numpy" / "medmnist.npz": npz(med, True),
        folder / "numpy" / "grey.npz": npz(grey, False),
        loose / "x_train.npy": npy(images(0, 3, 8)),
        loose / "y_train.npy": npy(labels[:, 0].astype(">i4")),
        loose / "x_test.npy": npy(images(3, 3, 8)),
        loose / "y_test.npy": npy(labels[:, 0].astype(np.int16)),
        folder / "numpy" / "float.npy": npy(np.zeros((2, 8, 8), np.float32)),
        folder / "numpy" / "columns.npy": npy(images(0, 2, 8), "F"),
    }


def png(pixels: np.ndarray) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    height, width, _ = pixels.shape
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows, 9))
        + chunk(b"IEND", b"")
    )


def tar(members: list[tuple], kind: int = tarfile.PAX_FORMAT, compressed: bool = False) -> bytes:
    """Members are (name, bytes) or (name, type, link)."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=kind) as archive:
        for name, content, *link in members:
            entry = tarfile.TarInfo(name)
            if link:
                entry.type, entry.linkname = content, link[0]
                archive.addfile(entry)
            else:
                entry.size = len(content)
                archive.addfile(entry, io.BytesIO(content))
    data = stream.getvalue()
    return gzip.compress(data, mtime=0) if compressed else data


def sample(number: int, label: int, stem: str, as_json: bool = False) -> list[tuple]:
    about = (
        (f"{stem}.json", json.dumps({"label": f"kind {label}", "n": number}).encode())
        if as_json
        else (f"{stem}.cls", str(label).encode())
    )
    return [(f"{stem}.png", png(image(number, 8))), about]


def make_shards(folder: Path) -> dict[Path, bytes]:
    shards, text, evil = folder / "shards", folder / "shards-json", folder / "shards-hostile"
    long = "long/" + "n" * 120 + "/gr\u00fcn"
    files = {
        shards / "small-train-000.tar": tar(
            sample(0, 1, "./a/000") + sample(1, 0, long) + [("a/002.txt", b"no image")]
        ),
        shards / "small-train-001.tar": tar(sample(2, 2, "b"), tarfile.GNU_FORMAT),
        shards / "small-val-000.tar.gz": tar(sample(3, 1, "c") + sample(4, 2, "d"), compressed=True),
        text / "all.tar": tar(
            [member for n in range(10) for member in sample(n, n % 2, f"s{n}", as_json=True)],
            tarfile.GNU_FORMAT,
        ),
    }
    content = sample(0, 0, "a")
    hostile = {
        "parent": tar(content + [("../../escape.png", b"x")]),
        # To programs that compare characters, a slash and a combining mark are no slash.
        "parent-mark": tar(content + [("../\u0301escape.png", b"x")]),
        "absolute": tar(content + [("/escape.png", b"x")]),
        "symbolic-link": tar(content + [("b.png", tarfile.SYMTYPE, "/etc/passwd")]),
        "hard-link": tar(content + [("b.png", tarfile.LNKTYPE, "a.png")]),
        "device": tar(content + [("b.png", tarfile.CHRTYPE, "")]),
    }
    header = tarfile.TarInfo("b.png")
    header.size = 1 << 40
    hostile["size"] = tar(content)[:2048] + header.tobuf(tarfile.GNU_FORMAT) + bytes(10_240)
    return files | {evil / f"{name}.tar": data for name, data in hostile.items()}


MAKERS = [
    make_pickles,
    make_cifar,
    make_idx,
    make_stl10,
    make_svhn,
    make_numpy,
    make_shards,
]


def make(folder: Path) -> list[Path]:
    files: dict[Path, bytes] = {}
    for maker in MAKERS:
        files |= maker(folder / "datasets")
    for path, data in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return list(files)
