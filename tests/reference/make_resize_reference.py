"""Images made smaller with an antialiasing filter, by Pillow and TensorFlow; how far these two are from the formula.

Run      /path/to/venv/bin/python tests/reference/make_resize_reference.py [PETS]
         (writes resize_reference.txt beside this file; needs `pip install pillow numpy tensorflow-cpu`)
         With the folder of the Oxford-IIIT Pets it measures, on the first 150 photographs by name made 128x128, what
         resize_antialiased.hpp says of others.
Kept     output made with Python 3.11.7, Pillow 13.0.0, TensorFlow 2.21.0, numpy 2.4.6.

Entries  `CASE.size`: height, width and channels of the input, height and width of the output. `CASE.input`;
         `CASE.pillow`: Image.resize(size, BILINEAR); `CASE.tensorflow`: tf.image.resize(images, size, "bilinear",
         antialias=True), not rounded. All height x width x channels.
Formula  Of resize_antialiased.hpp, in float64 and rounded once.
"""

import sys

sys.dont_write_bytecode = True  # no __pycache__ among the tests

from pathlib import Path

import numpy as np
import PIL
import tensorflow as tf
from PIL import Image

from reference_format import write

SIZES = {  # height, width, channels -> height, width
    "smaller": (23, 31, 3, 7, 9),
    "much_smaller": (40, 37, 1, 2, 3),
    "wider": (21, 6, 3, 5, 11),
    "higher": (5, 19, 1, 12, 8),
    "larger": (4, 5, 3, 9, 7),
}


def by_pillow(image, height, width):
    picture = Image.fromarray(image[:, :, 0] if image.shape[2] == 1 else image)
    return np.asarray(picture.resize((width, height), Image.Resampling.BILINEAR)).reshape(height, width, -1)


def by_tensorflow(image, height, width):
    return tf.image.resize(image.astype(np.float32), (height, width), "bilinear", antialias=True).numpy()


def weights(before, after):
    """after x before: a triangle as wide as two pixels of the output, or of the input where these are wider."""
    scale = before / after
    centres = (np.arange(after) + 0.5) * scale - 0.5
    triangle = np.maximum(0, 1 - np.abs(np.arange(before) - centres[:, None]) / max(scale, 1))
    return triangle / triangle.sum(axis=1, keepdims=True)


def by_formula(image, height, width):
    rows, columns = weights(image.shape[0], height), weights(image.shape[1], width)
    return np.einsum("ih,hwc,jw->ijc", rows, image.astype(np.float64), columns, optimize=True)


def rounded(values):
    return np.floor(values + 0.5).astype(np.int64)


def measure(pets, photographs=150, side=128):
    off = {"Pillow": [], "TensorFlow": []}
    unrounded = 0
    for path in sorted((pets / "images").glob("*.jpg"))[:photographs]:
        image = np.asarray(Image.open(path).convert("RGB"))
        ours, theirs = by_formula(image, side, side), by_tensorflow(image, side, side)
        off["Pillow"].append(np.abs(by_pillow(image, side, side) - rounded(ours)))
        off["TensorFlow"].append(np.abs(rounded(theirs) - rounded(ours)))
        unrounded = max(unrounded, np.abs(theirs - ours).max())
    for name, values in off.items():
        values = np.stack(values)
        print(f"{name}: rounded off by {values.mean():.4f} in the mean of {len(values)} photographs, at most "
              f"{values.max()}; {(values > 0).sum()} of {values.size} values differ")
    print(f"TensorFlow, not rounded: off by {unrounded:.1e} at most")


def main():
    random = np.random.RandomState(0)
    entries = {}
    for name, (height, width, channels, *size) in SIZES.items():
        image = random.randint(0, 256, (height, width, channels)).astype(np.uint8)
        entries |= {f"{name}.size": [height, width, channels, *size], f"{name}.input": image,
                    f"{name}.pillow": by_pillow(image, *size), f"{name}.tensorflow": by_tensorflow(image, *size)}
    comments = ["Images made smaller with an antialiasing filter.",
                f"Made by make_resize_reference.py (see there) with Pillow {PIL.__version__}, TensorFlow "
                f"{tf.__version__}, numpy {np.__version__}."]
    write(Path(__file__).with_name("resize_reference.txt"), comments, entries)
    if len(sys.argv) > 1:
        measure(Path(sys.argv[1]))


if __name__ == "__main__":
    main()
