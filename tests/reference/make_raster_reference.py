"""Small TIFF and PNG files of 1 to 32 channels of 8 bits, 16 bits and floats, and their values.

Run      /path/to/venv/bin/python tests/reference/make_raster_reference.py
         (writes raster_reference.txt beside this file; needs `pip install tifffile imagecodecs numpy pillow`)
Kept     output made with Python 3.11.7, tifffile 2026.3.3, imagecodecs 2026.3.6, numpy 2.4.6, Pillow 13.0.0.

Truth    the array that was given to tifffile, or to the few lines that write a PNG here; turned by NumPy where the file
         says so; of a JPEG in a TIFF what Pillow reads.
Format   A line for each file: its name, width, height, channels, the type of its values as NumPy calls it, its bytes and
         its values (little-endian, row by row, a pixel's channels together), both in hexadecimal. A kind that the library
         refuses by name has 0 0 0, and instead of type and values - and a word of the refusal.
"""

import io
import itertools
import struct
import zlib
from pathlib import Path

import numpy as np
import tifffile
from PIL import Image

WIDTH, HEIGHT = 7, 5
FULL = {"u1": 255, "u2": 65535, "f4": 1}


def drawn(channels, kind, width=WIDTH, height=HEIGHT):
    """Few different values, so that files are small; of floats some are below 0 and above 1."""
    y, x, c = np.mgrid[:height, :width, :channels]
    share = ((x + 2 * y + 3 * c) % 9) / 8
    if kind == "f4":
        return (3 * share - 1).astype("<f4")
    return np.round(share * FULL[kind]).astype("<" + kind)


def tiff(values, **options):
    file = io.BytesIO()
    how = {"byteorder": "<", "photometric": "minisblack", "metadata": None, "software": False, "bigtiff": False}
    how.update(options)
    with tifffile.TiffWriter(file, byteorder=how.pop("byteorder"), bigtiff=how.pop("bigtiff")) as writer:
        writer.write(values, **how)
    return file.getvalue()


def planes(values):
    """Channels first, as tifffile takes those that are stored one by one."""
    return np.ascontiguousarray(np.moveaxis(values, -1, 0))


def stored(values, channels, planar, **options):
    """A file of so many channels, stored together or one by one."""
    values = values[..., 0] if channels == 1 else planes(values) if planar else values
    more = {} if channels == 1 else {"planarconfig": "separate" if planar else "contig"}
    return tiff(values, **more, **options)


def layouts():
    for channels, kind, planar in itertools.product([1, 2, 3, 5, 32], FULL, [False, True]):
        if channels == 1 and planar or channels == 32 and kind == "f4":
            continue
        values = drawn(channels, kind)
        name = f"{channels}_{kind}{'_planes' * planar}"
        yield f"{name}_strips.tif", values, stored(values, channels, planar, rowsperstrip=2)
        if channels != 32:
            yield f"{name}_tiles.tif", values, stored(values, channels, planar, tile=(16, 16), compression="zlib")


def compressions():
    for name, kind in itertools.product(["lzw", "zlib", "packbits", "zstd", "lzma"], FULL):
        values = drawn(3, kind)
        predictor = {"predictor": True} if name in ("lzw", "zlib") else {}
        yield f"{name}_{kind}.tif", values, tiff(values, compression=name, photometric="rgb", **predictor)
    for kind in FULL:
        values = drawn(2, kind)
        yield f"big_endian_{kind}.tif", values, stored(values.astype(">" + kind), 2, False, byteorder=">")
    values = drawn(4, "u2")
    yield "bigtiff.tif", values, stored(values, 4, False, bigtiff=True)


def turned(values, orientation):
    """What is to be seen of values that are stored so: TIFF 6.0, tag 274."""
    flipped = {1: values, 2: values[:, ::-1], 3: values[::-1, ::-1], 4: values[::-1]}
    if orientation <= 4:
        return flipped[orientation]
    transposed = np.swapaxes(values, 0, 1)
    return {5: transposed, 6: transposed[:, ::-1], 7: transposed[::-1, ::-1], 8: transposed[::-1]}[orientation]


