"""Outputs and gradients of single layers, computed by PyTorch in float64.

Run      /usr/bin/python3 tests/reference/make_layer_reference.py
         (writes layer_reference.txt beside this file; Debian: python3-torch, python3-numpy)
Kept     output made with Python 3.11.2, torch 1.13.0a0 (Debian 12), numpy 1.24.2, on CPU.

Layout   Images NHWC; parameters in the library's order, all concatenated; depthwise weights kernel h, kernel w, channels,
         pointwise ones in, out.
Entries  NAME.x, NAME.p, NAME.y, and, for the output gradient NAME.dy, NAME.dx and NAME.dp.
Padding  Same padding that is uneven is PyTorch's with zeros added after the image; an average over what is no padding is
         the sum over the count.
"""

import sys

sys.dont_write_bytecode = True  # no __pycache__ among the tests

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from reference_format import float32_exact, write


def depthwise(x, p, kernel, **options):
    weight = p[: kernel * kernel * x.shape[1]].reshape(kernel, kernel, x.shape[1]).permute(2, 0, 1)[:, None]
    bias = p[weight.numel() :]
    return F.conv2d(x, weight, bias if len(bias) else None, groups=x.shape[1], **options)


def same_average(x, p):
    """3×3 windows at strides of 2 over an even size: padded by a row and a column after the image."""
    ones = F.pad(torch.ones_like(x), (0, 1, 0, 1))
    return F.avg_pool2d(F.pad(x, (0, 1, 0, 1)), 3, stride=2) / F.avg_pool2d(ones, 3, stride=2)


def separable(x, p):
    y = depthwise(x, p[:27], 3, padding=1)
    return F.conv2d(y, p[27:39].reshape(3, 4).T[:, :, None, None], p[39:])


def block(x, p):
    """relu(x + convolution(silu(group norm(x)))) with a kernel of 1."""
    y = F.silu(F.group_norm(x, 2, p[:4], p[4:8]))
    return F.relu(x + F.conv2d(y, p[8:24].reshape(4, 4).T[:, :, None, None], p[24:]))


# name: (shape of x, parameters, function of NCHW)
LAYERS = {
    "group_norm": ((2, 5, 4, 6), 12, lambda x, p: F.group_norm(x, 3, p[:6], p[6:])),
    "instance_norm": ((2, 5, 4, 3), 6, lambda x, p: F.instance_norm(x, weight=p[:3], bias=p[3:])),
    "layer_norm": ((2, 3, 4, 5), 10, lambda x, p: F.group_norm(x, 1, p[:5], p[5:], eps=1e-3)),
    "leaky_relu": ((1, 4, 5, 3), 0, lambda x, p: F.leaky_relu(x, 0.01)),
    "silu": ((1, 4, 5, 3), 0, lambda x, p: F.silu(x)),
    "depthwise": ((2, 5, 6, 3), 30, lambda x, p: depthwise(x, p, 3, padding=1)),
    "depthwise_strided": ((1, 7, 5, 2), 18, lambda x, p: depthwise(x, p, 3, stride=2, padding=1)),
    "depthwise_dilated": ((1, 7, 8, 2), 18, lambda x, p: depthwise(x, p, 3, dilation=2, padding=2)),
    "separable": ((1, 4, 5, 3), 27 + 12 + 4, separable),
    "nearest": ((2, 3, 4, 2), 0, lambda x, p: F.interpolate(x, scale_factor=2, mode="nearest")),
    "bilinear": ((2, 3, 4, 2), 0, lambda x, p: F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)),
    "bilinear_3x4": ((1, 3, 2, 1), 0, lambda x, p: F.interpolate(x, scale_factor=(3, 4), mode="bilinear", align_corners=False)),
    "average_pool": ((2, 6, 4, 3), 0, lambda x, p: F.avg_pool2d(x, 2)),
    "average_pool_padded": ((1, 5, 7, 2), 0, lambda x, p: F.avg_pool2d(x, 3, stride=2, padding=1, count_include_pad=False)),
    "average_pool_same": ((1, 6, 4, 2), 0, same_average),
    "residual": ((2, 3, 4, 4), 28, block),
    "aligned": ((2, 3, 4, 2), 0, lambda x, p: F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=True)),
    "aligned_3x4": ((1, 3, 2, 1), 0, lambda x, p: F.interpolate(x, scale_factor=(3, 4), mode="bilinear", align_corners=True)),
}


def run(seed, shape, parameters, function):
    random = np.random.RandomState(seed)
    x = torch.tensor(float32_exact(random.normal(size=shape)), requires_grad=True)
    p = torch.tensor(float32_exact(random.normal(size=parameters)), requires_grad=True)
    y = function(x.permute(0, 3, 1, 2), p).permute(0, 2, 3, 1)
    dy = torch.tensor(float32_exact(random.normal(size=tuple(y.shape))))
    (y * dy).sum().backward()
    arrays = {"x": x, "y": y, "dy": dy, "dx": x.grad}
    if parameters:
        arrays.update(p=p, dp=p.grad)
    return {name: array.detach().numpy() for name, array in arrays.items()}


def main():
    entries = {}
    for seed, (layer, how) in enumerate(LAYERS.items()):
        for name, values in run(seed, *how).items():
            entries[f"{layer}.{name}"] = values
    comments = [
        f"Single layers. Made by make_layer_reference.py (see there) with torch {torch.__version__}, numpy {np.__version__}."
    ]
    write(Path(__file__).with_name("layer_reference.txt"), comments, entries)


if __name__ == "__main__":
    main()
