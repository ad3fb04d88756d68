"""Losses, gradients and three Adam steps of a small U-Net under deep supervision, computed by PyTorch in float64.

Run      /usr/bin/python3 tests/reference/make_supervision_reference.py
         (writes supervision_reference.txt beside this file; Debian: python3-torch, python3-numpy)
Kept     output made with Python 3.11.2, torch 1.13.0a0 (Debian 12), numpy 1.24.2, on CPU.

Network  As in make_unet_reference.py with base 2 and depth 3; what comes out of level 2, then of level 1, on the way up
         also goes through a 1x1 convolution to the classes, whose parameters come next in the order of execution.
Labels   Of the heads: PyTorch's nearest-exact interpolation of the labels. A fifth of the pixels is ignored.
Loss     (4 L0 + 2 L1 + L2) / 7, where L is of the output and of the heads of level 1 and 2. `entropy`: the mean
         cross-entropy of the pixels that are not ignored. `dice`: that, and the mean over the classes of
         1 - (2 sum p t + 1e-5) / (sum p + sum t + 1e-5), sums over the batch's pixels that are not ignored.
Adam     As in make_unet_reference.py.
Entries  `*.losses` holds the loss before step 1, 2 and 3 and after step 3, `*.gradients` the gradients of step 1.
"""

import sys

sys.dont_write_bytecode = True  # no __pycache__ among the tests

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from make_unet_reference import BATCH, CHANNELS, CLASSES, IGNORE, SIZE, UNet, cross_entropy, initial_parameters, train
from reference_format import float32_exact, write

BASE, DEPTH, HEADS, SMOOTHING = 2, 3, 2, 1e-5


def layers():
    """(transposed?, kernel, in, out) of each layer in order of execution."""
    out, width = [], CHANNELS
    for level in range(DEPTH + 1):
        filters = BASE << level
        out += [(False, 3, width, filters), (False, 3, filters, filters)]
        width = filters
    for level in reversed(range(DEPTH)):
        filters = BASE << level
        out += [(True, 2, width, filters), (False, 3, 2 * filters, filters), (False, 3, filters, filters)]
        out += [(False, 1, filters, CLASSES)] * (1 <= level <= HEADS)
        width = filters
    return out + [(False, 3, width, CLASSES)]


class SupervisedUNet(UNet):
    """Keeps the logits of its heads, by level, too."""

    def __init__(self, parameters):
        super().__init__(parameters, DEPTH)
        self.heads = {}

    def up_to_level(self, level, x):
        if 1 <= level <= HEADS:
            self.heads[level] = self.convolution(x).permute(0, 2, 3, 1)


def entropy(logits, labels):
    return cross_entropy(logits, labels, ignore_index=IGNORE)


def dice(logits, labels):
    counted = labels != IGNORE
    p = logits[counted].softmax(-1)
    t = F.one_hot(labels[counted], CLASSES).to(p.dtype)
    overlap = (2 * (p * t).sum(0) + SMOOTHING) / (p.sum(0) + t.sum(0) + SMOOTHING)
    return entropy(logits, labels) + (1 - overlap).mean()


def supervised(loss):
    def loss_of(network, logits, labels):
        total = loss(logits, labels) * 4 / 7
        for level, head in network.heads.items():
            smaller = F.interpolate(labels[:, None].double(), head.shape[1:3], mode="nearest-exact")[:, 0].long()
            total = total + loss(head, smaller) * (4 >> level) / 7
        return total

    return loss_of


def main():
    losses = {"entropy": supervised(entropy), "dice": supervised(dice)}
    # As in make_unet_reference.py: no ReLU and no max pool near its kink. Of so few channels more are behind dead ReLUs.
    for seed in range(1000):
        random = np.random.RandomState(seed)
        initial = initial_parameters(random, layers())
        images = float32_exact(random.uniform(-1, 1, (BATCH, SIZE, SIZE, CHANNELS)))
        labels = random.randint(0, CLASSES, (BATCH, SIZE, SIZE))
        labels[random.uniform(size=labels.shape) < 0.2] = IGNORE
        made = {
            name: train(initial, images, labels, torch.float64, SupervisedUNet, loss) for name, loss in losses.items()
        }
        margin = min(margin for _, margin in made.values())
        zeros = max(np.mean(result["gradients"] == 0) for result, _ in made.values())
        if margin > 5e-6 and zeros < 0.1:
            break
    else:
        raise SystemExit("no seed fits")

    entries = {
        "parameters": np.concatenate([p.ravel() for p in initial]),
        "images": images,
        "labels": labels,
    }
    for name, (result, _) in made.items():
        for kept in ["losses", "gradients", "parameters_after"]:
            entries[f"{name}.{kept}"] = result[kept]
    comments = [
        f"Deeply supervised U-Net {SIZE}x{SIZE}x{CHANNELS}, base {BASE}, depth {DEPTH}, {HEADS} heads, {CLASSES} classes, "
        f"batch {BATCH}; seed {seed}, kinks at least {margin:.1e} away.",
        f"Made by make_supervision_reference.py (see there) with torch {torch.__version__}, numpy {np.__version__}.",
    ]
    write(Path(__file__).with_name("supervision_reference.txt"), comments, entries)


if __name__ == "__main__":
    main()
