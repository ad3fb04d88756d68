"""Losses of random logits and their gradients, computed by PyTorch, segmentation_models.pytorch and MONAI in float64, but
in float32 where they do that only: MONAI's focal loss and the Lovasz-softmax.

Run      /path/to/venv/bin/python tests/reference/make_loss_reference.py
         (writes loss_reference.txt beside this file; Debian: python3-torch, python3-numpy, and in a virtual environment
         with --system-site-packages: pip install --no-deps segmentation_models_pytorch==0.3.3 monai==1.3.2)
Kept     output made with Python 3.11.2, torch 1.13.0a0 (Debian 12), numpy 1.24.2, segmentation_models.pytorch 0.3.3,
         MONAI 1.3.2, on CPU.

Layout   2 images of 4x5 pixels, 4 classes; logits and gradients NHWC. `labels` has all classes, `absent` never class 2,
         `ignoring` 255 here and there, which MONAI cannot ignore.
Entries  NAME.loss and NAME.gradient, NAME saying how each was called: see `cases`. Where two libraries differ, both are
         there. MONAI's focal loss, which divides by pixels times classes, is multiplied by the classes, and the weighted
         one divided by the mean weight of the labels.
"""

import importlib.util
import sys
import types

sys.dont_write_bytecode = True  # no __pycache__ among the tests

from pathlib import Path

import monai
import numpy as np
import torch
import torch.nn.functional as F
from monai.losses import DiceLoss, FocalLoss, TverskyLoss

from reference_format import float32_exact, write

BATCH, HEIGHT, WIDTH, CLASSES, IGNORE = 2, 4, 5, 4, 255
WEIGHTS = [0.5, 2.0, 0.0, 1.25]


def segmentation_models_losses():
    """The losses alone: the package itself would import encoders, and timm with them."""
    name = "segmentation_models_pytorch"
    package = types.ModuleType(name)
    package.__path__ = list(importlib.util.find_spec(name).submodule_search_locations)
    sys.modules[name] = package
    return importlib.import_module(name + ".losses")


smp = segmentation_models_losses()


def monai_options(**options):
    return {"to_onehot_y": True, "softmax": True, "smooth_nr": 1e-5, "smooth_dr": 1e-5, **options}


def cases(labels, absent, ignoring):
    """name -> (loss of NCHW logits)."""
    weights = torch.tensor(WEIGHTS, dtype=torch.float64)
    channel = labels[:, None]
    mean_weight = weights[labels].mean()

    def dice(truth, **options):
        return lambda x: smp.DiceLoss("multiclass", **options)(x, truth)

    def tversky(truth, **options):
        return lambda x: smp.TverskyLoss("multiclass", **options)(x, truth)

    def lovasz(truth, **options):
        return lambda x: smp.LovaszLoss("multiclass", **options)(x.float(), truth)

    return {
        "smoothing": lambda x: F.cross_entropy(x, labels, label_smoothing=0.1),
        "smoothing_weighted": lambda x: F.cross_entropy(
            x, ignoring, weight=weights, ignore_index=IGNORE, label_smoothing=0.3
        ),
        "dice_smp": dice(labels, smooth=2.0),
        "dice_smp_ignoring": dice(ignoring, ignore_index=IGNORE),
        "dice_smp_classes": dice(labels, classes=[1, 3]),
        "dice_smp_absent": dice(absent, smooth=1.0),
        "dice_monai_batch": lambda x: DiceLoss(**monai_options(batch=True))(x, channel),
        "dice_monai_image": lambda x: DiceLoss(**monai_options())(x, channel),
        "dice_monai_no_background": lambda x: DiceLoss(**monai_options(include_background=False))(x, channel),
        "dice_monai_absent": lambda x: DiceLoss(**monai_options(batch=True, smooth_nr=1.0, smooth_dr=1.0))(
            x, absent[:, None]
        ),
        "tversky_monai": lambda x: TverskyLoss(**monai_options(batch=True, alpha=0.3, beta=0.7))(x, channel),
        "tversky_smp_focal": tversky(ignoring, classes=[1], alpha=0.3, beta=0.7, gamma=1.5, ignore_index=IGNORE),
        "focal_monai": lambda x: FocalLoss(gamma=2.0, use_softmax=True, to_onehot_y=True)(x, channel) * CLASSES,
        "focal_monai_weighted": lambda x: FocalLoss(gamma=0.5, use_softmax=True, to_onehot_y=True, weight=weights)(
            x, channel
        ) * CLASSES / mean_weight,
        "lovasz_smp": lovasz(labels),
        "lovasz_smp_absent": lovasz(absent),
        "lovasz_smp_ignoring": lovasz(ignoring, ignore_index=IGNORE),
    }


def main():
    random = np.random.RandomState(7)
    logits = float32_exact(random.normal(size=(BATCH, HEIGHT, WIDTH, CLASSES)))
    labels = random.randint(0, CLASSES, (BATCH, HEIGHT, WIDTH))
    absent = np.where(labels == 2, 0, labels)
    ignoring = np.where(random.uniform(size=labels.shape) < 0.2, IGNORE, labels)
    assert len(np.unique(labels[0])) == len(np.unique(labels[1])) == CLASSES and (ignoring == IGNORE).any()

    entries = {
        "logits": logits,
        "labels": labels,
        "absent": absent,
        "ignoring": ignoring,
        "class_weights": WEIGHTS,
    }
    for name, loss_of in cases(*map(torch.tensor, (labels, absent, ignoring))).items():
        x = torch.tensor(logits, requires_grad=True)
        loss = loss_of(x.permute(0, 3, 1, 2))
        loss.backward()
        entries[name + ".loss"] = [loss.item()]
        entries[name + ".gradient"] = x.grad
    comments = [
        f"{BATCH} images of {HEIGHT}x{WIDTH}, {CLASSES} classes.",
        f"Made by make_loss_reference.py (see there) with torch {torch.__version__}, numpy {np.__version__}, "
        f"segmentation_models.pytorch 0.3.3, MONAI {monai.__version__}.",
    ]
    write(Path(__file__).with_name("loss_reference.txt"), comments, entries)


if __name__ == "__main__":
    main()
