"""Small fonts whose letters are known shapes, and one of coloured bitmaps with a list of its emoji.

Outlines are in a font's own units, 1,000 an em. The letters A to J are numbered from 0: letter k is made of
k alone, so that what it looks like can be said in closed form.
"""

import io
import struct
from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib.tables.DefaultTable import DefaultTable
from PIL import Image

LETTERS = "ABCDEFGHIJ"
GROUPS = {"Hearts": 24, "Stars": 21, "Rare": 3}
FIRST_EMOJI = 0x1F600


def polygon(pen: TTGlyphPen, points: list[tuple[int, int]]) -> None:
    pen.moveTo(points[0])
    for point in points[1:]:
        pen.lineTo(point)
    pen.closePath()


def box(pen: TTGlyphPen, left: int, bottom: int, right: int, top: int, hole: bool = False) -> None:
    points = [(left, bottom), (left, top), (right, top), (right, bottom)]
    polygon(pen, points[::-1] if hole else points)


def block(pen: TTGlyphPen, k: int, scale: int = 1, wider: int = 0) -> None:
    """A box as high as the em, (k + 1) tenths as wide; it stands off the origin."""
    box(pen, 50 * scale, 0, (50 + 100 * (k + 1) + (0 if k == 9 else wider)) * scale, 1000 * scale)


def frame(pen: TTGlyphPen, k: int) -> None:
    """A box with a square hole in its middle, the wider the larger k."""
    half = 40 * (k + 2)
    box(pen, 0, 0, 1000, 1000)
    box(pen, 500 - half, 500 - half, 500 + half, 500 + half, hole=True)


