"""Makes the fuzzer's seeds and dictionaries, Fuzzing/Corpus and Fuzzing/Dictionaries, from the tests' fixtures and by hand:
`python3 Tools/fuzz-seeds.py`. It needs nothing beyond Python's own library."""

import gzip
import json
import re
import shutil
import struct
import zipfile
import zlib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FIXTURES = ROOT / "Tests" / "Fixtures"
CORPUS = ROOT / "Fuzzing" / "Corpus"
DICTIONARIES = ROOT / "Fuzzing" / "Dictionaries"


def put(parser, name, content):
    folder = CORPUS / parser
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)


def copy(parser, pattern, most=8_192):
    """Fixtures that are short: a fuzzer changes long ones slowly."""
    for path in sorted(FIXTURES.glob(pattern)):
        if path.is_file() and path.stat().st_size <= most:
            put(parser, path.name, path.read_bytes())


def idx():
    copy("idx", "datasets/emnist/gzip/*test*.gz")
    image = struct.pack(">BBBBIII", 0, 0, 8, 3, 1, 3, 2) + bytes(range(6))
    put("idx", "grey", image)
    put("idx", "colour", struct.pack(">BBBBIIII", 0, 0, 8, 4, 1, 2, 2, 3) + bytes(range(12)))
    put("idx", "label", struct.pack(">BBBBIB", 0, 0, 8, 1, 1, 9))
    put("idx", "label.gz", gzip.compress(struct.pack(">BBBBIB", 0, 0, 8, 1, 1, 9), mtime=0))
    put("idx", "members.gz", gzip.compress(image[:9], mtime=0) + gzip.compress(image[9:], mtime=0))


def pickles():
    put("cifar", "record", bytes([3, 42]) + bytes(i * 7 % 256 for i in range(3072)))
    copy("cifar-pickle", "datasets/cifar-10-batches-py/data_batch_[12]")
    copy("cifar-pickle", "datasets/cifar-10-batches-py/batches.meta")
    copy("pickle", "datasets/*.pickle")


def arrays():
    copy("matlab", "datasets/svhn/*.mat", most=2_000)
    copy("npy", "npy/*.npy")
    copy("npy", "datasets/numpy/*.npy")
    copy("npy", "datasets/numpy/loose/*.npy")
    header = "{'descr': '<f4', 'fortran_order': %s, 'shape': (0, 4611686018427387904, 8), }\n"
    for order in ("True", "False"):
        text = (header % order).encode()
        put("npy", f"strides-{order}", b"\x93NUMPY\1\0" + struct.pack("<H", len(text)) + text)
    copy("npz", "datasets/numpy/*.npz")


def shards():
    copy("tar", "datasets/shards/small-val-000.tar.gz")
    for name in ("shards/small-train-000", "shards-hostile/parent", "shards-hostile/symbolic-link"):
        # Blocks of zeros beyond the two that end an archive say nothing.
        content = (FIXTURES / "datasets" / f"{name}.tar").read_bytes().rstrip(b"\0")
        put("tar", Path(name).name + ".tar", content + bytes(1_024 + -len(content) % 512))


def safetensors(shapes, metadata=None):
    entries, offset = ({"__metadata__": metadata} if metadata else {}), 0
    for name, shape in shapes.items():
        count = 4
        for length in shape:
            count *= length
        entries[name] = {"dtype": "F32", "shape": shape, "data_offsets": [offset, offset + count]}
        offset += count
    header = json.dumps(entries, separators=(",", ":")).encode()
    header += b" " * (-len(header) % 8)
    return struct.pack("<Q", len(header)) + header + bytes(offset)


def resnet18():
    def norm(name, width):
        parts = ("weight", "bias", "running_mean", "running_var")
        return {f"{name}.{part}": [width] for part in parts}

    shapes = {"conv1.weight": [1, 3, 3, 3], **norm("bn1", 1)}
    inputs = 1
    for stage, width in enumerate((1, 2, 4, 8), start=1):
        for block in range(2):
            name = f"layer{stage}.{block}"
            shapes[f"{name}.conv1.weight"] = [width, inputs, 3, 3]
            shapes[f"{name}.conv2.weight"] = [width, width, 3, 3]
            shapes |= norm(f"{name}.bn1", width) | norm(f"{name}.bn2", width)
            if inputs != width:
                shapes[f"{name}.downsample.0.weight"] = [width, inputs, 1, 1]
                shapes |= norm(f"{name}.downsample.1", width)
            inputs = width
    return shapes


