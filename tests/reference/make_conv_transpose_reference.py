"""Outputs and gradients of Keras's Conv2DTranspose, Conv2D and MaxPool2D in float64.

Run      /path/to/venv/bin/python tests/reference/make_conv_transpose_reference.py
         (writes keras_reference.txt beside this file; needs `pip install tensorflow-cpu`)
Kept     output made with Python 3.11.7, TensorFlow 2.21.0, Keras 3.15.1, numpy 2.4.6, on CPU.

Extent   Conv2D, MaxPool2D, by TensorFlow's rule. same: out = ceil(in / stride), padded by
         max((out - 1) * stride + (kernel - 1) * dilation + 1 - in, 0) in all, the smaller half before.
         valid: out = floor((in - (kernel - 1) * dilation - 1) / stride) + 1.
         Conv2DTranspose. same: out = in * stride, and of the full (in - 1) * stride + kernel rows the surplus is cut,
         the smaller half before; valid: out = in * stride + max(kernel - stride, 0). Rows out of reach hold the bias.
Layout   NHWC; Conv2D weights HWIO (kernel h, kernel w, in, out), Conv2DTranspose's (kernel h, kernel w, out, in).
Entries  Of each case: NAME.config = batch, h, w, in channels, out channels, kernel h, w, stride h, w, dilation h, w,
         same (1) or valid (0), relu, out h, out w. NAME.x, .weight, .bias, .y; .dy is the fixed random cotangent and
         .dx, .dweight, .dbias the gradients of sum(y * dy). Pools have no weight and bias.
"""

import os
import sys

os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
sys.dont_write_bytecode = True  # no __pycache__ among the tests

from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from reference_format import float32_exact, write

BATCH, IN, OUT = 2, 2, 3

# (input h, w), kernel, stride, padding
TRANSPOSED = [
    ((3, 5), (3, 3), (2, 2), "same"),
    ((3, 5), (3, 3), (2, 2), "valid"),
    ((3, 5), (2, 2), (2, 2), "same"),
    ((3, 5), (2, 2), (3, 3), "same"),
    ((3, 5), (2, 2), (3, 3), "valid"),
    ((3, 5), (4, 4), (2, 2), "same"),
    ((3, 5), (5, 5), (2, 2), "same"),
    ((3, 5), (3, 2), (1, 2), "same"),
    ((3, 5), (3, 2), (1, 2), "valid"),
    ((3, 5), (1, 1), (1, 1), "same"),
    ((1, 1), (3, 3), (2, 2), "same"),
]

# (input h, w), kernel, stride, dilation, padding, relu
PLAIN = [
    ((5, 7), (3, 3), (1, 1), (1, 1), "same", False),
    ((5, 7), (3, 3), (1, 1), (1, 1), "same", True),
    ((5, 6), (3, 3), (2, 2), (1, 1), "same", False),
    ((5, 6), (3, 3), (2, 2), (1, 1), "valid", False),
    ((7, 6), (3, 3), (1, 1), (2, 2), "same", False),
    ((7, 6), (3, 3), (1, 1), (2, 2), "valid", False),
    ((4, 7), (2, 3), (1, 2), (1, 1), "same", False),
    ((3, 5), (2, 2), (3, 3), (1, 1), "same", False),
    ((1, 1), (3, 3), (1, 1), (1, 1), "same", False),
]

# (input h, w), window, stride, padding
POOLS = [
    ((5, 6), (3, 3), (2, 2), "same"),
    ((5, 6), (3, 3), (2, 2), "valid"),
    ((5, 7), (2, 2), (2, 2), "valid"),
    ((4, 5), (3, 2), (1, 3), "same"),
]


def size(pair):
    return "%dx%d" % pair


def run(layer, x, random):
    """y, a cotangent of y, and the gradients of sum(y * dy) with respect to x and the layer's parameters."""
    x = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = layer(x)
        dy = float32_exact(random.uniform(-1, 1, y.shape))
        total = tf.reduce_sum(y * dy)
    assert y.dtype == tf.float64
    gradients = tape.gradient(total, [x] + [v.value for v in layer.trainable_variables])
    return y.numpy(), dy, [g.numpy() for g in gradients]


def config(x, y, kernel, stride, dilation, padding, relu=False):
    geometry = [*kernel, *stride, *dilation, padding == "same", relu]
    return [*x.shape, y.shape[3], *geometry, y.shape[1], y.shape[2]]


def convolution_case(layer, shape, random):
    """Entries of a convolution, plain or transposed, with seeded parameters."""
    x = float32_exact(random.uniform(-1, 1, (BATCH, *shape, IN)))
    layer.build(x.shape)
    layer.set_weights([float32_exact(random.uniform(-1, 1, w.shape)) for w in layer.get_weights()])
    weight, bias = layer.get_weights()
    y, dy, (dx, dweight, dbias) = run(layer, x, random)
    relu = layer.activation is keras.activations.relu
    kept = config(x, y, layer.kernel_size, layer.strides, layer.dilation_rate, layer.padding, relu)
    values = {"config": kept, "x": x, "weight": weight, "bias": bias, "y": y}
    return values | {"dy": dy, "dx": dx, "dweight": dweight, "dbias": dbias}


def pool_case(window, stride, padding, shape, random):
    """Entries of a max pool of small whole numbers, so that most windows hold ties."""
    x = random.randint(-2, 2, (BATCH, *shape, IN)).astype(np.float64)
    layer = keras.layers.MaxPooling2D(window, stride, padding, dtype="float64")
    y, dy, (dx,) = run(layer, x, random)
    return {"config": config(x, y, window, stride, (1, 1), padding), "x": x, "y": y, "dy": dy, "dx": dx}


def main():
    random = np.random.RandomState(2)
    entries = {}

    def keep(name, case):
        assert name + ".x" not in entries, name
        entries.update({f"{name}.{key}": value for key, value in case.items()})

    for shape, kernel, stride, padding in TRANSPOSED:
        layer = keras.layers.Conv2DTranspose(OUT, kernel, stride, padding, dtype="float64")
        name = f"transpose_{size(shape)}_kernel_{size(kernel)}_stride_{size(stride)}_{padding}"
        keep(name, convolution_case(layer, shape, random))
    for shape, kernel, stride, dilation, padding, relu in PLAIN:
        activation = "relu" if relu else None
        layer = keras.layers.Conv2D(
            OUT, kernel, stride, padding, dilation_rate=dilation, activation=activation, dtype="float64"
        )
        name = f"conv_{size(shape)}_kernel_{size(kernel)}_stride_{size(stride)}_dilation_{size(dilation)}_{padding}"
        keep(name + ("_relu" if relu else ""), convolution_case(layer, shape, random))
    for shape, window, stride, padding in POOLS:
        name = f"pool_{size(shape)}_window_{size(window)}_stride_{size(stride)}_{padding}"
        keep(name, pool_case(window, stride, padding, shape, random))

    versions = f"TensorFlow {tf.__version__}, Keras {keras.__version__}, numpy {np.__version__}"
    comments = [f"Made by make_conv_transpose_reference.py (see there) with {versions}."]
    write(Path(__file__).with_name("keras_reference.txt"), comments, entries)


if __name__ == "__main__":
    main()
