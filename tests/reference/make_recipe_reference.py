"""Five steps of a small U-Net by the recipe's means, and batch normalisation's running statistics, by PyTorch in float64.

Run      /usr/bin/python3 tests/reference/make_recipe_reference.py
         (writes recipe_reference.txt beside this file; Debian: python3-torch, python3-numpy)
Kept     output made with Python 3.11.2, torch 1.13.0a0 (Debian 12), numpy 1.24.2, on CPU.

Network  2 images of 16x16x3, base 4 channels, depth 2, 3 classes, as in make_unet_reference.py, but that each 3x3
         convolution of a block has no bias and is followed by batch normalisation (epsilon 1e-3, batch statistics, running
         ones keep 0.99) and ReLU, and that the deepest block is followed by `mask`: a dropout whose draw is fixed.
Layout   Trained tensors in order of execution: weight, scale and offset of each convolution of a block; weight and bias of
         the others; as in make_unet_reference.py. Statistics: mean and variance of each normalisation.
Loss     Cross-entropy (mean over the pixels) + Dice (mean over classes of 1 - (2 sum p t + 1e-5) / (sum p + sum t + 1e-5),
         sums over the batch).
AdamW    Rate 1e-2, betas 0.9 and 0.999, decay 0.05 of the weights alone; epsilon 1e-7 as Keras places it, so that PyTorch
         gets 1e-7 / sqrt(1 - b2^t) at step t. The norm of all gradients is clipped to 0.1 (PyTorch's clip_grad_norm_).
Entries  `running_mean` and `running_variance` of recipe.* after step 5: PyTorch's running variance is that of the
         population, n / (n - 1) times the batch's, which `unbiased` says of the layer here.
         `norm.*`: ten batches of 3x4x4x2 through PyTorch's BatchNorm2d(momentum=0.1, eps=1e-5), and its statistics.
"""

import sys

sys.dont_write_bytecode = True  # no __pycache__ among the tests

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from reference_format import float32_exact, write

SIZE, CHANNELS, CLASSES, BASE, DEPTH, BATCH, STEPS = 16, 3, 3, 4, 2, 2, 5
RATE, DECAY, BETA1, BETA2, EPSILON, NORM = 1e-2, 0.05, 0.9, 0.999, 1e-7, 0.1


def layers():
    """(kind, in, out) in order of execution: block, up, last."""
    out, width = [], CHANNELS
    for level in range(DEPTH + 1):
        filters = BASE << level
        out += [("block", width, filters), ("block", filters, filters)]
        width = filters
    for level in reversed(range(DEPTH)):
        filters = BASE << level
        out += [("up", width, filters), ("block", 2 * filters, filters), ("block", filters, filters)]
        width = filters
    return out + [("last", width, CLASSES)]


def initial_parameters(random):
    values = []
    for kind, fan_in, fan_out in layers():
        kernel = 2 if kind == "up" else 3
        limit = np.sqrt(6.0 / (kernel * kernel * (fan_in + fan_out)))
        last_two = (fan_out, fan_in) if kind == "up" else (fan_in, fan_out)
        values.append(random.uniform(-limit, limit, (kernel, kernel) + last_two))
        if kind == "block":
            values.append(random.uniform(0.5, 1.5, fan_out))
        values.append(random.uniform(0.05, 0.3, fan_out))
    return [float32_exact(v) for v in values]


