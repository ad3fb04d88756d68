#!/usr/bin/env python3
"""make_corpus.py FOLDER writes the first inputs of the fuzz targets: FOLDER/TARGET/NAME, small files of each
kind that is read.

All of it is made here, byte by byte, with nothing but Python's standard library.
"""
import base64
import json
import struct
import sys
import zlib
from pathlib import Path


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, depth, colour, rows, interlaced=0, extra=b"", level=9):
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(rows, level))
            + chunk(b"IEND", b""))


def png_rows(width, height, bits, filters=(0, 1, 2, 3, 4)):
    """Rows of `bits` a pixel, filtered by each way in turn."""
    size = (width * bits + 7) // 8
    return b"".join(bytes([filters[y % len(filters)]]) + bytes((7 * x + 31 * y) % 256 for x in range(size))
                    for y in range(height))


def interlaced_rows(width, height, bits):
    """The seven passes of Adam7."""
    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    sizes = [((width - x + dx - 1) // dx, (height - y + dy - 1) // dy) for x, y, dx, dy in passes]
    return b"".join(png_rows(w, h, bits) for w, h in sizes if w > 0 and h > 0)


def segment(marker, data):
    return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data


def jpeg(frame, components, scans, restart=0, table=0):
    """A JPEG of 20 x 12: SOF`frame`; components: (horizontal, vertical) sampling; scans: (components, from, to, bits, data)."""
    head = b"\xff\xd8" + segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")
    head += segment(0xDB, b"\0" + bytes(range(1, 65))) + segment(0xDB, b"\x11" + 64 * b"\x7f\xff")
    ids = range(1, len(components) + 1)
    head += segment(frame, struct.pack(">BHHB", 8, 12, 20, len(components))
                    + b"".join(bytes([i, h << 4 | v, table]) for i, (h, v) in zip(ids, components)))
    few_bits = bytes([0, 1, 5, 1, 1, 1, 1, 1, 1] + 7 * [0])  # how many codes there are of each length
    head += segment(0xC4, b"\x00" + few_bits + bytes(range(12)))
    head += segment(0xC4, b"\x10" + few_bits + bytes([0x00, 0x01, 0x02, 0x11, 0x03, 0x21, 0x12, 0xF0, 0x31, 0x10, 0x04, 0x22]))
    if restart:
        head += segment(0xDD, struct.pack(">H", restart))
    for which, first, last, bits, data in scans:
        head += segment(0xDA, bytes([len(which)]) + b"".join(bytes([i, 0]) for i in which) + bytes([first, last, bits]))
        head += data
    return head + b"\xff\xd9"


def bits_as_bytes(text):
    """Bits, with a stuffed 0 behind each FF."""
    text += "1" * (-len(text) % 8)
    return b"".join(b"\xff\0" if byte == 255 else bytes([byte])
                    for byte in (int(text[i:i + 8], 2) for i in range(0, len(text), 8)))


def images():
    scan = bits_as_bytes("0110101110001011" * 12)
    yield "baseline.jpg", jpeg(0xC0, [(2, 2), (1, 1), (1, 1)], [([1, 2, 3], 0, 63, 0, scan)])
    yield "coarse.jpg", jpeg(0xC1, [(1, 1)], [([1], 0, 63, 0, bits_as_bytes("1011010" * 9))], table=1)
    yield "gray.jpg", jpeg(0xC0, [(1, 1)], [([1], 0, 63, 0, scan)])
    yield "four.jpg", jpeg(0xC0, [(1, 1)] * 4, [([1, 2, 3, 4], 0, 63, 0, scan)])
    yield "restart.jpg", jpeg(0xC1, [(1, 2), (1, 1), (1, 1)], [([1, 2, 3], 0, 63, 0, scan[:9] + b"\xff\xd0" + scan[9:])], 1)
    yield "progressive.jpg", jpeg(0xC2, [(2, 1), (1, 1), (1, 1)], [
        ([1, 2, 3], 0, 0, 0x01, bits_as_bytes("0101" * 6)), ([1, 2, 3], 0, 0, 0x10, bits_as_bytes("01" * 6)),
        ([1], 1, 5, 0x02, bits_as_bytes("0" * 8)), ([2], 1, 63, 0x01, bits_as_bytes("1001000" * 8)),
        ([1], 1, 63, 0x21, bits_as_bytes("0" * 8)), ([1], 1, 63, 0x10, bits_as_bytes("0" * 8))])
    for depth, colour, values in [(8, 2, 3), (8, 6, 4), (8, 4, 2), (16, 0, 1), (16, 2, 3), (16, 6, 4), (8, 0, 1)]:
        yield f"rows_{depth}_{colour}.png", png(5, 6, depth, colour, png_rows(5, 6, depth * values))
    palette = chunk(b"PLTE", bytes(range(12)))
    yield "palette.png", png(5, 2, 2, 3, png_rows(5, 2, 2, [0]), extra=palette + chunk(b"tRNS", b"\0\x80"))
    yield "key.png", png(3, 2, 8, 2, png_rows(3, 2, 24), extra=chunk(b"tRNS", bytes(6)))
    yield "interlaced.png", png(9, 9, 8, 6, interlaced_rows(9, 9, 32), 1)
    yield "interlaced_16.png", png(5, 5, 16, 2, interlaced_rows(5, 5, 48), 1)
    yield "stored.png", png(3, 2, 8, 2, png_rows(3, 2, 24), level=0)
    gif = b"GIF89a" + struct.pack("<HHBBB", 2, 1, 0x81, 0, 0) + b"\xff\0\0\0\0\xff\0\xff\0\xff\xff\xff"
    frame = b"," + struct.pack("<HHHHB", 0, 0, 2, 1, 0) + b"\2\2\x44\x0a\0"
    yield "two.gif", gif + frame + b";"
    yield "animated.gif", gif + b"!\xf9\4\x0d\1\0\1\0" + frame + b"!\xfe\2hi\0" + frame + b";"
    yield "interlaced.gif", gif + b"," + struct.pack("<HHHHB", 0, 0, 2, 1, 0xC0) + bytes(6) + b"\2\2\x44\x0a\0;"
    for bits, colours in [(1, 2), (4, 16), (8, 256), (16, 0), (24, 0), (32, 0)]:
        rows = bytes(range((3 * bits + 31) // 32 * 4)) * 2
        colour_table = b"".join(bytes([i, 255 - i, i // 2, 0]) for i in range(colours))
        start = 54 + len(colour_table)
        yield f"{bits}.bmp", (b"BM" + struct.pack("<IHHI", start + len(rows), 0, 0, start)
                              + struct.pack("<IiiHHIIiiII", 40, 3, 2, 1, bits, 0, 0, 0, 0, colours, 0) + colour_table + rows)
    masks = b"".join(struct.pack("<I", m) for m in (0x7C00, 0x03E0, 0x001F))
    yield "fields.bmp", (b"BM" + struct.pack("<IHHI", 82, 0, 0, 66) + struct.pack("<IiiHHIIiiII", 40, 3, -2, 1, 16, 3, 0, 0, 0, 0, 0)
                         + masks + bytes(range(16)))


def masks():
    for depth in (1, 2, 4, 8):
        yield f"{depth}.png", png(9, 5, depth, 0, png_rows(9, 5, depth))
    yield "interlaced.png", png(9, 9, 8, 0, interlaced_rows(9, 9, 8), 1)
    yield "interlaced_2.png", png(9, 9, 2, 0, interlaced_rows(9, 9, 2), 1)
    yield "key.png", png(4, 2, 8, 0, png_rows(4, 2, 8), extra=chunk(b"tRNS", b"\0\7"))


def file(header, data=b""):
    """A safetensors file."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def entry(dtype, shape, begin, end):
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


def safetensors():
    network = {"input": [128, 128, 3], "classes": 2, "base_channels": 32, "depth": 4}
    classes = [{"name": "cat", "colour": [255, 0, 1]}, {"name": "\u00e9\n", "colour": [0, 9, 0]}]
    info = {"network": json.dumps(network), "classes": json.dumps(classes), "preprocessing": "RGB / 255"}
    weight, bias, half, brain = (entry("F32", [1, 2], 0, 8), entry("F32", [], 8, 12), entry("F16", [2], 12, 16),
                                 entry("BF16", [0, 3], 16, 16))
    yield "model", file({"__metadata__": info, "conv.weight": weight, "conv.bias": bias}, bytes(range(12)))
    yield "types", file({"a": weight, "b": bias, "c": half, "d": brain, "e": entry("I64", [1], 16, 24)}, bytes(24))
    yield "empty", file({})
    yield "spaces", file(b'{"a":{"shape":[3],"data_offsets":[0,3],"dtype":"U8"}}   ', bytes(3))
    yield "overlap", file({"a": weight, "b": weight}, bytes(12))
    yield "long", struct.pack("<Q", 2 ** 40) + b"{}"


def training(steps):
    epoch = {"epoch": 1, "epochs": 3, "train_loss": 0.5, "seconds": 1.0, "images_per_second": None,
             "validation": {"loss": 1.0, "weight": 2.0, "confusion": [1, 2, 3, 4]}}
    settings = {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-07, "learning_rate": 0.001}
    return {"epoch": 2, "batches": min(steps, 1), "samples": min(steps, 1), "loss": 0.25, "weight": 9.0, "seconds": 3,
            "steps": steps, "random": {"generator": "Philox4x32-10", "seed": 7}, "batch": 1, "images": 7,
            "train_left_out": [3], "validation_left_out": [],
            "optimizer": {"name": "adam", "steps": steps, "settings": settings}, "history": [epoch]}


def checkpoints():
    parameters = {"conv2d.weight": entry("F32", [1, 1, 1, 2], 0, 8), "conv2d.bias": entry("F32", [2], 8, 16)}
    moments = {"optimizer.m.conv2d.weight": entry("F32", [1, 1, 1, 2], 16, 24),
               "optimizer.m.conv2d.bias": entry("F32", [2], 24, 32),
               "optimizer.v.conv2d.weight": entry("F16", [1, 1, 1, 2], 32, 36),
               "optimizer.v.conv2d.bias": entry("F32", [2], 36, 44)}
    yield "begun", file({"__metadata__": {"training": json.dumps(training(0))}, **parameters}, bytes(16))
    yield "going", file({"__metadata__": {"training": json.dumps(training(5))}, **parameters, **moments}, bytes(44))


def texts():
    yield "begun", json.dumps(training(0)).encode()
    yield "going", json.dumps(training(5)).encode()
    image = {"position": 1, "name": "cat", "jpeg": base64.b64encode(dict(images())["gray.jpg"]).decode(), "width": 4,
             "height": 2, "truth": base64.b64encode(bytes([3 * 3 + 1, 3 * 3 + 1])).decode(),
             "masks": [base64.b64encode(bytes([7 * 2 + 1])).decode()], "iou": [0.5]}
    yield "record", json.dumps({"started": 1, "report_seconds": 0.5, "images": [image]}).encode()
    yield "settings", json.dumps({"seed": 1, "epochs": 3, "batch": 8, "data": "pets"}).encode()
    yield "same", json.dumps({"seed": 1}).encode()


def main():
    for target, files in {"image": images(), "mask": masks(), "safetensors": safetensors(), "checkpoint": checkpoints(),
                          "training": texts()}.items():
        folder = Path(sys.argv[1]) / target
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in files:
            (folder / name).write_bytes(data)


main()
