"""What the tests of the other frameworks share: how near two results are, and what a pair of model files must have."""

import pathlib
import re
import sys

import numpy as np

README = pathlib.Path(__file__).parents[2] / "README.md"

NCHW, NHWC = (0, 3, 1, 2), (0, 2, 3, 1)  # orders of axes to transpose to
FAST, IM2COL = 1e-4, 1e-5  # of the largest logit: our fastest kernels, and the general ones


def require(right, line):
    print(line if right else f"FAILED: {line}", flush=True)
    if not right:
        sys.exit(1)


def close(what, found, expected, limit):
    error = np.abs(found - expected).max() / np.abs(expected).max()
    require(found.shape == expected.shape and error <= limit, f"{what}: off by {error:.1e} of the largest ({limit:.0e} allowed)")


def same_classes(what, found, expected, share, axis=-1):
    same = (found.argmax(axis) == expected.argmax(axis)).mean()
    require(same >= share, f"{what}: the same class at {100 * same:.4f} % of the pixels ({100 * share:.2f} % demanded)")


def same_weights(what, found, expected):
    """Both are {name: array}."""
    same = found.keys() == expected.keys() and all(
        found[name].dtype == tensor.dtype
        and found[name].shape == tensor.shape
        and found[name].tobytes() == tensor.tobytes()
        for name, tensor in expected.items()
    )
    require(same, f"{what}: {len(expected)} tensors byte for byte as before")


def refuses(what, call):
    try:
        call()
    except ValueError as error:
        require("expected shape" in str(error), f"{what}: {error}")
    else:
        require(False, f"{what}: is refused")


def readme_python(word):
    """The README's piece of Python that has a word in it."""
    pieces = re.findall(r"^```python\n(.*?)^```", README.read_text(), re.M | re.S)
    return next(piece for piece in pieces if word in piece)
