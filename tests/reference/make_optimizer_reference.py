"""Steps of optimizers, norms of gradients and rates of schedules, computed by PyTorch in float64, and Keras's by its formulas.

Run      /usr/bin/python3 tests/reference/make_optimizer_reference.py
         (writes optimizer_reference.txt beside this file; Debian: python3-torch, python3-numpy)
Kept     output made with Python 3.11.2, torch 1.13.0a0 (Debian 12), numpy 1.24.2, on CPU.

Steps    `parameters` before the first step, `gradients` of STEPS steps one after the other. The first DECAYING parameters
         have weight decay, the others none. `adamw.first` and `adamw.last`: after the first and the last step, and so of
         sgd.* with momentum and decay at a constant rate. AdamW adds its epsilon after correcting v; where it gets
         1e-7 / sqrt(1 - b2^t) at step t that is the place of Keras's.
Keras    `keras.adamw.last`: by the formula of keras.optimizers.AdamW (keras.io/api/optimizers/adamw), here:
         p -= lr * decay * p, then Adam's step with epsilon outside of the corrections. `keras.sgd.last`: p -= lr * decay * p,
         then v = momentum * v - lr * g, p += v (no Nesterov). Not run by Keras.
Average  `average`: shadow variables of tf.train.ExponentialMovingAverage(0.999, num_updates=t) by its formula, over the
         parameters that AdamW made: s -= (1 - min(0.999, (1 + t) / (10 + t))) * (s - p). Not run by TensorFlow.
Clip     `clip.norm` and `clip.gradients`: torch.nn.utils.clip_grad_norm_(max_norm=CLIP) of the first gradients.
Rates    RATES.* of steps 0, 1, ... STEPS_OF_RATES: torch.optim.lr_scheduler's; keras.* by the formulas of
         keras.optimizers.schedules (not run by Keras). `plateau.scores` and the rates that ReduceLROnPlateau (mode max,
         threshold_mode abs) has after each.
"""

import sys

sys.dont_write_bytecode = True  # no __pycache__ among the tests

import math
import warnings
from pathlib import Path

import numpy as np
import torch
from torch.optim import lr_scheduler

from reference_format import float32_exact, write

warnings.filterwarnings("ignore", message="The epoch parameter")  # SequentialLR's own use of it

COUNT, DECAYING, STEPS = 48, 20, 6
RATE, BETA1, BETA2, EPSILON, DECAY, CLIP = 1e-2, 0.9, 0.999, 1e-7, 0.1, 2.0
STEPS_OF_RATES, WARM, PEAK, LAST, POWER = 20, 4, 0.1, 0.001, 0.9


def groups(values):
    """The decaying parameters and the others, as PyTorch's."""
    return [torch.tensor(part, dtype=torch.float64, requires_grad=True) for part in (values[:DECAYING], values[DECAYING:])]


def steps(name, make, initial, gradients, each=lambda optimizer, t: None):
    """Entries NAME.first and NAME.last, and the parameters after each step."""
    parts = groups(initial)
    optimizer = make([{"params": [parts[0]], "weight_decay": DECAY}, {"params": [parts[1]], "weight_decay": 0}])
    after = []
    for t, g in enumerate(gradients, 1):
        parts[0].grad, parts[1].grad = (torch.tensor(half) for half in (g[:DECAYING], g[DECAYING:]))
        each(optimizer, t)
        optimizer.step()
        after.append(np.concatenate([p.detach().numpy().copy() for p in parts]))
    return {f"{name}.first": after[0], f"{name}.last": after[-1]}, after


def keras_epsilon(optimizer, t):
    for group in optimizer.param_groups:
        group["eps"] = EPSILON / np.sqrt(1 - BETA2**t)


def keras_steps(initial, gradients):
    share = np.where(np.arange(COUNT) < DECAYING, RATE * DECAY, 0)
    p, m, v = initial.copy(), np.zeros(COUNT), np.zeros(COUNT)
    for t, g in enumerate(gradients, 1):
        p -= share * p
        m = BETA1 * m + (1 - BETA1) * g
        v = BETA2 * v + (1 - BETA2) * g**2
        p -= RATE * np.sqrt(1 - BETA2**t) / (1 - BETA1**t) * m / (np.sqrt(v) + EPSILON)
    q, velocity = initial.copy(), np.zeros(COUNT)
    for g in gradients:
        q -= share * q
        velocity = 0.9 * velocity - RATE * g
        q += velocity
    return {"keras.adamw.last": p, "keras.sgd.last": q}


def average(initial, after):
    shadow = initial.copy()
    for t, p in enumerate(after, 1):
        shadow -= (1 - min(0.999, (1 + t) / (10 + t))) * (shadow - p)
    return shadow


