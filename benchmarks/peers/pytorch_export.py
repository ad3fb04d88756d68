"""Exports the default U-Net: pytorch_export.py NAME BATCH.

Writes NAME-BATCH.onnx, the weights as NAME.safetensors, eight images as NAME-images.f32 (of photographs in UNETPP_PETS, or
else random ones) and their logits in float64 as NAME-logits.f64. The weights are those of the model UNETPP_MODEL, or else
random.
"""

import os
import pathlib
import sys

import numpy as np
import torch
from PIL import Image

from worker import CHANNELS, SHAPE  # which says where the next two are
from convert_pytorch import load, save
from pytorch_unet import unet

name, batch = sys.argv[1], int(sys.argv[2])


def images():
    folder = pathlib.Path(os.environ.get("UNETPP_PETS", "none")) / "images"
    files = sorted(folder.glob("[a-zA-Z]*.jpg"))[:8]
    if len(files) < 8:
        print(f"no eight photographs in {folder}: errors are of random images")
        return np.random.default_rng(1).random((8, *SHAPE, CHANNELS), np.float32)
    resized = (Image.open(file).convert("RGB").resize(SHAPE[::-1], Image.Resampling.BILINEAR) for file in files)
    return np.stack([np.asarray(image, np.float32) / 255 for image in resized])


torch.manual_seed(1)
net = unet().eval()
with torch.no_grad():
    if model := os.environ.get("UNETPP_MODEL"):
        load(net, model)
    save(net, name + ".safetensors")
    torch.onnx.export(net, (torch.rand(batch, CHANNELS, *SHAPE),), f"{name}-{batch}.onnx")
    pixels = images()
    pixels.tofile(name + "-images.f32")
    logits = net.double()(torch.from_numpy(pixels).double().permute(0, 3, 1, 2))
    logits.permute(0, 2, 3, 1).contiguous().numpy().tofile(name + "-logits.f64")
