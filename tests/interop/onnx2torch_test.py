"""onnx2torch_test.py FOLDER: best.onnx and other.onnx in PyTorch, by onnx2torch, give the results in their .safetensors;
zoo.onnx is refused, for an average pooling whose padding is uneven."""

import importlib.metadata
import pathlib
import sys

import onnx2torch
import torch
from safetensors.numpy import load_file

from compare import FAST, close

folder = pathlib.Path(sys.argv[1])
for name in ("best", "other"):
    ours = load_file(folder / f"{name}.safetensors")
    net = onnx2torch.convert(folder / f"{name}.onnx")
    with torch.inference_mode():
        result = net(torch.from_numpy(ours["images"]))
    close(f"onnx2torch {importlib.metadata.version('onnx2torch')}, {name}.onnx", result.numpy(), ours["result"], FAST)
try:
    onnx2torch.convert(folder / "zoo.onnx")
except NotImplementedError as error:
    assert "padding" in str(error), error
else:
    sys.exit("onnx2torch takes zoo.onnx by now: compare it, and say so in onnx.hpp")
