"""Logits, loss, gradients and three Adam steps of a small U-Net, computed by PyTorch in float64.

Run      /usr/bin/python3 tests/reference/make_unet_reference.py
         (writes unet_reference.txt beside this file; Debian: python3-torch, python3-numpy)
Kept     output made with Python 3.11.2, torch 1.13.0a0 (Debian 12), numpy 1.24.2, on CPU.

Network  2 images of 16x16x3, base 4 channels, depth 2, 3 classes. Encoder: two 3x3 same convolutions + ReLU with
         base*2^level filters, 2x2 max pool; bottom: two with base*2^depth; then per level, deepest first: 2x2 stride-2
         transposed convolution without activation, concatenation [upsampled, skip], two 3x3 convolutions + ReLU;
         last a 3x3 same convolution to the logits.
Layout   Images and logits NHWC. Parameters in order of execution, weight then bias of each layer, all concatenated;
         convolutions HWIO (kernel h, kernel w, in, out), transposed ones as in Keras (kernel h, kernel w, out, in).
Loss     Cross-entropy, mean over all pixels. `weighted.*`: mean weighted by class, without the pixels of an ignored
         label: sum(weight[label] * loss) / sum(weight[label]).
Adam     As in Keras: p -= lr * sqrt(1 - b2^t) / (1 - b1^t) * m / (sqrt(v) + 1e-7). PyTorch adds its epsilon after
         correcting v, so it gets 1e-7 / sqrt(1 - b2^t) at step t; the script checks that against the formula.
Entries  `losses` holds the loss before step 1, 2 and 3 and after step 3; `layout` the size of each weight and bias.
"""

import sys

sys.dont_write_bytecode = True  # no __pycache__ among the tests

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from reference_format import float32_exact, write

SIZE, CHANNELS, CLASSES, BASE, DEPTH, BATCH, STEPS = 16, 3, 3, 4, 2, 2, 3
LEARNING_RATE, BETA1, BETA2, EPSILON = 1e-3, 0.9, 0.999, 1e-7
CLASS_WEIGHTS, IGNORE = [0.5, 2.0, 1.25], 255


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
        width = filters
    return out + [(False, 3, width, CLASSES)]


def initial_parameters(random, network):
    """[weight, bias, ...] of layers in the kept layout: Glorot-uniform, and small biases above zero to keep ReLUs alive."""
    values = []
    for transposed, kernel, fan_in, fan_out in network:
        limit = np.sqrt(6.0 / (kernel * kernel * (fan_in + fan_out)))
        last_two = (fan_out, fan_in) if transposed else (fan_in, fan_out)
        values.append(float32_exact(random.uniform(-limit, limit, (kernel, kernel) + last_two)))
        values.append(float32_exact(random.uniform(0.05, 0.3, fan_out)))
    return values


