#!/usr/bin/env python3
"""make_corpus.py FOLDER writes the first inputs of the fuzz targets: FOLDER/TARGET/NAME, small files of each
kind that is read.

Images are those of tests/reference; all else is made here, byte by byte, with nothing but Python's standard library.
"""
import base64
import json
import struct
import sys
from pathlib import Path


def images():
    """The small files of all kinds that tests/reference keeps."""
    reference = Path(__file__).resolve().parent.parent / "reference" / "image_reference.txt"
    for line in reference.read_text().splitlines()[1:]:
        name, _, _, data, _ = line.split()
        yield name, bytes.fromhex(data)


def rasters():
    """TIFF and PNG of any channels, that tests/reference keeps."""
    reference = Path(__file__).resolve().parent.parent / "reference" / "raster_reference.txt"
    for line in reference.read_text().splitlines()[1:]:
        fields = line.split()
        yield fields[0], bytes.fromhex(fields[5])


def masks():
    for name, data in images():
        if name.startswith(("type_0_", "type_3_")):
            yield name, data


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
    yield "small_types", file({"a": entry("F4", [2], 0, 1), "b": entry("F6_E3M2", [2, 2], 1, 4), "c": entry("C64", [1], 4, 12),
                               "d": entry("F8_E4M3FNUZ", [1], 12, 13), "e": entry("F31", [3], 13, 17)}, bytes(17))
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
    averaged = {"name": "adamw with moving average", "steps": 5, "settings": {
        "average_decay": 0.999, "beta1": 0.9, "beta2": 0.999, "decay": 0.01, "epsilon": 1e-07, "learning_rate": 0.001}}
    trained = {"conv2d.weight": [1, 1, 1, 2], "conv2d.bias": [2], "batch_normalization.scale": [2],
               "batch_normalization.offset": [2]}
    tensors = {**trained, "batch_normalization.mean": [2], "batch_normalization.variance": [2]}
    for kind in ("average", "m", "v"):
        tensors.update({f"optimizer.{kind}.{name}": shape for name, shape in trained.items()})
    normalised = {name: entry("F32", shape, 8 * i, 8 * i + 8) for i, (name, shape) in enumerate(tensors.items())}
    yield "averaged", file({"__metadata__": {"training": json.dumps({**training(5), "optimizer": averaged})}, **normalised},
                           bytes(8 * len(tensors)))
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


def class_tables():
    yield "values", b"name,value,show\r\nroad,0,1\r\n\"a, \"\"b\"\"\",1,0\r\nignored,255,0\r\n"
    yield "colours", b"\xef\xbb\xbfname,red,green,blue\na,0,0,0\nb,128,0,0\n"
    yield "names", b"name\na\n\" b\n\"\n"
    yield from images()


def main():
    for target, files in {"image": images(), "mask": masks(), "raster": rasters(), "class_table": class_tables(),
                          "safetensors": safetensors(), "checkpoint": checkpoints(), "training": texts()}.items():
        folder = Path(sys.argv[1]) / target
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in files:
            (folder / name).write_bytes(data)


main()
