"""Exports the default U-Net from PyTorch to ONNX: pytorch_export.py FILE BATCH."""

import sys

import torch

from worker import CHANNELS, SHAPE  # which says where pytorch_unet is
from pytorch_unet import unet

torch.manual_seed(1)
torch.onnx.export(unet().eval(), (torch.rand(int(sys.argv[2]), CHANNELS, *SHAPE),), sys.argv[1])
