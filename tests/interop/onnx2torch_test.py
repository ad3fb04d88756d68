"""onnx2torch_test.py FOLDER: zoo.onnx and zoo-nchw.onnx in PyTorch, by onnx2torch, give the results in zoo.safetensors."""

import importlib.metadata
import pathlib
import sys

import onnx2torch
import torch
from safetensors.numpy import load_file

from compare import FAST, NCHW, NHWC, close

folder = pathlib.Path(sys.argv[1])
ours = load_file(folder / "zoo.safetensors")
images = torch.from_numpy(ours["images"])
for name in ("zoo.onnx", "zoo-nchw.onnx"):
    net = onnx2torch.convert(folder / name)
    with torch.inference_mode():
        result = net(images.permute(NCHW)).permute(NHWC) if "nchw" in name else net(images)
    what = f"onnx2torch {importlib.metadata.version('onnx2torch')}, {name}"
    close(what, result.numpy(), ours["result"], FAST)
