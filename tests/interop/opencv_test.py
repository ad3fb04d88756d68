"""opencv_test.py FOLDER: zoo.onnx and zoo-nchw.onnx in OpenCV give the results in zoo.safetensors."""

import pathlib
import sys

import cv2
import numpy as np
from safetensors.numpy import load_file

from compare import FAST, NCHW, NHWC, close

folder = pathlib.Path(sys.argv[1])
ours = load_file(folder / "zoo.safetensors")
for name in ("zoo.onnx", "zoo-nchw.onnx"):
    net = cv2.dnn.readNetFromONNX(str(folder / name))
    images = ours["images"]
    net.setInput(np.ascontiguousarray(images.transpose(NCHW)) if "nchw" in name else images)
    result = net.forward()
    close(f"OpenCV {cv2.__version__}, {name}", result.transpose(NHWC) if "nchw" in name else result, ours["result"], FAST)
