"""Logits of small U-Nets with the normalisations, ways up and heads that others have, by PyTorch in float64.

Run      /usr/bin/python3 tests/reference/make_unet_kinds_reference.py
         (writes unet_kinds_reference.txt beside this file; Debian: python3-torch, python3-numpy)
Kept     output made with Python 3.11.2, torch 1.13.0a0 (Debian 12), numpy 1.24.2, on CPU.

Networks 2 images of 8x8x3, depth 2, 2 classes, in inference; what comes up is first in a concatenation.
         transposed      batch normalisation (epsilon 1e-5), a head of 1x1
         bilinear_alone  the same with interpolation alone on the way up, with aligned corners: a block on the way up but
                         the last puts out half of the channels that it has between its convolutions, and the deepest block
                         has half as many as there would be
         group           group normalisation (epsilon 1e-5) of 3, 6 and 12 channels in 3, 3 and 4 groups; a head of 3x3
Layout   Trained tensors in order of execution: weight (height, width, in, out), scale and offset of each convolution of a
         block; weight and bias of the transposed ones (height, width, out, in) and of the head. Statistics: mean and
         variance of each normalisation.
Entries  NAME.images, NAME.parameters, NAME.statistics (none of group), NAME.logits.
"""

import sys

sys.dont_write_bytecode = True  # no __pycache__ among the tests

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from reference_format import float32_exact, write

SIZE, CHANNELS, CLASSES, DEPTH, BATCH, EPSILON = 8, 3, 2, 2, 2, 1e-5
GROUPS = {3: 3, 6: 3, 12: 4}  # at most 4 that divide the channels

# name: (base channels, normalisation, whether interpolation alone leads up, kernel of the head)
KINDS = {
    "transposed": (2, "batch", False, 1),
    "bilinear_alone": (2, "batch", True, 1),
    "group": (3, "group", False, 3),
}


class Net:
    """A U-Net that draws its tensors as it runs."""

    def __init__(self, random, base, normalisation, alone, head):
        self.random, self.base, self.normalisation, self.alone, self.head = random, base, normalisation, alone, head
        self.parameters, self.statistics = [], []

    def drawn(self, to, values):
        to.append(float32_exact(values))
        return torch.tensor(to[-1])

    def weight(self, kernel, *last_two):
        values = self.random.normal(size=(kernel, kernel, *last_two)) / np.sqrt(kernel * kernel * last_two[0] / 2)
        return self.drawn(self.parameters, values).permute(3, 2, 0, 1)

    def vector(self, size, low, high, to=None):
        return self.drawn(self.parameters if to is None else to, self.random.uniform(low, high, size))

    def unit(self, x, filters):
        x = F.conv2d(x, self.weight(3, x.shape[1], filters), padding=1)
        scale, offset = self.vector(filters, 0.5, 1.5), self.vector(filters, -0.5, 0.5)
        if self.normalisation == "group":
            return F.relu(F.group_norm(x, GROUPS[filters], scale, offset, EPSILON))
        mean, variance = self.vector(filters, -1, 1, self.statistics), self.vector(filters, 0.5, 1.5, self.statistics)
        return F.relu(F.batch_norm(x, mean, variance, scale, offset, False, 0, EPSILON))

    def block(self, x, middle, filters):
        return self.unit(self.unit(x, middle), filters)

    def up(self, x, filters):
        if self.alone:
            return F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=True)
        return F.conv_transpose2d(x, self.weight(2, filters, x.shape[1]), self.vector(filters, -0.5, 0.5), stride=2)

    def level(self, x, filters, depth):
        out = filters // 2 if self.alone and filters > self.base else filters
        if depth == 0:
            return self.block(x, out, out)
        skip = self.block(x, filters, filters)
        below = self.level(F.max_pool2d(skip, 2), 2 * filters, depth - 1)
        return self.block(torch.cat([self.up(below, filters), skip], 1), filters, out)

    def __call__(self, images):
        x = self.level(images.permute(0, 3, 1, 2), self.base, DEPTH)
        weight, bias = self.weight(self.head, x.shape[1], CLASSES), self.vector(CLASSES, -0.5, 0.5)
        return F.conv2d(x, weight, bias, padding=self.head // 2).permute(0, 2, 3, 1)


def flat(arrays):
    return np.concatenate([a.ravel() for a in arrays])


def main():
    entries = {}
    for seed, (name, kind) in enumerate(KINDS.items()):
        random = np.random.default_rng(seed)
        images = float32_exact(random.uniform(size=(BATCH, SIZE, SIZE, CHANNELS)))
        net = Net(random, *kind)
        logits = net(torch.tensor(images)).numpy()
        entries |= {f"{name}.images": images, f"{name}.parameters": flat(net.parameters), f"{name}.logits": logits}
        if net.statistics:
            entries[f"{name}.statistics"] = flat(net.statistics)
    comments = [
        "U-Nets of other kinds. Written by make_unet_kinds_reference.py, which says what is in it.",
        f"torch {torch.__version__}, numpy {np.__version__}",
    ]
    write(Path(__file__).with_name("unet_kinds_reference.txt"), comments, entries)


if __name__ == "__main__":
    main()
