"""keras_test.py MODEL LOGITS BACK: Keras with unetpp's weights gives unetpp's logits; the weights go back to BACK."""

import sys

import keras
import safetensors.numpy
from safetensors.numpy import load_file

from compare import FAST, IM2COL, close, readme_python, refuses, same_weights
from convert_keras import load, save, tensors
from keras_unet import unet

model, logits, back = sys.argv[1:]
ours = load_file(logits)
net = unet()
load(net, model)
theirs = keras.ops.convert_to_numpy(net(ours["images"], training=False))
close(f"Keras {keras.__version__}, fastest kernels", ours["logits"], theirs, FAST)
close(f"Keras {keras.__version__}, im2col", ours["logits_im2col"], theirs, IM2COL)
save(net, back)
same_weights("unetpp to Keras and back", load_file(back), load_file(model))

by_readme = unet()
exec(readme_python("keras.layers.Conv2D").replace("model.safetensors", model), {**globals(), "net": by_readme})
there = {name: variable.numpy() for name, variable in tensors(by_readme).items()}
same_weights("unetpp to Keras by the README's lines", there, load_file(model))

random = unet()  # not a weight of it was unetpp's before
again = unet()
save(random, back + ".random")
load(again, back + ".random")
there = {name: variable.numpy() for name, variable in tensors(random).items()}
same_weights("Keras to unetpp and back", {n: v.numpy() for n, v in tensors(again).items()}, there)

x = keras.layers.Input((128, 128, 3))
refuses("a Keras network with fewer layers", lambda: load(keras.Model(x, keras.layers.Conv2D(32, 3)(x)), model))
refuses("a Keras network with another shape", lambda: load(keras.Model(x, keras.layers.Conv2D(31, 3)(x)), model))
