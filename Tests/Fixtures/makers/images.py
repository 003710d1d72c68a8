"""Small image files of every kind, and the RGB pixels that Pillow reads from them.

What is transparent is laid over white; EXIF's orientation is applied. JPEG files with arithmetic coding are
made by jpegtran (Debian's libjpeg-turbo-progs) from those beside them.
"""

import subprocess
from importlib.metadata import version
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from makers.rasters import bmp, bmp_runs, png
from makers.storage import save

WIDTH, HEIGHT = 37, 26
SEED = 0


def picture(width: int = WIDTH, height: int = HEIGHT) -> np.ndarray:
    """Slopes, a disc and a little noise: [height, width, 3] bytes, each corner unlike the others."""
    rows, columns = np.mgrid[0:height, 0:width]
    red = 40 + 160 * columns / width
    green = 30 + 190 * rows / height
    blue = 128 + 60 * np.sin(columns / 4) * np.cos(rows / 5)
    image = np.stack([red, green, blue], axis=-1)
    disc = (columns - 0.3 * width) ** 2 + (rows - 0.4 * height) ** 2 < (0.2 * height) ** 2
    image[disc] = (230, 200, 40)
    noise = np.random.default_rng(SEED).normal(0, 4, image.shape)
    return np.clip(image + noise, 0, 255).astype(np.uint8)


