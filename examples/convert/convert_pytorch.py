"""The weights of a PyTorch U-Net to a model file of unetpp, and back.

Run      convert_pytorch.py to-unetpp WEIGHTS.pt MODEL.safetensors [--like MODEL.safetensors]
         convert_pytorch.py to-pytorch MODEL.safetensors WEIGHTS.pt
Needs    torch, numpy, safetensors
Yours    load() and save() take any network of Conv2d and ConvTranspose2d that registers its layers in the order in which
         it runs them; to-unetpp and to-pytorch are for the one in pytorch_unet.py.
"""

import torch
from torch import nn

from pytorch_unet import unet
from unetpp_file import main, names, read, require_shapes, write

KINDS = {nn.Conv2d: "conv2d", nn.ConvTranspose2d: "conv2d_transpose"}


def tensors(net):
    """Views of a network's weights, under unetpp's names and in its layout.

    Conv2d           out, in, height, width -> height, width, in, out
    ConvTranspose2d  in, out, height, width -> height, width, out, in
    """
    views = {}
    layers = [layer for layer in net.modules() if type(layer) in KINDS]
    for name, layer in zip(names(KINDS[type(layer)] for layer in layers), layers):
        views[name + ".weight"] = layer.weight.detach().permute(2, 3, 1, 0)
        if layer.bias is not None:
            views[name + ".bias"] = layer.bias.detach()
    return views


def load(net, path):
    """Reads a model file of unetpp into a network; ValueError where a name or shape differs."""
    views = tensors(net)
    values = read(path, {name: tuple(view.shape) for name, view in views.items()})
    for name, view in views.items():
        view.copy_(torch.from_numpy(values[name]))


def save(net, path, network=None, like=None):
    """Writes a network as a model file of unetpp, with the classes and preprocessing of the model file `like`."""
    write(path, {name: view.numpy() for name, view in tensors(net).items()}, network, like)


def checkpoint(path):
    """A state_dict that torch.save wrote; ValueError for anything else."""
    expected = "expected a state_dict that torch.save wrote, found"
    try:
        found = torch.load(path, map_location="cpu", weights_only=True)
    except OSError:
        raise
    except Exception as error:  # torch.load has many for what is in no file of its own
        raise ValueError(f"{path}: {expected} none ({type(error).__name__})") from error
    if not isinstance(found, dict):
        raise ValueError(f"{path}: {expected} a {type(found).__name__}")
    return found


def state(path, net):
    """A state_dict for a network that torch.save wrote; ValueError for anything else."""
    found = checkpoint(path)
    shapes = {name: tuple(tensor.shape) for name, tensor in net.state_dict().items()}
    require_shapes(path, shapes, {name: getattr(value, "shape", type(value).__name__) for name, value in found.items()})
    return found


def to_unetpp(source, target, like=None):
    net = unet()
    net.load_state_dict(state(source, net))
    save(net, target, like=like)


def to_pytorch(source, target):
    net = unet()
    load(net, source)
    torch.save(net.state_dict(), target)


if __name__ == "__main__":
    main(__doc__, {"to-unetpp": to_unetpp, "to-pytorch": to_pytorch})
