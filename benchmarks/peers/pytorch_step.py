"""Training steps of the same U-Net in PyTorch: batch, float32, softmax cross-entropy and Adam as in benchmarks/step.cpp.

Run with Debian's python3-torch (1.13) or PyTorch from PyPI: python3 pytorch_step.py [--batch 8] [--threads 2] [--rounds 7]
Prints the median images a second in the memory format that is faster.
"""

import argparse
import statistics
import time

import torch
from torch import nn


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


def measure(batch, rounds, memory_format):
    torch.manual_seed(1)
    net = nn.Sequential(Level(3, 32, 4), nn.Conv2d(32, 3, 3, padding=1)).to(memory_format=memory_format)
    assert sum(p.numel() for p in net.parameters()) == 7_760_931
    adam = torch.optim.Adam(net.parameters(), 1e-3, eps=1e-7)
    images = torch.rand(batch, 3, 128, 128).to(memory_format=memory_format)
    labels = torch.randint(0, 3, (batch, 128, 128))
    seconds = []
    for i in range(rounds + 2):  # the first two are not counted
        start = time.perf_counter()
        adam.zero_grad()
        nn.functional.cross_entropy(net(images), labels).backward()
        adam.step()
        if i > 1:
            seconds.append(time.perf_counter() - start)
    return batch / statistics.median(seconds)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    speeds = {
        str(f): measure(options.batch, options.rounds, f) for f in (torch.contiguous_format, torch.channels_last)
    }
    best = max(speeds, key=speeds.get)
    print(f"PyTorch {torch.__version__}: {speeds[best]:.2f} images/s training ({best}, batch {options.batch}, {options.threads} threads)")


main()
