"""The weights of a U-Net of milesial/Pytorch-UNet (https://github.com/milesial/Pytorch-UNet) to a model file of unetpp.

Run      convert_milesial.py CHECKPOINT.pth MODEL.safetensors [--size HEIGHTxWIDTH]
Needs    torch, numpy, safetensors
Takes    the checkpoints that its train.py writes, with transposed convolutions or bilinear, of any numbers of
         channels and classes; all of that is read from the tensors.
Size     A model file's network has a size, 128x128 unless --size says another; 2^4 divides height and width. (Pytorch-UNet
         takes any size, and pads what comes up where it is odd.) A bilinear network depends on it, as corners are aligned.
Classes  A network of one class, which Pytorch-UNet thresholds at a probability of 1/2, becomes one of two: background,
         whose logit is 0, and the class. Its probability is the same, and so is the mask.
Images   Pytorch-UNet resizes by Pillow's BICUBIC, to a part of a photograph's own size. unetpp does not: the model file
         says how its images were prepared, so that predict warns, and resizes bilinearly to the network's size. What was
         trained at --scale 1 has its own kind of images with predict --tile, which resizes nothing.
"""

import argparse
import re

import torch

from convert_pytorch import checkpoint
from unetpp_file import names, require_shapes, run, write

PREPROCESSING = "RGB / 255, resized to a part of their size by Pillow's BICUBIC (Pytorch-UNet)"

# Tensors of a layer: theirs, and ours.
TENSORS = {
    "conv2d": {"weight": "weight", "bias": "bias"},
    "conv2d_transpose": {"weight": "weight", "bias": "bias"},
    "batch_normalization": {"weight": "scale", "bias": "offset", "running_mean": "mean", "running_var": "variance"},
}


def block(name, channels, middle, filters):
    """Two convolutions, each with its normalisation."""
    layers = []
    for i, (before, after) in enumerate([(channels, middle), (middle, filters)]):
        layers.append(("conv2d", f"{name}.double_conv.{3 * i}", {"weight": (after, before, 3, 3)}))
        norm = {tensor: (after,) for tensor in TENSORS["batch_normalization"]}
        layers.append(("batch_normalization", f"{name}.double_conv.{3 * i + 1}", norm))
    return layers


def layers_of(channels, base, depth, classes, bilinear):
    """(kind, name, {tensor: shape}) of each layer, in the order of execution."""
    layers = block("inc", channels, base, base)
    for level in range(1, depth + 1):
        filters = base << level >> (bilinear and level == depth)
        layers += block(f"down{level}.maxpool_conv.1", base << level - 1, filters, filters)
    for up in range(1, depth + 1):
        filters = base << depth - up
        if not bilinear:
            shapes = {"weight": (2 * filters, filters, 2, 2), "bias": (filters,)}
            layers.append(("conv2d_transpose", f"up{up}.up", shapes))
        layers += block(f"up{up}.conv", 2 * filters, filters, filters >> (bilinear and up < depth))
    return layers + [("conv2d", "outc.conv", {"weight": (classes, base, 1, 1), "bias": (classes,)})]


def read(path):
    """A checkpoint's tensors, and the arguments of layers_of; ValueError for what is no network of Pytorch-UNet."""
    found = checkpoint(path)
    found.pop("mask_values", None)  # of the training masks
    found = {str(name): value for name, value in found.items() if not str(name).endswith(".num_batches_tracked")}
    first, last = (getattr(found.get(name), "shape", ()) for name in ("inc.double_conv.0.weight", "outc.conv.weight"))
    if len(first) != 4 or len(last) != 4:
        raise ValueError(
            f"{path}: expected a checkpoint of milesial/Pytorch-UNet, with inc.double_conv.0.weight and outc.conv.weight,"
            f" found {', '.join(list(found)[:2]) or 'nothing'}, ..."
        )
    depth = len({name.partition(".")[0] for name in found if name.startswith("down")})
    of = (first[1], first[0], depth, last[0], not any(name.endswith(".up.weight") for name in found))
    expected = {f"{name}.{tensor}": shape for _, name, shapes in layers_of(*of) for tensor, shape in shapes.items()}
    require_shapes(path, expected, {name: getattr(value, "shape", type(value).__name__) for name, value in found.items()})
    return found, of


def ours(name, tensor):
    """A tensor in unetpp's layout: of weights height, width and then the last two the other way round."""
    if re.fullmatch(r"up\d+\.conv\.double_conv\.0\.weight", name):  # of a concatenation, in which the skip is first, not last
        tensor = torch.cat(tensor.chunk(2, 1)[::-1], 1)
    return tensor.permute(2, 3, 1, 0) if tensor.dim() == 4 else tensor


def with_background(tensor):
    """Of a head: the class's weights behind those of a class whose logit is 0."""
    return torch.cat([torch.zeros_like(tensor), tensor], -1)


def convert(source, target, size):
    found, of = read(source)
    channels, base, depth, classes, bilinear = of
    if size[0] % 2**depth or size[1] % 2**depth:
        raise ValueError(f"--size: expected a height and a width that {2**depth} divides, found {size[0]}x{size[1]}")
    layers = layers_of(*of)
    tensors = {}
    for own, (kind, name, shapes) in zip(names(kind for kind, _, _ in layers), layers):
        for tensor in shapes:
            value = ours(f"{name}.{tensor}", found[f"{name}.{tensor}"].float())
            sigmoid = classes == 1 and name == "outc.conv"
            tensors[f"{own}.{TENSORS[kind][tensor]}"] = (with_background(value) if sigmoid else value).numpy()
    network = {"input": [*size, channels], "classes": max(2, classes), "base_channels": base, "depth": depth}
    network |= {"normalisation": "batch", "batch_epsilon_per_million": 10, "head_kernel": 1}
    if bilinear:
        network["way_up"] = "bilinear_alone"
    write(target, tensors, network, preprocessing=PREPROCESSING)


def size(text):
    if not re.fullmatch(r"[1-9]\d{0,4}x[1-9]\d{0,4}", text):
        raise argparse.ArgumentTypeError(f"expected HEIGHTxWIDTH, such as 128x128, found {text}")
    return tuple(map(int, text.split("x")))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", metavar="CHECKPOINT")
    parser.add_argument("target", metavar="MODEL")
    parser.add_argument("--size", type=size, default="128x128", metavar="HEIGHTxWIDTH", help="of the network; 128x128")
    arguments = parser.parse_args()
    run(parser, lambda: convert(arguments.source, arguments.target, arguments.size))
