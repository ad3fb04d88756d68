#!/usr/bin/env bash
# OpenCV 5.0.0's dnn: Tanh of 45 and more is NaN, and Softplus of 89 and more infinity.
#
# Expected  1, and the number itself, as in ONNX Runtime; OpenCV's own Sigmoid and Mish of such numbers are right.
# Seen      In arrays of 16 (AVX2): Tanh of 44 is 1, of 45 and 89 NaN, of -89 -1; in arrays of 4 it is 1. Softplus of 88 is 88,
#           of 89 infinity, in both.
# Remedy    Clip to -20..20 before Tanh; x + Softplus(-x) for large x.
# Ends with a status other than 0 when this is no longer so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
"$folder/python/bin/pip" install -q --disable-pip-version-check opencv-python-headless==5.0.0.93 \
  onnxruntime==1.32.0 onnx==1.23.2 numpy==2.4.6
export folder
"$folder/python/bin/python" - 2>"$folder/errors" <<'PYTHON' | tee "$folder/seen"
import os

import cv2
import numpy as np
import onnx
import onnxruntime
from onnx import helper

print("OpenCV", cv2.__version__)
path = os.environ["folder"] + "/model.onnx"


def run(operator, *inputs, **attributes):
    """What OpenCV and ONNX Runtime make of arrays."""
    given = {f"x{i}": a for i, a in enumerate(inputs)}
    kinds = {n: helper.np_dtype_to_tensor_dtype(a.dtype) for n, a in given.items()}
    graph = helper.make_graph(
        [helper.make_node(operator, list(given), ["y"], **attributes)],
        "graph",
        [helper.make_tensor_value_info(n, kinds[n], a.shape) for n, a in given.items()],
        [helper.make_tensor_value_info("y", kinds["x0"], None)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 22)], ir_version=10)
    model = onnx.shape_inference.infer_shapes(model)
    onnx.checker.check_model(model)
    onnx.save(model, path)
    net = cv2.dnn.readNetFromONNX(path)
    for name, array in given.items():
        net.setInput(array, name)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return np.array(net.forward()), session.run(None, given)[0]


for size in (4, 16):
    for value in (44.0, 45.0, 88.0, 89.0, -89.0):
        x = np.full((1, size), value, np.float32)
        print(size, value, *[f"{name} {run(name, x)[0].ravel()[0]:.6g}" for name in ("Tanh", "Softplus", "Sigmoid", "Mish")])
PYTHON
diff "$folder/seen" - <<'SEEN'
OpenCV 5.0.0
4 44.0 Tanh 1 Softplus 44 Sigmoid 1 Mish 44
4 45.0 Tanh 1 Softplus 45 Sigmoid 1 Mish 45
4 88.0 Tanh 1 Softplus 88 Sigmoid 1 Mish 88
4 89.0 Tanh 1 Softplus inf Sigmoid 1 Mish 89
4 -89.0 Tanh -1 Softplus 0 Sigmoid 0 Mish 0
16 44.0 Tanh 1 Softplus 44 Sigmoid 1 Mish 44
16 45.0 Tanh nan Softplus 45 Sigmoid 1 Mish 45
16 88.0 Tanh nan Softplus 88 Sigmoid 1 Mish 88
16 89.0 Tanh nan Softplus inf Sigmoid 1 Mish 89
16 -89.0 Tanh -1 Softplus 0 Sigmoid 0 Mish 0
SEEN
