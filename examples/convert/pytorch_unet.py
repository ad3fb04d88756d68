"""The default U-Net of unetpp in PyTorch."""

import torch
from torch import nn

from default_network import BASE_CHANNELS, CHANNELS, CLASSES, DEPTH, PARAMETERS


def block(channels, filters):
    return nn.Sequential(
        nn.Conv2d(channels, filters, 3, padding=1), nn.ReLU(), nn.Conv2d(filters, filters, 3, padding=1), nn.ReLU()
    )


class Level(nn.Module):
    """A level of the U and all below it."""

    def __init__(self, channels, filters, depth):
        super().__init__()
        self.down = block(channels, filters)
        self.below = Level(filters, 2 * filters, depth - 1) if depth else None
        if depth:
            self.up = nn.ConvTranspose2d(2 * filters, filters, 2, stride=2)
            self.join = block(2 * filters, filters)

    def forward(self, x):
        skip = self.down(x)
        if self.below is None:
            return skip
        up = self.up(self.below(nn.functional.max_pool2d(skip, 2)))
        return self.join(torch.cat([up, skip], 1))


def unet():
    level = Level(CHANNELS, BASE_CHANNELS, DEPTH)
    net = nn.Sequential(level, nn.Conv2d(BASE_CHANNELS, CLASSES, 3, padding=1))
    assert sum(p.numel() for p in net.parameters()) == PARAMETERS
    return net