def clipped(gradient):
    parts = groups(np.zeros(COUNT))
    for part, g in zip(parts, (gradient[:DECAYING], gradient[DECAYING:])):
        part.grad = torch.tensor(g)
    norm = torch.nn.utils.clip_grad_norm_(parts, CLIP)
    return {"clip.norm": [norm.item()], "clip.gradients": np.concatenate([p.grad.numpy() for p in parts])}


def rates(make, rate=PEAK, last=STEPS_OF_RATES):
    """A scheduler's rates of steps 0 .. last."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=rate)
    scheduler = make(optimizer)
    found = []
    for step in range(last + 1):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if step < last:
            scheduler.step()
    return found


def cosine_after_warm_up(optimizer):
    warm = lr_scheduler.LinearLR(optimizer, start_factor=1 / (WARM + 1), total_iters=WARM)
    then = lr_scheduler.CosineAnnealingLR(optimizer, STEPS_OF_RATES - WARM, LAST)
    return lr_scheduler.SequentialLR(optimizer, [warm, then], [WARM])


def keras_rates(steps):
    """CosineDecay with a warm-up, and PolynomialDecay, to decay_steps and one step beyond."""
    first, cosine, polynomial = PEAK / (WARM + 1), [], []
    for step in range(STEPS_OF_RATES + 2):
        if step < WARM:
            cosine.append(first + (PEAK - first) * step / WARM)
        else:
            way = min(step - WARM, steps - WARM) / (steps - WARM)
            alpha = LAST / PEAK
            cosine.append(PEAK * ((1 - alpha) * 0.5 * (1 + math.cos(math.pi * way)) + alpha))
        polynomial.append((PEAK - LAST) * (1 - min(step, steps) / steps) ** POWER + LAST)
    return {"keras.cosine": cosine, "keras.polynomial": polynomial}


def plateau():
    scores = [0.1, 0.2, 0.2, 0.20005, 0.3, 0.25, 0.28, 0.29, 0.3, 0.31, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3]
    found = {"plateau.scores": scores}
    for cooldown in (0, 2):
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=PEAK)
        options = dict(mode="max", factor=0.5, patience=2, threshold=1e-4, threshold_mode="abs", min_lr=0.02)
        scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, cooldown=cooldown, **options)
        found[f"plateau.rates.{cooldown}"] = []
        for score in scores:
            scheduler.step(score)
            found[f"plateau.rates.{cooldown}"].append(optimizer.param_groups[0]["lr"])
    return found


def main():
    random = np.random.RandomState(7)
    initial = float32_exact(random.normal(size=COUNT))
    gradients = float32_exact(random.normal(size=(STEPS, COUNT)) * 10.0 ** random.randint(-3, 1, COUNT))
    entries = {"parameters": initial, "gradients": gradients}
    betas = (BETA1, BETA2)
    found, after = steps("adamw", lambda g: torch.optim.AdamW(g, lr=RATE, betas=betas), initial, gradients, keras_epsilon)
    entries.update(found)
    entries["average"] = average(initial, after)
    for name, options in {
        "sgd.plain": {},
        "sgd.momentum": {"momentum": 0.9},
        "sgd.nesterov": {"momentum": 0.9, "nesterov": True},
    }.items():
        entries.update(steps(name, lambda g: torch.optim.SGD(g, lr=RATE, **options), initial, gradients)[0])
    entries.update(keras_steps(initial, gradients))
    assert np.abs(entries["keras.adamw.last"] - entries["adamw.last"]).max() < 1e-14, "PyTorch's and Keras's AdamW differ"
    entries.update(clipped(gradients[0]))
    entries["rates.cosine"] = rates(lambda o: lr_scheduler.CosineAnnealingLR(o, STEPS_OF_RATES, LAST))
    entries["rates.warm_up_cosine"] = rates(cosine_after_warm_up)
    entries["rates.polynomial"] = rates(lambda o: lr_scheduler.PolynomialLR(o, STEPS_OF_RATES, POWER))
    entries["rates.one_cycle"] = rates(
        lambda o: lr_scheduler.OneCycleLR(o, PEAK, total_steps=STEPS_OF_RATES, cycle_momentum=False),
        last=STEPS_OF_RATES - 1,
    )
    entries.update(keras_rates(STEPS_OF_RATES))
    entries.update(plateau())
    comments = [
        f"{COUNT} parameters, {STEPS} steps; rates of {STEPS_OF_RATES} steps.",
        f"Made by make_optimizer_reference.py (see there) with torch {torch.__version__}, numpy {np.__version__}.",
    ]
    write(Path(__file__).with_name("optimizer_reference.txt"), comments, entries)


if __name__ == "__main__":
    main()
