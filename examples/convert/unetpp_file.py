"""unetpp's model files: safetensors, in which each layer's weight and bias have the layer's name."""

import json
from collections import Counter

from safetensors.numpy import load_file, save_file

from default_network import BASE_CHANNELS, CHANNELS, CLASSES, DEPTH, SHAPE

NETWORK = {"input": [*SHAPE, CHANNELS], "classes": CLASSES, "base_channels": BASE_CHANNELS, "depth": DEPTH}


def names(kinds):
    """unetpp's names of layers, given their kinds in the order of execution: conv2d, conv2d_1, conv2d_transpose, ..."""
    seen = Counter()
    for kind in kinds:
        yield f"{kind}_{seen[kind]}" if seen[kind] else kind
        seen[kind] += 1


def read(path, shapes):
    """The tensors of a model file by name; ValueError unless they are those of `shapes`, {name: shape}."""
    tensors = load_file(path)
    found = {name: tensor.shape for name, tensor in tensors.items()}
    for name in {**shapes, **found}:
        expected, there = shapes.get(name, "none"), found.get(name, "none")
        if expected != there:
            raise ValueError(f"{path}: tensor {name}: expected shape {expected}, found {there}")
    return tensors


def write(path, tensors, network=None):
    """Writes float32 tensors, {name: array}, with what unetpp's programs want to know of the network."""
    save_file(tensors, path, {"network": json.dumps(network or NETWORK)})
