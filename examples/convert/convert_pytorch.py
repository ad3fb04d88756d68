"""The weights of a PyTorch U-Net to a model file of unetpp, and back.

Run      convert_pytorch.py to-unetpp WEIGHTS.pt MODEL.safetensors
         convert_pytorch.py to-pytorch MODEL.safetensors WEIGHTS.pt
Needs    torch, numpy, safetensors
Yours    load() and save() take any network of Conv2d and ConvTranspose2d that registers its layers in the order in which
         it runs them; to-unetpp and to-pytorch are for the one in pytorch_unet.py.
"""

import sys

import torch
from torch import nn

from pytorch_unet import unet
from unetpp_file import names, read, write

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


def save(net, path, network=None):
    """Writes a network as a model file of unetpp."""
    write(path, {name: view.contiguous().numpy() for name, view in tensors(net).items()}, network)


def to_unetpp(source, target):
    net = unet()
    net.load_state_dict(torch.load(source, weights_only=True))
    save(net, target)


def to_pytorch(source, target):
    net = unet()
    load(net, source)
    torch.save(net.state_dict(), target)


if __name__ == "__main__":
    tasks = {"to-unetpp": to_unetpp, "to-pytorch": to_pytorch}
    if len(sys.argv) != 4 or sys.argv[1] not in tasks:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    try:
        tasks[sys.argv[1]](*sys.argv[2:])
    except (ValueError, OSError) as error:
        sys.exit(f"convert_pytorch.py: {error}")