def wedge(pen: TTGlyphPen, k: int, foot: int = 0) -> None:
    """A triangle whose tip stands at k ninths of the width."""
    polygon(pen, [(0, 0), (k * 1000 // 9, 1000), (1000, foot), (1000, 0)])


def steps(pen: TTGlyphPen, k: int) -> None:
    """Two boxes, the upper one k + 1 elevenths as high as the em."""
    height = 1000 * (k + 1) // 11
    box(pen, 0, 0, 1000, 1000 - height)
    box(pen, 0, 1000 - height, 300, 1000)


def font(
    path: Path, family: str, draw, *, style: str = "Regular", weight: int = 400, letters: str = LETTERS,
    units: int = 1000, panose: tuple[int, int] = (0, 0), family_class: int = 0, fixed: bool = False,
) -> Path:
    names = [".notdef", *letters]
    builder = FontBuilder(units, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({ord(letter): letter for letter in letters})
    glyphs = {}
    for name in names:
        pen = TTGlyphPen(None)
        if name != ".notdef":
            draw(pen, LETTERS.index(name))
        glyphs[name] = pen.glyph()
    builder.setupGlyf(glyphs)
    builder.setupHorizontalMetrics({name: (1100, 0) for name in names})
    builder.setupHorizontalHeader(ascent=1000, descent=0)
    builder.setupNameTable({"familyName": family, "styleName": style})
    italic, bold = "Italic" in style, "Bold" in style
    builder.setupOS2(
        usWeightClass=weight, sFamilyClass=family_class << 8, fsSelection=italic | bold << 5)
    builder.font["OS/2"].panose.bFamilyType, builder.font["OS/2"].panose.bSerifStyle = panose
    builder.setupPost(isFixedPitch=int(fixed))
    builder.font["head"].macStyle = bold | italic << 1
    return save(builder, path)


def save(builder: FontBuilder, path: Path) -> Path:
    builder.font.recalcTimestamp = False
    builder.font["head"].created = builder.font["head"].modified = 0
    builder.save(path)
    return path


def picture(number: int, width: int = 8, height: int = 6) -> bytes:
    """The left half a colour that tells the number, the right half the same at half its opacity."""
    image = Image.new("RGBA", (width, height))
    color = (4 * number, 255 - 4 * number, 100)
    for column in range(width):
        for row in range(height):
            image.putpixel((column, row), (*color, 255 if 2 * column < width else 128))
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def table(tag: str, data: bytes) -> DefaultTable:
    made = DefaultTable(tag)
    made.data = data
    return made


def bitmaps(pictures: list[bytes], width: int = 8, height: int = 6) -> tuple[bytes, bytes]:
    """Tables CBDT and CBLC with glyphs from number 1 on, each a PNG with small metrics (format 17)."""
    data = struct.pack(">I", 0x00030000)
    offsets = []
    for png in pictures:
        offsets.append(len(data) - 4)
        data += struct.pack(">BBbbBI", height, width, 0, height, width, len(png)) + png
    offsets.append(len(data) - 4)
    index = struct.pack(">HHI", 1, len(pictures), 8) + struct.pack(">HHI", 1, 17, 4)
    index += b"".join(struct.pack(">I", offset) for offset in offsets)
    line = struct.pack(">bbBbbbbbbbbb", height, 0, width, *[0] * 9)
    location = struct.pack(">HHI", 3, 0, 1)
    location += struct.pack(">IIII", len(location) + 48, len(index), 1, 0) + line + line
    location += struct.pack(">HHBBBb", 1, len(pictures), height, height, 32, 1)
    return data, location + index


def emoji(folder: Path) -> list[Path]:
    """A font of coloured bitmaps, the first two of which are equal, and Unicode's list of them."""
    count = sum(GROUPS.values())
    names = [".notdef", *[f"u{number}" for number in range(count)]]
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({FIRST_EMOJI + number: f"u{number}" for number in range(count)})
    builder.setupGlyf({name: TTGlyphPen(None).glyph() for name in names})
    builder.setupHorizontalMetrics({name: (1000, 0) for name in names})
    builder.setupHorizontalHeader(ascent=1000, descent=0)
    builder.setupNameTable({"familyName": "Picture Sample", "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    data, location = bitmaps([picture(max(number, 1)) for number in range(count)])
    builder.font["CBDT"], builder.font["CBLC"] = table("CBDT", data), table("CBLC", location)
    lines = ["# a list as Unicode's emoji-test.txt", ""]
    number = FIRST_EMOJI
    for group, size in GROUPS.items():
        lines += [f"# group: {group}", ""]
        for place in range(size):
            if place % 12 == 0:
                lines.append(f"# subgroup: {group.lower()}-{place // 12}")
            selector = " FE0F" if place % 5 == 0 else ""
            lines.append(f"{number:04X}{selector}".ljust(55) + "; fully-qualified     # . E1.0 name")
            if selector:
                lines.append(f"{number:04X}".ljust(55) + "; unqualified         # . E1.0 name")
            number += 1
        lines.append(f"{number - 1:04X} 1F3FB".ljust(55) + "; fully-qualified     # . E1.0 tone")
    lines.append("1F3FB".ljust(55) + "; component           # . E1.0 light skin tone")
    lines.append(f"{number:04X}".ljust(55) + "; fully-qualified     # . E1.0 not in the font")
    listing = folder / "emoji-test.txt"
    listing.write_text("\n".join(lines) + "\n")
    return [save(builder, folder / "NotoColorEmoji.ttf"), listing]


def make(output: Path) -> list[Path]:
    folder = output / "fonts"
    good, odd = folder / "letters", folder / "odd"
    for each in (good, odd, folder / "pictures"):
        each.mkdir(parents=True, exist_ok=True)
    return [
        font(good / "block.ttf", "Block Sample", block, panose=(2, 11)),
        font(
            good / "block-bold.ttf", "Block Sample", lambda pen, k: block(pen, k, wider=40),
            style="Bold Italic", weight=700, panose=(2, 11)),
        font(good / "frame.ttf", "Frame Sample", frame, weight=900, panose=(2, 4), fixed=True),
        font(good / "wedge.ttf", "Wedge Sample", wedge, weight=3, family_class=8),
        font(good / "wedge-kin.ttf", "Kin of It", lambda pen, k: wedge(pen, k, foot=60)),
        font(good / "steps.ttf", "Steps Sample", steps),
        font(odd / "again.ttf", "Renamed", lambda pen, k: block(pen, k, scale=2), units=2000),
        font(odd / "same-box.ttf", "Boxes", lambda pen, k: box(pen, 0, 0, 500, 700)),
        font(odd / "blank.ttf", "Blank", lambda pen, k: k == 3 or block(pen, k)),
        font(odd / "partial.ttf", "Partial", block, letters="ABCDE"),
        font(odd / "pictorial.ttf", "Pictorial", block, panose=(5, 0)),
        *emoji(folder / "pictures"),
    ]
