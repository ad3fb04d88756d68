"""The running statistics of Keras's BatchNormalization after ten batches.

Run      python3 tests/reference/make_keras_norm_reference.py, in a virtual environment with tensorflow-cpu==2.21.0
         (writes keras_norm_reference.txt beside this file)
Kept     output made with Python 3.11.2, Keras 3.15.1, TensorFlow 2.21.0, numpy 2.

Layer    BatchNormalization(), with its defaults: momentum 0.99, epsilon 1e-3; the running variance is of the batches' own.
Entries  `batches`: ten of 3x4x4x2, NHWC; `outputs` of the last in training, `inference` of the last afterwards.
"""

import sys

sys.dont_write_bytecode = True  # no __pycache__ among the tests

from pathlib import Path

import keras
import numpy as np

from reference_format import float32_exact, write

if __name__ == "__main__":
    random = np.random.default_rng(12)
    batches = float32_exact(random.normal(size=(10, 3, 4, 4, 2)) * [2.0, 0.5] + [1.0, -3.0])
    layer = keras.layers.BatchNormalization(dtype="float64")
    for batch in batches:
        outputs = layer(batch, training=True)
    write(
        Path(__file__).with_name("keras_norm_reference.txt"),
        ["Written by make_keras_norm_reference.py, which says what is in it.", f"Keras {keras.__version__}, numpy {np.__version__}"],
        {
            "batches": batches,
            "outputs": np.asarray(outputs),
            "inference": np.asarray(layer(batches[-1], training=False)),
            "running_mean": np.asarray(layer.moving_mean),
            "running_variance": np.asarray(layer.moving_variance),
        },
    )
