"""PNG and BMP files of kinds that Pillow does not write."""

import struct
import zlib

import numpy as np


def _packed(samples: np.ndarray, depth: int) -> list[bytes]:
    """Rows of [height, width, channels] samples as bytes, the first sample in the highest bits."""
    rows = samples.reshape(samples.shape[0], -1)
    if depth == 16:
        return [row.astype(">u2").tobytes() for row in rows]
    if depth == 8:
        return [row.astype(np.uint8).tobytes() for row in rows]
    places = np.arange(depth - 1, -1, -1)
    return [np.packbits((row[:, None] >> places & 1).astype(np.uint8)).tobytes() for row in rows]


def png(samples, depth, color_type, palette=None, interlaced=False, chunks=()) -> bytes:
    """A PNG file; `color_type` as the format numbers it, `chunks` pairs of name and data."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    height, width = samples.shape[:2]
    # Adam7: first column, first row, steps of each.
    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
              (0, 1, 1, 2)] if interlaced else [(0, 0, 1, 1)]
    rows = []
    for column, row, across, down in passes:
        part = samples[row::down, column::across]
        if part.size:
            rows += _packed(part, depth)
    data = b"".join(b"\0" + row for row in rows)
    header = struct.pack(">IIBBBBB", width, height, depth, color_type, 0, 0, int(interlaced))
    file = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
    if palette is not None:
        file += chunk(b"PLTE", palette.astype(np.uint8).tobytes())
    for name, content in chunks:
        file += chunk(name, content)
    return file + chunk(b"IDAT", zlib.compress(data, 9)) + chunk(b"IEND", b"")


def _bmp_file(width, height, bits, compression, palette, data, masks=(), is_os2=False) -> bytes:
    colors = b""
    if palette is not None:
        colors = b"".join(
            bytes([blue, green, red]) + (b"" if is_os2 else b"\0") for red, green, blue in palette
        )
    if is_os2:
        header = struct.pack("<IHHHH", 12, width, height, 1, bits)
    else:
        count = 0 if palette is None else len(palette)
        header = struct.pack(
            "<IiiHHIIiiII", 40, width, height, 1, bits, compression, len(data), 2835, 2835, count, 0
        )
        header += b"".join(struct.pack("<I", mask) for mask in masks)
    offset = 14 + len(header) + len(colors)
    return (
        b"BM" + struct.pack("<IHHI", offset + len(data), 0, 0, offset) + header + colors + data
    )


def bmp(values, bits, palette=None, masks=(), is_os2=False, is_top_down=False) -> bytes:
    """A BMP file without compression, of palette indices, RGB triples or whole words."""
    height, width = values.shape[:2]
    rows = []
    for row in values if is_top_down else values[::-1]:
        if bits <= 8:
            packed = _packed(row[None, :, None], bits)[0]
        elif values.ndim == 3:
            colors = row[:, ::-1].astype(np.uint8)
            if bits == 32:
                colors = np.concatenate([colors, np.zeros((width, 1), np.uint8)], axis=1)
            packed = colors.tobytes()
        else:
            packed = row.astype("<u2" if bits == 16 else "<u4").tobytes()
        rows.append(packed + b"\0" * (-len(packed) % 4))
    signed = -height if is_top_down else height
    compression = 3 if masks else 0
    return _bmp_file(width, signed, bits, compression, palette, b"".join(rows), masks, is_os2)


def bmp_runs(indices, bits, palette) -> bytes:
    """A BMP file of run lengths: a first run, then the rest of the row pixel by pixel."""
    height, width = indices.shape
    data = b""
    for row in indices[::-1].tolist():
        run = 1
        while run < width and row[run] == row[0]:
            run += 1
        data += bytes([run, row[0] if bits == 8 else row[0] * 17])
        rest = row[run:]
        if len(rest) >= 3:
            content = bytes(rest)
            if bits == 4:
                halves = rest + [0] * (len(rest) % 2)
                content = bytes(a << 4 | b for a, b in zip(halves[::2], halves[1::2]))
            data += bytes([0, len(rest)]) + content + b"\0" * (len(content) % 2)
        else:
            for value in rest:
                data += bytes([1, value if bits == 8 else value * 17])
        data += b"\0\0"
    return _bmp_file(width, height, bits, 1 if bits == 8 else 2, palette, data + b"\0\1")