def meanings():
    values = drawn(3, "u2")
    for orientation in range(1, 9):
        yield (f"orientation_{orientation}.tif", turned(values, orientation),
               tiff(values, photometric="rgb", extratags=[(274, "H", 1, orientation, True)]))
    indices = np.arange(WIDTH * HEIGHT, dtype="u1").reshape(HEIGHT, WIDTH) * 7
    colours = (np.arange(3 * 256, dtype="u4").reshape(3, 256) * 85 % 256).astype("u2")
    for bits, palette in {16: colours * 257, 8: colours}.items():
        yield (f"palette_{bits}.tif", np.moveaxis(colours, 0, -1).astype("u1")[indices],
               tiff(indices, photometric="palette", colormap=palette))
    for kind in ("u1", "u2"):
        grey = drawn(1, kind)
        yield f"white_is_zero_{kind}.tif", FULL[kind] - grey, tiff(grey[..., 0], photometric="miniswhite")
    rgba = drawn(4, "u1")
    yield "rgba.tif", rgba, tiff(rgba, photometric="rgb", extrasamples=["unassalpha"])
    yield "rgb_and_infrared.tif", rgba, tiff(rgba, photometric="rgb", extrasamples=["unspecified"])
    grey_alpha = drawn(2, "u1")
    yield "grey_alpha.tif", grey_alpha, stored(grey_alpha, 2, False, extrasamples=["unassalpha"])
    jpeg = tiff(drawn(3, "u1", 16, 16), photometric="rgb", compression="jpeg", compressionargs={"level": 90})
    yield "jpeg.tif", np.asarray(Image.open(io.BytesIO(jpeg)).convert("RGB")), jpeg


def png(values, colour_type):
    """A PNG of 16 bits, each row as it is."""
    height, width = values.shape[:2]
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 16, colour_type, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def pngs():
    for channels, colour_type in {1: 0, 2: 4, 3: 2, 4: 6}.items():
        values = drawn(channels, "u2") ^ np.arange(channels, dtype="u2")  # both bytes matter
        yield f"{channels}_u2.png", values, png(values, colour_type)
    for channels, mode in {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}.items():
        file = io.BytesIO()
        values = drawn(channels, "u1")
        Image.fromarray(values[..., 0] if channels == 1 else values, mode).save(file, "PNG")
        yield f"{channels}_u1.png", values, file.getvalue()


def refused():
    grey = drawn(1, "u1")[..., 0]
    yield "signed.tif", tiff(grey.astype("i2")), "sign"
    yield "integers_of_32_bits.tif", tiff(grey.astype("u4")), "32"
    yield "doubles.tif", tiff(grey.astype("f8")), "64"
    yield "halves.tif", tiff(grey.astype("f2")), "16"
    yield "bilevel.tif", tiff(grey > 100, photometric="minisblack"), "1"
    yield "complex.tif", tiff(grey.astype("c8")), "rare"
    yield "cmyk.tif", tiff(drawn(4, "u1"), photometric="separated"), "photometric"
    yield "many.tif", stored(drawn(33, "u1"), 33, False), "33"
    file = io.BytesIO()
    with tifffile.TiffWriter(file) as writer:
        for _ in range(2):
            writer.write(grey, photometric="minisblack", metadata=None, software=False)
    yield "pages.tif", file.getvalue(), "page"
    floats = drawn(1, "f4")[..., 0]
    floats[2, 3] = np.nan
    yield "nan.tif", tiff(floats), "NaN"
    floats[2, 3] = -np.inf
    yield "infinity.tif", tiff(floats), "infinity"


def main():
    with open(Path(__file__).with_name("raster_reference.txt"), "w", encoding="ascii") as out:
        out.write("# made by make_raster_reference.py\n")
        for name, values, data in itertools.chain(layouts(), compressions(), meanings(), pngs()):
            height, width, channels = values.shape
            kind = values.dtype.str[1:]
            raw = np.ascontiguousarray(values).astype("<" + kind).tobytes()
            out.write(f"{name} {width} {height} {channels} {kind} {data.hex()} {raw.hex()}\n")
        for name, data, word in refused():
            out.write(f"{name} 0 0 0 - {data.hex()} {word}\n")


main()
