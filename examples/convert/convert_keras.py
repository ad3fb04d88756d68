"""The weights of a Keras U-Net to a model file of unetpp, and back.

Run      convert_keras.py to-unetpp U-NET.weights.h5 MODEL.safetensors [--like MODEL.safetensors]
         convert_keras.py to-keras MODEL.safetensors U-NET.weights.h5
Needs    keras with a backend of its own (tensorflow-cpu), safetensors
Yours    load() and save() take any network of Conv2D and Conv2DTranspose whose net.layers are in the order in which it
         runs them; to-unetpp and to-keras are for the one in keras_unet.py.
"""

import warnings

from keras import layers

from keras_unet import unet
from unetpp_file import main, names, read, write

KINDS = {layers.Conv2D: "conv2d", layers.Conv2DTranspose: "conv2d_transpose"}


def tensors(net):
    """A network's variables under unetpp's names; the layouts are the same: kernels height, width, in, out, transposed
    ones height, width, out, in."""
    variables = {}
    found = [layer for layer in net.layers if type(layer) in KINDS]
    for name, layer in zip(names(KINDS[type(layer)] for layer in found), found):
        variables[name + ".weight"] = layer.kernel
        if layer.use_bias:
            variables[name + ".bias"] = layer.bias
    return variables


def load(net, path):
    """Reads a model file of unetpp into a network; ValueError where a name or shape differs."""
    variables = tensors(net)
    values = read(path, {name: tuple(variable.shape) for name, variable in variables.items()})
    for name, variable in variables.items():
        variable.assign(values[name])


def save(net, path, network=None, like=None):
    """Writes a network as a model file of unetpp, with the classes and preprocessing of the model file `like`."""
    write(path, {name: variable.numpy() for name, variable in tensors(net).items()}, network, like)


def load_weights(net, path):
    """Reads what save_weights wrote of this network; ValueError for anything else."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the error behind them says it all
            net.load_weights(path)
    except FileNotFoundError:
        raise
    except Exception as error:  # Keras and h5py have many for what is in no file of theirs
        found = str(error).partition("\n")[0].rstrip(":")
        raise ValueError(f"{path}: expected weights of the default U-Net by save_weights, found others: {found}") from error


def to_unetpp(source, target, like=None):
    net = unet()
    load_weights(net, source)
    save(net, target, like=like)


def to_keras(source, target):
    net = unet()
    load(net, source)
    net.save_weights(target)


if __name__ == "__main__":
    main(__doc__, {"to-unetpp": to_unetpp, "to-keras": to_keras})
