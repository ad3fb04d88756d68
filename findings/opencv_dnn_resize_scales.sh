#!/usr/bin/env bash
# OpenCV 5.0.0's dnn takes the ratio of the sides for the scale of an ONNX Resize: a third of the pixels of a mask are others.
#
# Expected  ONNX's, which ONNX Runtime has: coordinates are divided by the scale that the model gives; sides are rounded down.
# Seen      Of 7x9 pixels at scale 1.5 the result has 10x13 in both, where OpenCV divides by 10/7 and 13/9. Linear: up to 1.5
#           off in noise of deviation 1. Nearest (asymmetric, floor: PyTorch's interpolate with a scale_factor) at 1.37: 35 %
#           of the pixels others, at 1.3 27 %, at 1.5 and 2 none.
# Remedy    Sizes in place of scales.
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
from onnx import helper, numpy_helper

print("OpenCV", cv2.__version__)
path = os.environ["folder"] + "/model.onnx"


def run(operator, *inputs, constants=(), **attributes):
    """What OpenCV and ONNX Runtime make of arrays; those whose numbers are among the constants lie in the model."""
    names = ["" if a is None else f"x{i}" for i, a in enumerate(inputs)]
    given = {n: a for i, (n, a) in enumerate(zip(names, inputs)) if n and i not in constants}
    kinds = {n: helper.np_dtype_to_tensor_dtype(a.dtype) for n, a in given.items()}
    graph = helper.make_graph(
        [helper.make_node(operator, names, ["y"], **attributes)],
        "graph",
        [helper.make_tensor_value_info(n, kinds[n], a.shape) for n, a in given.items()],
        [helper.make_tensor_value_info("y", kinds["x0"], None)],
        [numpy_helper.from_array(inputs[i], names[i]) for i in constants],
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


x = np.random.default_rng(1).standard_normal((1, 1, 7, 9), np.float32)
nearest = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
for scale in (1.3, 1.37, 1.5, 2.0):
    scales = np.array([1, 1, scale, scale], np.float32)
    y, right = run("Resize", x, None, scales, constants=(2,), mode="linear")
    mask, true = run("Resize", x, None, scales, constants=(2,), **nearest)
    off, others = np.abs(y - right).max(), (mask != true).mean()
    print(scale, y.shape[2:], right.shape[2:], f"linear {off:.1f} off, nearest {others:.0%} others")
PYTHON
diff "$folder/seen" - <<'SEEN'
OpenCV 5.0.0
1.3 (9, 11) (9, 11) linear 1.5 off, nearest 27% others
1.37 (9, 12) (9, 12) linear 1.0 off, nearest 35% others
1.5 (10, 13) (10, 13) linear 1.0 off, nearest 0% others
2.0 (14, 18) (14, 18) linear 0.0 off, nearest 0% others
SEEN