def weights():
    copy("safetensors", "tiny.safetensors")
    head = {"projector.0.weight": [4, 8], "projector.0.bias": [4], "projector.2.weight": [2, 4]}
    put("safetensors", "resnet18", safetensors(resnet18() | head))
    own = {"head.0.weight": [4, 16], "head.0.bias": [4], "head.2.weight": [2, 4], "head.2.bias": [2]}
    put("safetensors", "head", safetensors(own, {"head": "mlp:4-2"}))
    put("safetensors", "long-head", safetensors({"head.0.weight": [1]}, {"head": "first:99"}))
    put("safetensors", "empty", safetensors({"x": [0, 1 << 62, 8]}))
    copy("checkpoint", "weights/tensors.pt")
    copy("checkpoint", "weights/refused_*.pt", most=1_700)
    for path in sorted(FIXTURES.glob("weights/*.p*t*")) + sorted(FIXTURES.glob("weights/*.ckpt")):
        if not zipfile.is_zipfile(path):
            continue
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if name.endswith("/data.pkl") and archive.getinfo(name).file_size <= 8_192:
                    put("checkpoint-pickle", path.stem, archive.read(name))


def packed():
    description = json.dumps({
        "provenance": "by hand",
        "splits": [
            {"split": split, "name": split, "count": 1, "class_names": ["a", "b"],
             "factors": [{"name": "turn", "kind": "circular", "period": 6.25},
                         {"name": "kind", "kind": "categorical", "count": 3}]}
            for split in ("train", "held_out")
        ],
    }).encode()  # fmt: skip
    numbers = struct.pack("<I", 1), struct.pack("<ff", 0.5, 2)
    sections = [(0, 0, description)]
    for split in (0, 1):
        sections += [(2, split, numbers[0]), (3, split, numbers[1])]
    sections += [(1, split, bytes(range(192))) for split in (0, 1)]
    body, table = b"", b""
    for kind, split, content in sections:
        body += bytes(-len(body) % (4_096 if kind == 1 else 8))
        table += struct.pack(
            "<IIIIQQ", kind, split, zlib.crc32(content), 0, 4_096 + len(body), len(content))
        body += content
    head = b"\x89GNOMON\n" + struct.pack("<IIQII", 1, 8, 4_096 + len(body), len(sections), 0) + table
    head += bytes(4_092 - len(head))
    put("packed", "small", head + struct.pack("<I", zlib.crc32(head)) + body)


def images():
    copy("images", "images/*", most=1_400)
    for name in ("moving.webp", "rgb-tiff_lzw.tiff", "cmyk.tiff", "turned-6.png", "rgb-24.bmp"):
        copy("images", f"images/{name}")


def texts():
    copy("configuration", "earlier/*.yaml")
    put("configuration", "some", "head: bottleneck:8-4-2,bn\npolicy: simclr\nstrength: .5\ndata: ~\n"
        "layers: [h, z]\nlearning_rate: 1e-3\nnormalise: 0.5,0.5,0.5/0.2,0.2,0.2\n")
    put("configuration", "aliases", "a: &a [x, x]\nb: &b [*a, *a]\n? *b\n: 1\n")
    for path in sorted((ROOT / "Examples").glob("*.yaml")):
        put("study", path.name, path.read_bytes())
    copy("study", "schema1/study.yaml")
    put("formula", "ratio", "ln(z.effective_rank) - -ln(h.effective_rank) / 2e-1")
    put("formula", "product", "(run.wall_seconds * h.knn_top1 + .5)")


def event(step, body):
    return b"\x09" + struct.pack("<d", 1.5) + b"\x10" + bytes([step]) + body


def field(number, content):
    return bytes([number << 3 | 2, len(content)]) + content


def events():
    scalar = field(1, b"loss") + b"\x15" + struct.pack("<f", 0.5)
    picture = field(1, b"p") + field(4, b"\x08\x01\x10\x01\x18\x03" + field(4, b"png"))
    histogram = field(1, b"h") + field(
        5, b"\x09" + bytes(8) + field(6, struct.pack("<d", 1)) + field(7, struct.pack("<d", 2)))
    bodies = [field(3, b"brain.Event:2"), field(7, b"\x08\x01")]
    bodies += [field(5, field(1, value)) for value in (scalar, picture, histogram)]
    file = b""
    for step, body in enumerate(bodies):
        data = event(step, body)
        # The harness puts the checksums right.
        file += struct.pack("<QI", len(data), 0) + data + bytes(4)
    put("events", "all-kinds", file)


