#!/usr/bin/env python3
"""draw_shapes.py DIR [--count N] [--classes 2..7] [--form FORM] [--channels 1|3|5] [--bits 8|16] [--size N] [--seed N]

Writes DIR/images and DIR/masks: drawn shapes, of a kind for each class but the first, which is the background. FORM is how
masks have the classes: indices (0, 1, ...), spread (grey values far apart), palette (a palette as PASCAL VOC's, the rims of
shapes 255), colours (RGB, with DIR/classes.csv), binary (0 and 255: any shape or none), files (masks/CLASS/NAME.png).

Needs nothing but Python's standard library, so that what reads the files is tested against other code than its own.
"""
import argparse
import random
import struct
import zlib
from pathlib import Path

NAMES = ["background", "disc", "square", "triangle", "ring", "cross", "stripes"]
COLOURS = [(0, 0, 0), (230, 159, 0), (86, 180, 233), (0, 158, 115), (240, 228, 66), (0, 114, 178), (213, 94, 0)]


def inside(kind, x, y):
    """Whether a point is in a shape that reaches from -1 to 1."""
    far = max(abs(x), abs(y))
    return {1: x * x + y * y <= 1, 2: far <= 0.85, 3: -0.9 <= y <= 0.9 and abs(x) <= (y + 0.9) / 1.9,
            4: 0.35 <= x * x + y * y <= 1, 5: far <= 1 and min(abs(x), abs(y)) <= 0.3,
            6: far <= 1 and int((x + 1) * 3.5) % 2 == 0}[kind]


def draw(size, classes, rng):
    """A picture of values from 0 to 1 a channel, RGB, and the class of each pixel, row by row."""
    light = rng.uniform(0.25, 0.6)
    picture = [[light + rng.uniform(-0.12, 0.12) for _ in range(3)] for _ in range(size * size)]
    mask = [0] * (size * size)
    for kind in rng.sample(range(1, classes), k=min(classes - 1, 3)):
        reach = rng.uniform(0.12, 0.22) * size
        cx, cy = rng.uniform(reach, size - reach), rng.uniform(reach, size - reach)
        for row in range(size):
            for column in range(size):
                if inside(kind, (column + 0.5 - cx) / reach, (row + 0.5 - cy) / reach):
                    mask[row * size + column] = kind
                    picture[row * size + column] = [c / 255 * 0.8 + 0.1 + rng.uniform(-0.1, 0.1) for c in COLOURS[kind]]
    return picture, mask


def png(width, height, colour_type, bits, rows, palette=None):
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    parts = [b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour_type, 0, 0, 0))]
    if palette:
        parts.append(chunk(b"PLTE", bytes(v for colour in palette for v in colour)))
    parts += [chunk(b"IDAT", zlib.compress(b"".join(b"\0" + row for row in rows))), chunk(b"IEND", b"")]
    return b"".join(parts)


def tiff(width, height, channels, bits, data):
    """One strip, not compressed, little-endian, channels side by side."""
    begin = 8 + len(data)
    sizes_at = begin + 2 + 12 * 10 + 4
    entries = [(256, 4, 1, width), (257, 4, 1, height),
               (258, 3, channels, sizes_at if channels > 2 else bits * (65537 if channels == 2 else 1)),
               (259, 3, 1, 1), (262, 3, 1, 1), (273, 4, 1, 8), (277, 3, 1, channels), (278, 4, 1, height),
               (279, 4, 1, len(data)), (284, 3, 1, 1)]
    directory = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *e) for e in entries) + bytes(4)
    return b"II*\0" + struct.pack("<I", begin) + data + directory + struct.pack(f"<{channels}H", *[bits] * channels)


def image_file(picture, size, channels, bits):
    """The name's end and the bytes of a picture: PNG of 1 or 3 channels, TIFF of more."""
    most = 255 if bits == 8 else 65535
    values = []
    for red, green, blue in picture:
        grey = 0.3 * red + 0.59 * green + 0.11 * blue
        pixel = {1: [grey], 3: [red, green, blue], 5: [red, green, blue, grey, 1 - red]}[channels]
        values += [round(most * min(max(v, 0), 1)) for v in pixel]
    if channels > 3:
        return ".tif", tiff(size, size, channels, bits, struct.pack(f"<{len(values)}{'B' if bits == 8 else 'H'}", *values))
    data = struct.pack(f">{len(values)}{'B' if bits == 8 else 'H'}", *values)
    line = len(data) // size
    return ".png", png(size, size, 0 if channels == 1 else 2, bits, [data[i:i + line] for i in range(0, len(data), line)])


def voc_palette():
    """Bits of the index, three at a time, become the high bits of red, green and blue."""
    def colour(index):
        channels = [0, 0, 0]
        for bit in range(8):
            for channel in range(3):
                channels[channel] |= ((index >> (3 * bit + channel)) & 1) << (7 - bit)
        return channels

    return [colour(index) for index in range(256)]


def rims(mask, size):
    """The mask with 255 where a neighbour to the right or below has another class."""
    def differs(i):
        return ((i + 1) % size and mask[i] != mask[i + 1]) or (i + size < len(mask) and mask[i] != mask[i + size])

    return [255 if differs(i) else mask[i] for i in range(len(mask))]


def grey_png(values, size):
    return png(size, size, 0, 8, [bytes(values[i:i + size]) for i in range(0, len(values), size)])


def mask_files(mask, size, classes, form):
    """The folders below masks and the bytes of what is in them for one image."""
    if form == "indices":
        return {"": grey_png(mask, size)}
    if form == "spread":
        return {"": grey_png([c * 40 for c in mask], size)}
    if form == "binary":
        return {"": grey_png([255 if c else 0 for c in mask], size)}
    if form == "palette":
        marked = rims(mask, size)
        return {"": png(size, size, 3, 8, [bytes(marked[i:i + size]) for i in range(0, len(mask), size)], voc_palette())}
    if form == "colours":
        return {"": png(size, size, 2, 8, [bytes(v for c in mask[i:i + size] for v in COLOURS[c])
                                           for i in range(0, len(mask), size)])}
    return {NAMES[k]: grey_png([255 if c == k else 0 for c in mask], size) for k in range(classes)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--classes", type=int, default=4, choices=range(2, 8))
    parser.add_argument("--form", default="indices",
                        choices=["indices", "spread", "palette", "colours", "binary", "files"])
    parser.add_argument("--channels", type=int, default=3, choices=[1, 3, 5])
    parser.add_argument("--bits", type=int, default=8, choices=[8, 16])
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    images, masks = args.folder / "images", args.folder / "masks"
    images.mkdir(parents=True)
    for i in range(args.count):
        rng = random.Random(1000 * args.seed + i)
        picture, mask = draw(args.size, args.classes, rng)
        end, data = image_file(picture, args.size, args.channels, args.bits)
        (images / f"shapes_{i:03}{end}").write_bytes(data)
        for folder, bytes_of_mask in mask_files(mask, args.size, args.classes, args.form).items():
            (masks / folder).mkdir(parents=True, exist_ok=True)
            (masks / folder / f"shapes_{i:03}.png").write_bytes(bytes_of_mask)
    if args.form == "colours":
        lines = [f"{name},{r},{g},{b},{int(name != 'background')}" for name, (r, g, b) in
                 zip(NAMES[:args.classes], COLOURS)]
        (args.folder / "classes.csv").write_text("\n".join(["name,red,green,blue,show", *lines]) + "\n")


if __name__ == "__main__":
    main()
