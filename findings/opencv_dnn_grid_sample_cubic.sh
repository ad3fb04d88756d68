#!/usr/bin/env bash
# OpenCV 5.0.0's dnn interpolates linearly where an ONNX GridSample says cubic.
#
# Expected  ONNX Runtime's and onnx's reference's cubic interpolation, or a refusal.
# Seen      In a row of cubes, 0, 1, 8, 27, 64 and so on, at 3.3: 38.1 with mode cubic as with linear; 36.5 is right. Nearest
#           is right. PyTorch's grid_sample with mode="bicubic" is exported so. No error and no warning.
# Remedy    cv2.remap with INTER_CUBIC outside the model.
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


cubes = np.tile(np.arange(9, dtype=np.float32) ** 3, (7, 1))[np.newaxis, np.newaxis]
place = np.array([[[[2 * 3.3 / 8 - 1, 0.0]]]], np.float32)
for mode in ("nearest", "linear", "cubic"):
    print(mode, *[f"{y.ravel()[0]:.1f}" for y in run("GridSample", cubes, place, mode=mode, align_corners=1)])
PYTHON
diff "$folder/seen" - <<'SEEN'
OpenCV 5.0.0
nearest 27.0 27.0
linear 38.1 38.1
cubic 38.1 36.5
SEEN