def records():
    checksum = 0xCBF29CE484222325
    for byte in struct.pack("<Q", 2) + b"{}":
        checksum = (checksum ^ byte) * 0x100000001B3 % (1 << 64)
    progress = {"wall_seconds": 1.5, "training_seconds": 1, "timed_steps": 1, "loss": 0.25}
    put("checkpoint-json", "whole", json.dumps({
        "schema": 1, "step": 1, "progress": progress, "byte_count": 10,
        "checksum": f"fnv1a64:{checksum:016x}"}))  # fmt: skip
    copy("records", "earlier/*.json")
    copy("records", "earlier/plain.yaml")
    study = json.loads((FIXTURES / "schema1" / "study.json").read_text())
    put("records", "study.json", json.dumps(study, separators=(",", ":")))
    figures = {"n": 4, "dimension": 2, "effective_rank": 1.5, "spectrum": [0.5, -1],
               "invariance_at": {"0.5": 0.9}, "tangent_norm": {"hue": 1}}  # fmt: skip
    put("records", "summary", json.dumps({
        "schema": 1, "name": "a", "config": {"seed": 1}, "epochs": 1, "steps": 2, "final_loss": 1,
        "layers": {"h": figures, "head.1": figures, "z": figures}}))  # fmt: skip
    put("records", "geometry", 2 * (json.dumps({"step": 1, "epoch": 1, "layer": "h"} | figures) + "\n"))
    put("records", "metrics", '{"step":1,"epoch":0.5,"loss":1.25,"learning_rate":0.1}\n{"step":2,')


def dictionary(name, tokens):
    DICTIONARIES.mkdir(parents=True, exist_ok=True)
    escaped = [token.replace("\\", "\\\\").replace('"', '\\"') for token in tokens]
    (DICTIONARIES / f"{name}.dict").write_text("".join(f'"{token}"\n' for token in escaped))


def dictionaries():
    source = (ROOT / "Sources/Runs/Configuration/RunSettings.swift").read_text()
    keys = re.findall(r'Setting\(\s*"(\w+)"', source)
    marks = ["[", "]", "{", "}", ": ", "- ", "&a ", "*a", "~", "!!int ", "'", ".nan", "-1", "1e99"]
    heads = ["mlp:", "linear:", "bottleneck:", "low-rank:", ",bn", ",gelu", "none", "simclr", "joint"]
    dictionary("configuration", [f"{key}: " for key in keys] + heads + marks)
    study = ["name", "question", "settings", "arms", "axes", "exclude", "include", "quick", "primary",
             "claims", "figures", "id", "statement", "statistic", "of", "axis", "between", "direction",
             "where", "average", "seed", "strength", "head"]  # fmt: skip
    values = ["slope", "difference", "mean", "positive", "negative", "either", "h.effective_rank"]
    dictionary("study", [f"{key}: " for key in study] + values + marks)
    dictionary("formula", ["ln(", "h.", "z.", "head.1.", "run.", "effective_rank", "1e", "(", ")", "--"])
    dictionary("npy", ["'descr': ", "'fortran_order': ", "'shape': (", "True", "False", "<f4", ">i8",
                       "|u1", "|b1", "4611686018427387904", ", 0", ", 8)"])  # fmt: skip
    dictionary("safetensors", ["__metadata__", "dtype", "shape", "data_offsets", "F32", "BF16", "BOOL",
                               "conv1.weight", "layer4.0.", "head", "patch_embed.proj.weight",
                               "pos_embed", "blocks.0.", "projector.0.weight", "[0,9223372036854775807]",
                               "first:99", "mlp:9-9", "orthogonal:99999", "4611686018427387904"])  # fmt: skip


if __name__ == "__main__":
    shutil.rmtree(CORPUS, ignore_errors=True)
    for topic in (idx, pickles, arrays, shards, weights, packed, images, texts, events, records):
        topic()
    dictionaries()
    total = sum(path.stat().st_size for path in CORPUS.rglob("*") if path.is_file())
    print(f"{total:,} bytes of seeds in {CORPUS.relative_to(ROOT)}")
