"""unetpp's model files: safetensors, in which each layer's weight and bias have the layer's name."""

import argparse
import json
import sys
from collections import Counter

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from default_network import BASE_CHANNELS, CHANNELS, CLASSES, DEPTH, SHAPE

NETWORK = {"input": [*SHAPE, CHANNELS], "classes": CLASSES, "base_channels": BASE_CHANNELS, "depth": DEPTH}


def names(kinds):
    """unetpp's names of layers, given their kinds in the order of execution: conv2d, conv2d_1, conv2d_transpose, ..."""
    seen = Counter()
    for kind in kinds:
        yield f"{kind}_{seen[kind]}" if seen[kind] else kind
        seen[kind] += 1


def require_shapes(path, expected, found):
    """ValueError unless both {name: shape} are the same."""
    for name in {**expected, **found}:
        if expected.get(name) != found.get(name):
            raise ValueError(
                f"{path}: tensor {name}: expected shape {expected.get(name, 'none')}, found {found.get(name, 'none')}"
            )


def opened(path):
    """A model file to read; ValueError when it is none."""
    try:
        return safe_open(path, "np")
    except SafetensorError as error:
        raise ValueError(f"{path}: expected a safetensors file, found none: {error}") from error


def read(path, shapes):
    """The tensors of a model file, or of a checkpoint but for its optimizer's, by name; ValueError unless they are those
    of `shapes`, {name: shape}."""
    with opened(path) as file:
        tensors = {name: file.get_tensor(name) for name in file.keys() if not name.startswith("optimizer.")}
    require_shapes(path, shapes, {name: tensor.shape for name, tensor in tensors.items()})
    return tensors


def write(path, tensors, network=None, like=None, preprocessing=None):
    """Writes float32 tensors, {name: array}, with what unetpp's programs want to know of the network, with a text that
    says how pixels become input, and with the classes and the preprocessing of `like`, a model file of the same network;
    ValueError when it is of another. Arrays may be views in any order of memory: safetensors 0.8.0 writes an array's
    memory whatever its strides say."""
    network = network or NETWORK
    metadata = {"network": json.dumps(network)} | ({"preprocessing": preprocessing} if preprocessing else {})
    if like:
        with opened(like) as file:
            known = file.metadata() or {}
        if json.loads(known.get("network", "null")) != network:
            raise ValueError(f"{like}: expected a model of the network {network}, found {known.get('network', 'none')}")
        metadata.update((key, known[key]) for key in ("classes", "preprocessing") if key in known)
    save_file({name: np.asarray(tensor, order="C") for name, tensor in tensors.items()}, path, metadata)


def run(parser, task):
    """Runs a program's task; what is wrong with a file ends the program with a line."""
    try:
        task()
    except (ValueError, OSError) as error:
        sys.exit(f"{parser.prog}: {error}")


def main(doc, tasks):
    """Runs the task, {name: function of source and target}, that the command line asks for."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task", choices=tasks)
    parser.add_argument("source")
    parser.add_argument("target")
    parser.add_argument("--like", metavar="MODEL", help="of to-unetpp: take class names, colours and preprocessing from it")
    arguments = parser.parse_args()
    more = {}
    if arguments.like:
        if arguments.task != "to-unetpp":
            parser.error(f"--like: expected to-unetpp, found {arguments.task}")
        more["like"] = arguments.like
    run(parser, lambda: tasks[arguments.task](arguments.source, arguments.target, **more))