class UNet:
    def __init__(self, parameters, mask):
        self.parameters, self.mask = parameters, mask
        widths = [out for kind, _, out in layers() if kind == "block"]
        self.statistics = [(torch.zeros(w, dtype=torch.float64), torch.ones(w, dtype=torch.float64)) for w in widths]

    def __call__(self, images):
        tensors, statistics = iter(self.parameters), iter(self.statistics)

        def unit(x):
            x = F.conv2d(x, next(tensors).permute(3, 2, 0, 1), padding=1)
            mean, variance = next(statistics)
            return F.relu(F.batch_norm(x, mean, variance, next(tensors), next(tensors), True, 0.01, 1e-3))

        x, skips = images.permute(0, 3, 1, 2), []
        for _ in range(DEPTH):
            x = unit(unit(x))
            skips.append(x)
            x = F.max_pool2d(x, 2)
        x = unit(unit(x)) * self.mask.permute(0, 3, 1, 2)
        while skips:
            x = F.conv_transpose2d(x, next(tensors).permute(3, 2, 0, 1), next(tensors), stride=2)
            x = torch.cat([x, skips.pop()], dim=1)
            x = unit(unit(x))
        return F.conv2d(x, next(tensors).permute(3, 2, 0, 1), next(tensors), padding=1).permute(0, 2, 3, 1)


def loss_of(logits, labels):
    entropy = F.cross_entropy(logits.reshape(-1, CLASSES), labels.reshape(-1))
    p, t = logits.softmax(-1).reshape(-1, CLASSES), F.one_hot(labels.reshape(-1), CLASSES).to(logits.dtype)
    dice = 1 - (2 * (p * t).sum(0) + 1e-5) / (p.sum(0) + t.sum(0) + 1e-5)
    return entropy + dice.mean()


def flat(tensors):
    return np.concatenate([t.detach().numpy().ravel() for t in tensors])


def train(random):
    initial = initial_parameters(random)
    images = float32_exact(random.uniform(0, 1, (BATCH, SIZE, SIZE, CHANNELS)))
    labels = random.integers(0, CLASSES, (BATCH, SIZE, SIZE))
    side, deepest = SIZE >> DEPTH, BASE << DEPTH
    mask = np.where(random.uniform(size=(BATCH, side, side, deepest)) < 0.3, 0.0, 1.25)  # 1.25: a float32 has it exactly
    parameters = [torch.tensor(p, requires_grad=True) for p in initial]
    network = UNet(parameters, torch.tensor(mask))
    groups = [
        {"params": [p for p in parameters if p.dim() > 1], "weight_decay": DECAY},
        {"params": [p for p in parameters if p.dim() == 1], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=RATE, betas=(BETA1, BETA2))
    losses, norms = [], []
    for step in range(1, STEPS + 1):
        optimizer.zero_grad()
        loss = loss_of(network(torch.tensor(images)), torch.tensor(labels))
        loss.backward()
        losses.append(loss.item())
        norms.append(torch.nn.utils.clip_grad_norm_(parameters, NORM).item())
        for group in optimizer.param_groups:
            group["eps"] = EPSILON / np.sqrt(1 - BETA2**step)
        optimizer.step()
    assert min(norms) > NORM, "nothing was clipped"
    return {
        "recipe.parameters": np.concatenate([p.ravel() for p in initial]),
        "recipe.images": images,
        "recipe.labels": labels,
        "recipe.mask": mask,
        "recipe.losses": losses,
        "recipe.parameters_after": flat(parameters),
        "recipe.statistics_after": flat([s for pair in network.statistics for s in pair]),
    }


def normalise(random):
    norm = torch.nn.BatchNorm2d(2, momentum=0.1, eps=1e-5).double()
    batches = float32_exact(random.normal(size=(10, 3, 4, 4, 2)) * [2.0, 0.5] + [1.0, -3.0])
    for batch in batches:
        norm(torch.tensor(batch).permute(0, 3, 1, 2))
    return {
        "norm.batches": batches,
        "norm.running_mean": norm.running_mean.numpy(),
        "norm.running_variance": norm.running_var.numpy(),
    }


if __name__ == "__main__":
    random = np.random.default_rng(11)
    entries = train(random) | normalise(random)
    write(
        Path(__file__).with_name("recipe_reference.txt"),
        ["Written by make_recipe_reference.py, which says what is in it.", f"torch {torch.__version__}, numpy {np.__version__}"],
        entries,
    )
