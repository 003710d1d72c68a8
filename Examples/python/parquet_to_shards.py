"""Parquet tables of images, as Hugging Face distributes them, to tar shards that gnomon reads:

parquet_to_shards.py OUTPUT FILE.parquet…

A file's split is the beginning of its name: train-00000-of-00002.parquet. Images pass as they are stored, labels by
their names where the table has them. It needs pyarrow; memory holds a few hundred images at a time.
"""

import io
import json
import os
import sys
import tarfile
from pathlib import Path

import pyarrow.parquet as parquet

SHARD_SIZE = 10_000


def columns(schema):
    """The names of the columns of images and of labels, and of the classes: those of the table's own description."""
    described = json.loads((schema.metadata or {}).get(b"huggingface", b"{}")).get("info", {}).get("features", {})
    images = [name for name, kind in described.items() if kind.get("_type") == "Image"]
    labels = [name for name, kind in described.items() if kind.get("_type") == "ClassLabel"]
    image = (images or [name for name in schema.names if name in ("image", "img")] or [None])[0]
    label = (labels or [name for name in schema.names if name in ("label", "fine_label")] or [None])[0]
    if image is None:
        sys.exit("parquet_to_shards: the table has no column of images")
    return image, label, described.get(label, {}).get("names")


def ending(data):
    """How the name of an encoded image ends."""
    return "png" if data.startswith(b"\x89PNG") else "webp" if data[8:12] == b"WEBP" else "jpg"


def samples(path):
    """Each row's encoded image and the text of its label, None where it has none."""
    table = parquet.ParquetFile(path)
    image, label, names = columns(table.schema_arrow)
    for batch in table.iter_batches(batch_size=256, columns=[image] + [label] * (label is not None)):
        for row in batch.to_pylist():
            value = row[image]
            data = value["bytes"] if isinstance(value, dict) else value
            if data is None:
                sys.exit(f"parquet_to_shards: {path} names files of images instead of holding them")
            number = row.get(label)
            # Hugging Face marks a hidden label with -1.
            known = number is not None and not (isinstance(number, int) and number < 0)
            yield data, (names[number] if names else str(number)) if known else None


def split_of(path):
    return Path(path).name.split("-")[0].removesuffix(".parquet")


def write(shard, name, data):
    member = tarfile.TarInfo(name)
    member.size = len(data)
    shard.addfile(member, io.BytesIO(data))


def convert(output, files):
    counts = {}
    shard, written = None, []
    for split, path in sorted((split_of(path), path) for path in files):
        for data, label in samples(path):
            count = counts.setdefault(split, 0)
            if count % SHARD_SIZE == 0:
                if shard:
                    shard.close()
                written.append(output / f"{split}-{count // SHARD_SIZE:06d}.tar")
                shard = tarfile.open(f"{written[-1]}.part", "w")
            write(shard, f"{count:09d}.{ending(data)}", data)
            if label is not None:
                write(shard, f"{count:09d}.cls", label.encode())
            counts[split] = count + 1
    if shard:
        shard.close()
    # Names that readers look for appear once everything is whole.
    for path in written:
        os.replace(f"{path}.part", path)
    return counts


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, count in convert(folder, sys.argv[2:]).items():
        print(f"{name}: {count} images")
