"""Small image files of all kinds, and their pixels as Pillow decodes them.

Run      /path/to/venv/bin/python tests/reference/make_image_reference.py
         (writes image_reference.txt beside this file; needs `pip install pillow numpy` and cjpeg of Debian's
         libjpeg-turbo-progs)
Kept     output made with Python 3.11.7, Pillow 13.0.0 (libjpeg-turbo 3.2.0), numpy 2.4.6, cjpeg of libjpeg-turbo 2.1.5.

Tried    arithmetic JPEGs, which the library refuses: libjpeg reads zeros, without a warning, where their data end early.
Truth    ImageOps.exif_transpose(Image.open(file)).convert("RGB"). Pillow clips 16 bits of grey, so that there the truth
         is the upper 8 bits, as it has them for 16 bits of RGB.
Format   A line for each file: its name, width, height, its bytes and its pixels (red, green, blue), both in hexadecimal.
         A kind that the library refuses by name has 0 0 and instead of the pixels a word of the refusal.
"""

import io
import itertools
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import PIL
from PIL import Image, ImageOps, features

WIDTH, HEIGHT = 19, 13  # of more than one block, and of none that is whole


def drawn(width, height, channels):
    """Smooth colours with an edge."""
    y, x, c = np.mgrid[:height, :width, :channels]
    return ((5 * x + 9 * y + 60 * c + 80 * (x > y)) % 256).astype(np.uint8)


def jpegs():
    mode = {1: "L", 3: "RGB", 4: "CMYK"}
    pnm = io.BytesIO()
    Image.fromarray(drawn(WIDTH, HEIGHT, 3)).save(pnm, "PPM")
    cjpeg = lambda *options: subprocess.run(["cjpeg", "-quality", "85", *options], input=pnm.getvalue(),
                                            capture_output=True, check=True).stdout
    samplings = ["1x1", "2x1", "2x2", "1x2", "4x1", "1x4", "4x2", "2x4", "3x1", "1x3", "1x1,2x1,1x2", "2x2,2x1,1x2",
                 "2x2,1x2,1x2", "2x1,1x1,2x1"]
    for sampling, progressive, restart in itertools.product(samplings, [False, True], [0, 1]):
        options = ["-optimize", "-sample", sampling] + ["-progressive"] * progressive + ["-restart", "1B"] * restart
        yield f"{sampling}{'_progressive' * progressive}{'_restart' * restart}.jpg".replace(",", "_"), cjpeg(*options)
    for progressive, restart in itertools.product([False, True], [0, 1]):
        more = ["-progressive"] * progressive + ["-restart", "1B"] * restart
        kind = "_progressive" * progressive + "_restart" * restart
        yield f"gray{kind}.jpg", cjpeg("-optimize", "-grayscale", *more)
        yield f"rgb{kind}.jpg", cjpeg("-optimize", "-rgb", *more)
        yield f"arithmetic{kind}.jpg", cjpeg("-arithmetic", *more)
        cmyk = saved(Image.fromarray(drawn(WIDTH, HEIGHT, 4), mode[4]), "JPEG", quality=85, optimize=True,
                     progressive=progressive, restart_marker_blocks=restart)
        yield f"cmyk{kind}.jpg", cmyk
        marker = cmyk.index(b"\xff\xee")
        yield f"ycck{kind}.jpg", cmyk[:marker + 15] + b"\2" + cmyk[marker + 16:]
        yield f"cmyk_unmarked{kind}.jpg", cmyk[:marker] + cmyk[marker + 16:]
    for orientation, (channels, progressive) in itertools.product(range(9), [(1, False), (3, True), (4, False)]):
        exif = Image.Exif()
        exif[0x0112] = orientation
        pixels = drawn(WIDTH, HEIGHT, channels)
        image = Image.fromarray(pixels[:, :, 0] if channels == 1 else pixels, mode[channels])
        yield (f"orientation_{orientation}_{mode[channels]}.jpg",
               saved(image, "JPEG", quality=85, optimize=True, progressive=progressive, exif=exif))


