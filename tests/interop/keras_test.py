"""keras_test.py MODEL LOGITS BACK: Keras with unetpp's weights gives unetpp's logits; the weights go back to BACK."""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras  # noqa: E402
from safetensors.numpy import load_file  # noqa: E402

from compare import FAST, IM2COL, close, refuses, same_weights  # noqa: E402
from convert_keras import load, save, tensors  # noqa: E402
from keras_unet import unet  # noqa: E402

model, logits, back = sys.argv[1:]
ours = load_file(logits)
net = unet()
load(net, model)
theirs = keras.ops.convert_to_numpy(net(ours["images"], training=False))
close(f"Keras {keras.__version__}, fastest kernels", ours["logits"], theirs, FAST)
close(f"Keras {keras.__version__}, im2col", ours["logits_im2col"], theirs, IM2COL)
save(net, back)
same_weights("unetpp to Keras and back", load_file(back), load_file(model))

random = unet()  # not a weight of it was unetpp's before
again = unet()
save(random, back + ".random")
load(again, back + ".random")
there = {name: variable.numpy() for name, variable in tensors(random).items()}
same_weights("Keras to unetpp and back", {n: v.numpy() for n, v in tensors(again).items()}, there)

x = keras.layers.Input((128, 128, 3))
refuses("a Keras network with fewer layers", lambda: load(keras.Model(x, keras.layers.Conv2D(32, 3)(x)), model))
refuses("a Keras network with another shape", lambda: load(keras.Model(x, keras.layers.Conv2D(31, 3)(x)), model))
