#!/usr/bin/env python3
"""rewrite_pets.py PETS DIR FORM COUNT [RUN_JSON]: the first COUNT pairs of an Oxford-IIIT Pet data set as other people keep
their data, in DIR/images and DIR/masks.

FORM: indices (0, 1, 2), palette (PASCAL VOC's), colours (with DIR/classes.csv), binary (255 pet, 0 not), files
(masks/CLASS/NAME.png, with DIR/classes.csv), folders (DIR/train and DIR/val, indices, with the split of a run), deep (grey images of 16
bits; needs Pillow), oxford (as they are).
"""
import json
import shutil
import struct
import sys
import zlib
from pathlib import Path

import draw_shapes

NAMES = ["pet", "background", "outline"]
COLOURS = [(230, 159, 0), (86, 180, 233), (0, 158, 115)]


def read_grey(path):
    """Width and rows of a PNG of one channel of 8 bits that is not interlaced."""
    data, at, packed = path.read_bytes(), 8, b""
    while at < len(data):
        (length,), kind = struct.unpack(">I", data[at:at + 4]), data[at + 4:at + 8]
        body = data[at + 8:at + 8 + length]
        if kind == b"IHDR":
            width, height, bits, colour, _, _, interlaced = struct.unpack(">IIBBBBB", body)
            assert (bits, colour, interlaced) == (8, 0, 0), path
        if kind == b"IDAT":
            packed += body
        at += length + 12
    raw, rows, above = zlib.decompress(packed), [], bytes(width)
    for y in range(height):
        kind, line = raw[y * (width + 1)], bytearray(raw[y * (width + 1) + 1:(y + 1) * (width + 1)])
        for x in range(width if kind else 0):
            left, up, corner = (line[x - 1] if x else 0), above[x], (above[x - 1] if x else 0)
            guess = left + up - corner
            nearest = min((abs(guess - left), 0, left), (abs(guess - up), 1, up), (abs(guess - corner), 2, corner))[2]
            line[x] = (line[x] + [0, left, up, (left + up) // 2, nearest][kind]) & 255
        rows.append(bytes(line))
        above = rows[-1]
    return width, rows


def write_masks(masks, stem, trimap, form):
    width, rows = trimap
    height = len(rows)

    def write(folder, colour_type, table, palette=None):
        folder.mkdir(parents=True, exist_ok=True)
        table = bytes([0, *table, *bytes(252)])
        data = draw_shapes.png(width, height, colour_type, 8, [row.translate(table) for row in rows], palette)
        (folder / f"{stem}.png").write_bytes(data)

    if form == "files":
        for k, name in enumerate(NAMES):
            write(masks / name, 0, [255 if k == c else 0 for c in range(3)])
    elif form == "binary":
        write(masks, 0, [255, 0, 0])
    elif form == "palette":
        write(masks, 3, [0, 1, 2], draw_shapes.voc_palette())
    elif form == "colours":
        masks.mkdir(parents=True, exist_ok=True)
        coloured = [bytes(v for value in row for v in COLOURS[value - 1]) for row in rows]
        (masks / f"{stem}.png").write_bytes(draw_shapes.png(width, height, 2, 8, coloured))
    else:
        write(masks, 0, [0, 1, 2])


def write_image(images, image, form):
    images.mkdir(parents=True, exist_ok=True)
    if form != "deep":
        shutil.copy(image, images)
        return
    from PIL import Image  # noqa: only this form needs it
    grey = Image.open(image).convert("L")
    rows = [struct.pack(f">{grey.width}H", *[257 * grey.getpixel((x, y)) for x in range(grey.width)])
            for y in range(grey.height)]
    (images / f"{image.stem}.png").write_bytes(draw_shapes.png(grey.width, grey.height, 0, 16, rows))


def main():
    pets, folder, form = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    count = int(sys.argv[4])
    held_out = json.loads(Path(sys.argv[5]).read_text())["split"]["validation"] if form == "folders" else []
    trimaps = pets / "annotations" / "trimaps"
    stems = sorted(p.stem for p in (pets / "images").glob("*.jpg") if (trimaps / f"{p.stem}.png").exists())[:count]
    for stem in stems:
        image, trimap = pets / "images" / f"{stem}.jpg", trimaps / f"{stem}.png"
        if form == "oxford":
            for source, to in ((image, folder / "images"), (trimap, folder / "annotations" / "trimaps")):
                to.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, to)
            continue
        part = folder / ("val" if stem in held_out else "train") if form == "folders" else folder
        write_image(part / "images", image, form)
        write_masks(part / "masks", stem, read_grey(trimap), form)
    if form == "files":
        (folder / "classes.csv").write_text("\n".join(["name", *NAMES]) + "\n")
    if form == "colours":
        lines = [f"{name},{r},{g},{b},{int(name != 'background')}" for name, (r, g, b) in zip(NAMES, COLOURS)]
        (folder / "classes.csv").write_text("\n".join(["name,red,green,blue,show", *lines]) + "\n")


if __name__ == "__main__":
    main()