def saved(image, kind, **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_rows(width, height, bits, lowest):
    """Rows of `bits` a pixel, filtered in turn by each of the filters; what they mean the decoder finds out."""
    size = (width * bits + 7) // 8
    return b"".join(bytes([y % 5]) + bytes((lowest + 7 * x + 31 * y) % 256 for x in range(size)) for y in range(height))


def pngs():
    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    kinds = [(0, d, 1) for d in (1, 2, 4, 8, 16)] + [(3, d, 1) for d in (1, 2, 4, 8)] + [(c, d, n) for c, n in
             ((2, 3), (4, 2), (6, 4)) for d in (8, 16)]
    width, height = 9, 7
    for (colour, depth, values), interlaced, transparent in itertools.product(kinds, [0, 1], [False, True]):
        if transparent and colour > 3:
            continue
        sizes = [((width - x + dx - 1) // dx, (height - y + dy - 1) // dy) for x, y, dx, dy in passes]
        rows = b"".join(png_rows(w, h, depth * values, 3) for w, h in (sizes if interlaced else [(width, height)]) if w and h)
        extra = chunk(b"PLTE", bytes((i * 37) % 256 for i in range(3 << depth))) if colour == 3 else b""
        if transparent:
            extra += chunk(b"tRNS", b"\0\x80" if colour == 3 else b"\0\1" * values)
        header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced)
        name = f"type_{colour}_depth_{depth}{'_interlaced' * interlaced}{'_transparent' * transparent}.png"
        yield name, (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(rows, 9))
                     + chunk(b"IEND", b""))
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        yield f"orientation_{orientation}.png", saved(Image.fromarray(drawn(width, height, 3)), "PNG", exif=exif)


def gifs():
    width, height = 9, 7
    for colours, interlace, transparent, frames in itertools.product([2, 16, 200], [0, 1], [None, 1], [1, 2]):
        images = [Image.fromarray(drawn(width, height, 3)[:, :, i]).quantize(colours) for i in range(frames)]
        options = {} if transparent is None else {"transparency": transparent}
        name = f"colours_{colours}{'_interlaced' * interlace}{'_transparent' * (transparent is not None)}_frames_{frames}.gif"
        yield name, saved(images[0], "GIF", save_all=True, append_images=images[1:], interlace=interlace, **options)


def bmps():
    width, height = 5, 4
    image = Image.fromarray(drawn(width, height, 3))
    for kind, picture in {"1": image.convert("1"), "8": image.quantize(200), "gray": image.convert("L"), "24": image,
                          "32": image.convert("RGBA")}.items():
        bmp = saved(picture, "BMP")
        yield f"{kind}.bmp", bmp
        if kind == "24":
            yield "24_from_top.bmp", bmp[:22] + struct.pack("<i", -height) + bmp[26:]
    for bits in (4, 16):
        palette = b"".join(bytes([i * 16, 255 - i * 16, i * 8, 0]) for i in range(16)) if bits == 4 else b""
        rows = bytes((17 * i) % 256 for i in range((width * bits + 31) // 32 * 4 * height))
        start = 54 + len(palette)
        yield f"{bits}.bmp", (b"BM" + struct.pack("<IHHI", start + len(rows), 0, 0, start) + struct.pack(
            "<IiiHHIIiiII", 40, width, height, 1, bits, 0, 0, 0, 0, len(palette) // 4, 0) + palette + rows)
    wide = struct.pack("<IiiHHIIiiII", 64, width, height, 1, 24, 0, 0, 0, 0, 0, 0) + bytes(24)
    yield "64.bmp", b"BM" + struct.pack("<IHHI", 78 + 16 * height, 0, 0, 78) + wide + bytes(16 * height)
    runs = b"".join(bytes([width, y, 0, 0]) for y in range(height)) + b"\0\1"
    palette = b"".join(bytes([i, 2 * i, 3 * i, 0]) for i in range(8))
    yield "run_lengths.bmp", (b"BM" + struct.pack("<IHHI", 86 + len(runs), 0, 0, 86) + struct.pack(
        "<IiiHHIIiiII", 40, width, height, 1, 8, 1, len(runs), 0, 0, 8, 0) + palette + runs)


def truth(file):
    image = Image.open(io.BytesIO(file))
    if image.mode.startswith("I"):
        upper = (np.asarray(image).astype(np.int64) >> 8).astype(np.uint8)
        return np.repeat(upper[:, :, None], 3, axis=2)
    return np.asarray(ImageOps.exif_transpose(image).convert("RGB"))


def main():
    refused = {"run_lengths.bmp": "run", "64.bmp": "64"}
    lines = []
    for name, file in itertools.chain(jpegs(), pngs(), gifs(), bmps()):
        pixels = truth(file)
        size, shown = (f"{pixels.shape[1]} {pixels.shape[0]}", pixels.tobytes().hex())
        if name in refused or name.startswith("arithmetic"):
            size, shown = "0 0", refused.get(name, "arithmetic")
        lines.append(f"{name} {size} {file.hex()} {shown}\n")
    made_with = (f"# Made by make_image_reference.py (see there) with Pillow {PIL.__version__}, libjpeg-turbo "
                 f"{features.version('libjpeg_turbo')}.\n")
    Path(__file__).with_name("image_reference.txt").write_text(made_with + "".join(lines), encoding="ascii")
    print(len(lines), "files")


sys.dont_write_bytecode = True
main()