def expected(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        image.seek(0)
        image = ImageOps.exif_transpose(image)
        if image.mode == "I;16":
            # Pillow cuts these values off at 255, which leaves white; of 16-bit colours it takes the
            # upper byte.
            grey = (np.asarray(image) >> 8).astype(np.uint8)
            return np.dstack([grey, grey, grey])
        # A grey level or a colour that stands for transparency counts as alpha too.
        if "A" in image.getbands() or "transparency" in image.info:
            rgba = np.asarray(image.convert("RGBA")).astype(int)
            alpha = rgba[..., 3:]
            return ((rgba[..., :3] * alpha + 255 * (255 - alpha) + 127) // 255).astype(np.uint8)
        return np.asarray(image.convert("RGB"))


def png_files() -> dict[str, bytes]:
    rgb = picture()
    grey = rgb[..., 1]
    alpha = np.linspace(0, 255, WIDTH).astype(np.uint8)[None, :].repeat(HEIGHT, axis=0)
    files = {}
    for depth in (1, 2, 4, 8):
        levels = (grey >> (8 - depth)).astype(np.uint16)
        palette = rgb.reshape(-1, 3)[: 1 << depth]
        files[f"grey-{depth}.png"] = png(levels[..., None], depth, 0)
        files[f"palette-{depth}.png"] = png(levels[..., None], depth, 3, palette=palette)
    # The low byte differs from the high one, so that rounding and cutting off can be told apart.
    deep = rgb.astype(np.uint16) * 256 + rgb[::-1]
    deep_alpha = alpha.astype(np.uint16) * 257
    files["rgb-8.png"] = png(rgb, 8, 2)
    files["rgb-16.png"] = png(deep, 16, 2)
    files["grey-16.png"] = png(deep[..., 1:2], 16, 0)
    files["grey-alpha-8.png"] = png(np.dstack([grey, alpha]), 8, 4)
    files["grey-alpha-16.png"] = png(np.dstack([deep[..., 1], deep_alpha]), 16, 4)
    files["rgba-8.png"] = png(np.dstack([rgb, alpha]), 8, 6)
    files["rgba-16.png"] = png(np.dstack([deep, deep_alpha]), 16, 6)
    files["interlaced-rgb-8.png"] = png(rgb, 8, 2, interlaced=True)
    files["interlaced-rgba-16.png"] = png(
        np.dstack([deep, deep_alpha]), 16, 6, interlaced=True
    )
    files["interlaced-grey-1.png"] = png(
        (grey >> 7).astype(np.uint16)[..., None], 1, 0, interlaced=True
    )
    files["interlaced-palette-4.png"] = png(
        (grey >> 4).astype(np.uint16)[..., None], 4, 3, palette=rgb.reshape(-1, 3)[:16],
        interlaced=True,
    )
    files["transparent-grey.png"] = png(
        grey[..., None], 8, 0, chunks=[(b"tRNS", bytes([0, int(grey[3, 3])]))]
    )
    color = rgb[5, 7]
    files["transparent-rgb.png"] = png(
        rgb, 8, 2, chunks=[(b"tRNS", b"".join(bytes([0, int(value)]) for value in color))]
    )
    files["transparent-palette.png"] = png(
        (grey >> 4).astype(np.uint16)[..., None], 4, 3, palette=rgb.reshape(-1, 3)[:16],
        chunks=[(b"tRNS", bytes(range(0, 160, 20)))],
    )
    files["gamma.png"] = png(rgb, 8, 2, chunks=[(b"gAMA", (100000).to_bytes(4, "big"))])
    exif = Image.Exif()
    exif[0x0112] = 6
    files["turned-6.png"] = png(rgb, 8, 2, chunks=[(b"eXIf", exif.tobytes()[6:])])
    return files


def bmp_files() -> dict[str, bytes]:
    rgb = picture()
    files = {}
    for bits in (1, 4, 8):
        indices = rgb[..., 1] >> (8 - bits)
        palette = rgb.reshape(-1, 3)[: 1 << bits]
        files[f"palette-{bits}.bmp"] = bmp(indices, bits, palette=palette)
        files[f"os2-{bits}.bmp"] = bmp(indices, bits, palette=palette, is_os2=True)
        if bits > 1:
            # Runs of equal pixels as well as pixels one by one.
            flat = np.where(np.arange(WIDTH) < 20, indices[:, :1], indices).astype(np.uint8)
            files[f"runs-{bits}.bmp"] = bmp_runs(flat, bits, palette)
    words = rgb.astype(np.uint32)
    files["rgb-24.bmp"] = bmp(rgb, 24)
    files["rgb-24-top-down.bmp"] = bmp(rgb, 24, is_top_down=True)
    files["rgb-32.bmp"] = bmp(rgb, 32)
    five = words >> 3
    files["rgb-555.bmp"] = bmp(five[..., 0] << 10 | five[..., 1] << 5 | five[..., 2], 16)
    files["rgb-565.bmp"] = bmp(
        five[..., 0] << 11 | (words[..., 1] >> 2) << 5 | five[..., 2], 16,
        masks=(0xF800, 0x7E0, 0x1F),
    )
    files["fields-32.bmp"] = bmp(
        words[..., 0] << 24 | words[..., 1] << 16 | words[..., 2] << 8, 32,
        masks=(0xFF000000, 0xFF0000, 0xFF00),
    )
    return files


def save_gifs(folder: Path) -> None:
    image = Image.fromarray(picture())
    image.quantize(64).save(folder / "plain.gif", interlace=0)
    image.quantize(256).save(folder / "interlaced.gif", interlace=1)
    few = image.quantize(16)
    few.save(folder / "transparent.gif", transparency=few.getpixel((5, 5)), interlace=0)
    image.quantize(32).save(
        folder / "moving.gif", save_all=True, append_images=[image.rotate(180).quantize(32)],
        duration=40,
    )


def save_jpegs(folder: Path) -> None:
    rgb = Image.fromarray(picture())
    for name, options in {
        "444": {"subsampling": "4:4:4"},
        "422": {"subsampling": "4:2:2"},
        "420": {"subsampling": "4:2:0"},
        "progressive": {"progressive": True},
        "restarts": {"restart_marker_blocks": 2},
    }.items():
        rgb.save(folder / f"{name}.jpg", quality=90, **options)
    rgb.convert("L").save(folder / "grey.jpg", quality=90)
    inks = np.dstack([255 - picture(), picture()[::-1, :, 0] // 2])
    Image.fromarray(inks, "CMYK").save(folder / "cmyk.jpg", quality=90)
    with_marker = (folder / "cmyk.jpg").read_bytes()
    marker = with_marker.index(b"\xff\xee\x00\x0eAdobe")
    (folder / "cmyk-unmarked.jpg").write_bytes(with_marker[:marker] + with_marker[marker + 16 :])
    # Y, Cb, Cr and K stored as if they were inks, and then called what they are.
    luminance = np.dstack([np.asarray(rgb.convert("YCbCr")), 255 - inks[..., 3]])
    Image.fromarray(255 - luminance, "CMYK").save(folder / "ycck.jpg", quality=90)
    inked = bytearray((folder / "ycck.jpg").read_bytes())
    inked[marker + 15] = 2
    (folder / "ycck.jpg").write_bytes(inked)
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        rgb.save(folder / f"turned-{orientation}.jpg", quality=90, exif=exif)
    for name in ("420", "progressive"):
        arithmetic = folder / f"arithmetic-{name}.jpg"
        progressive = ["-progressive"] if name == "progressive" else []
        subprocess.run(
            ["jpegtran", "-arithmetic", *progressive, "-outfile", arithmetic, folder / f"{name}.jpg"],
            check=True,
        )


def save_webps(folder: Path) -> None:
    rgb = Image.fromarray(picture())
    alpha = np.linspace(0, 255, WIDTH).astype(np.uint8)[None, :].repeat(HEIGHT, axis=0)
    rgba = Image.fromarray(np.dstack([picture(), alpha]), "RGBA")
    rgb.save(folder / "lossy.webp", quality=90)
    rgb.save(folder / "lossless.webp", lossless=True)
    rgba.save(folder / "alpha-lossy.webp", quality=90)
    rgba.save(folder / "alpha-lossless.webp", lossless=True)
    rgb.save(
        folder / "moving.webp", save_all=True, append_images=[rgb.rotate(180)], duration=40,
        lossless=True,
    )
    exif = Image.Exif()
    exif[0x0112] = 8
    rgb.save(folder / "turned-8.webp", lossless=True, exif=exif)


def save_tiffs(folder: Path) -> None:
    rgb = Image.fromarray(picture())
    for compression in ("raw", "packbits", "tiff_lzw", "tiff_adobe_deflate"):
        rgb.save(folder / f"rgb-{compression}.tiff", compression=compression)
    rgb.save(folder / "big.tiff", big_tiff=True)
    rgb.save(folder / "jpeg.tiff", compression="jpeg", quality=90)
    rgb.convert("L").save(folder / "grey.tiff")
    veil = np.linspace(0, 255, picture().size // 3).astype(np.uint8).reshape(picture().shape[:2])
    Image.fromarray(np.dstack([np.asarray(rgb.convert("L")), veil]), "LA").save(folder / "grey-alpha.tiff")
    rgb.quantize(32).save(folder / "palette.tiff")
    rgb.convert("1").save(folder / "fax.tiff", compression="group4")
    inks = np.dstack([255 - picture(), picture()[::-1, :, 0] // 2])
    Image.fromarray(inks, "CMYK").save(folder / "cmyk.tiff")
    alpha = np.linspace(0, 255, WIDTH).astype(np.uint8)[None, :].repeat(HEIGHT, axis=0)
    Image.fromarray(np.dstack([picture(), alpha]), "RGBA").save(folder / "rgba.tiff")
    deep = picture()[..., 1].astype(np.uint16) * 256 + picture()[::-1, :, 1]
    Image.fromarray(deep).save(folder / "grey-16.tiff")
    rgb.save(folder / "turned-5.tiff", tiffinfo={0x0112: 5})


def make(folder: Path) -> list[Path]:
    files = folder / "images"
    files.mkdir(exist_ok=True)
    for name, data in (png_files() | bmp_files()).items():
        (files / name).write_bytes(data)
    save_gifs(files)
    save_jpegs(files)
    save_webps(files)
    save_tiffs(files)
    paths = sorted(path for path in files.iterdir() if path.suffix != ".safetensors")
    pixels = {path.name: expected(path) for path in paths}
    return paths + [
        save(folder / "images.safetensors", pixels, SEED, pillow=version("pillow"))
    ]