class UNet:
    """The network on a list of [weight, bias, ...] in the kept layout; remembers how close its kinks were."""

    def __init__(self, parameters, depth=DEPTH):
        self.parameters = parameters
        self.depth = depth
        self.margin = np.inf

    def relu(self, x):
        self.margin = min(self.margin, x.detach().abs().min().item())
        return F.relu(x)

    def pool(self, x):
        windows = F.unfold(x.detach().flatten(0, 1)[:, None], 2, stride=2)
        first, second = windows.topk(2, dim=1).values.unbind(1)
        decided = first > 0  # a window of zeros passes its gradient to a ReLU that is off, whichever pixel gets it
        self.margin = min(self.margin, (first - second)[decided].min().item())
        return F.max_pool2d(x, 2)

    def convolution(self, x):  # HWIO -> OIHW
        weight, bias = next(self.pairs)
        return F.conv2d(x, weight.permute(3, 2, 0, 1), bias, padding=weight.shape[0] // 2)

    def upsampling(self, x):  # kernel h, kernel w, out, in -> in, out, kernel h, kernel w
        weight, bias = next(self.pairs)
        return F.conv_transpose2d(x, weight.permute(3, 2, 0, 1), bias, stride=2)

    def block(self, x):
        return self.relu(self.convolution(self.relu(self.convolution(x))))

    def up_to_level(self, level, x):
        """Called with what comes out of a level on the way up; the first level is 0."""

    def __call__(self, images):
        """NHWC images to NHWC logits."""
        self.pairs = iter(zip(self.parameters[::2], self.parameters[1::2]))
        x, skips = images.permute(0, 3, 1, 2), []
        for _ in range(self.depth):
            x = self.block(x)
            skips.append(x)
            x = self.pool(x)
        x = self.block(x)
        while skips:
            x = self.block(torch.cat([self.upsampling(x), skips.pop()], dim=1))
            self.up_to_level(len(skips), x)
        return self.convolution(x).permute(0, 2, 3, 1)


def flat(tensors):
    return np.concatenate([t.detach().numpy().ravel() for t in tensors])


def cross_entropy(logits, labels, **options):
    return F.cross_entropy(logits.reshape(-1, CLASSES), labels.reshape(-1), **options)


def train(initial, images, labels, dtype, make=UNet, loss_of=None):
    """Three Adam steps of make(parameters) on one batch; every number of the reference that comes from the network.
    Its loss is loss_of(network, logits, labels), or cross-entropy."""
    loss_of = loss_of or (lambda _, logits, labels: cross_entropy(logits, labels))
    parameters = [torch.tensor(p, dtype=dtype, requires_grad=True) for p in initial]
    images, labels = torch.tensor(images, dtype=dtype), torch.tensor(labels)
    network = make(parameters)
    optimizer = torch.optim.Adam(parameters, lr=LEARNING_RATE, betas=(BETA1, BETA2))
    by_hand = flat(parameters)
    m, v = np.zeros_like(by_hand), np.zeros_like(by_hand)
    result = {"losses": []}
    for step in range(1, STEPS + 1):
        optimizer.zero_grad()
        logits = network(images)
        logits.retain_grad()
        loss = loss_of(network, logits, labels)
        loss.backward()
        gradients = flat([p.grad for p in parameters])
        if step == 1:
            result.update(logits=logits.detach(), logits_gradient=logits.grad.clone(), gradients=gradients)
        result["losses"].append(loss.item())
        optimizer.param_groups[0]["eps"] = EPSILON / np.sqrt(1 - BETA2**step)
        optimizer.step()

        m = BETA1 * m + (1 - BETA1) * gradients
        v = BETA2 * v + (1 - BETA2) * gradients**2
        by_hand = by_hand - LEARNING_RATE * np.sqrt(1 - BETA2**step) / (1 - BETA1**step) * m / (np.sqrt(v) + EPSILON)
        if dtype == torch.float64:
            assert np.abs(by_hand - flat(parameters)).max() < 1e-14, "Adam differs from the formula"
    result["losses"].append(loss_of(network, network(images), labels).item())
    result["parameters_after"] = flat(parameters)
    return result, network.margin


def weighted_loss(logits, random):
    """Cross-entropy with class weights and an ignored label on the network's first logits."""
    labels = random.randint(0, CLASSES, (BATCH, SIZE, SIZE))
    labels[random.uniform(size=labels.shape) < 0.1] = IGNORE
    logits = logits.clone().requires_grad_()
    weights = torch.tensor(CLASS_WEIGHTS, dtype=torch.float64)
    loss = cross_entropy(logits, torch.tensor(labels), weight=weights, ignore_index=IGNORE)
    loss.backward()
    return {
        "weighted.class_weights": CLASS_WEIGHTS,
        "weighted.ignore_label": [IGNORE],
        "weighted.labels": labels,
        "weighted.loss": [loss.item()],
        "weighted.logits_gradient": logits.grad,
    }


def main():
    # The first seed at which no ReLU and no max pool stands so near its kink, in any of the steps, that float32 could
    # fall on the other side (a correct float32 network would be off by far more than rounding), and at which hardly a
    # gradient is exactly zero behind dead ReLUs (it would test nothing).
    for seed in range(1000):
        random = np.random.RandomState(seed)
        initial = initial_parameters(random, layers())
        images = float32_exact(random.uniform(-1, 1, (BATCH, SIZE, SIZE, CHANNELS)))
        labels = random.randint(0, CLASSES, (BATCH, SIZE, SIZE))
        result, margin = train(initial, images, labels, torch.float64)
        if margin > 5e-6 and np.mean(result["gradients"] == 0) < 0.01:
            break
    else:
        raise SystemExit("no seed fits")

    single, _ = train(initial, images, labels, torch.float32)
    for name, truth in result.items():
        truth = np.asarray(truth)
        error = np.abs(np.asarray(single[name]) - truth)
        print(f"seed {seed}, PyTorch in float32: {name} off by {error.max() / np.abs(truth).max():.1e} of the largest")

    entries = {
        "parameters": np.concatenate([p.ravel() for p in initial]),
        "layout": [p.size for p in initial],
        "images": images,
        "labels": labels,
        **result,
        **weighted_loss(result["logits"], random),
    }
    comments = [
        f"U-Net {SIZE}x{SIZE}x{CHANNELS}, base {BASE}, depth {DEPTH}, {CLASSES} classes, batch {BATCH}; "
        f"seed {seed}, kinks at least {margin:.1e} away.",
        f"Made by make_unet_reference.py (see there) with torch {torch.__version__}, numpy {np.__version__}.",
    ]
    write(Path(__file__).with_name("unet_reference.txt"), comments, entries)


if __name__ == "__main__":
    main()
