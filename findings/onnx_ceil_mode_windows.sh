#!/usr/bin/env bash
# OpenVINO 2026.4.1 and OpenCV 5.0.0 pool windows that lie in the padding alone: with ceil_mode, a column of -3.4e38, or NaN.
#
# Expected  ONNX's, of operator set 22: windows that would begin in the padding on the right are ignored. So do onnx's own
#           reference and shape inference, ONNX Runtime (in older sets, too) and PyTorch.
# Seen      Of 7x9 pixels, windows of 3x3 at every second pixel, padding 1 on the left and 2 on the right, MaxPool: six
#           columns, the last of the lowest float, in both; five are right. AveragePool: in OpenCV six, the last NaN; OpenVINO
#           has five. With padding of 1 on each side no window begins behind the image, and all agree.
# Remedy    Pad, then the pooling without padding.
# Ends with a status other than 0 when this is no longer so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
"$folder/python/bin/pip" install -q --disable-pip-version-check openvino==2026.4.1 opencv-python-headless==5.0.0.93 \
  onnxruntime==1.32.0 onnx==1.23.2 numpy==2.4.6
export folder
"$folder/python/bin/python" - 2>"$folder/errors" <<'PYTHON' | tee "$folder/seen"
import os

import cv2
import numpy as np
import onnx
import onnxruntime
import openvino
from onnx import helper

print("OpenVINO", openvino.__version__.split("-")[0], "OpenCV", cv2.__version__)
path = os.environ["folder"] + "/model.onnx"


def run(operator, *inputs, **attributes):
    """What OpenVINO, OpenCV and ONNX Runtime make of arrays."""
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
    compiled = openvino.Core().compile_model(path, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    net = cv2.dnn.readNetFromONNX(path)
    for name, array in given.items():
        net.setInput(array, name)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return compiled(given)[0], np.array(net.forward()), session.run(None, given)[0]


x = np.random.default_rng(1).standard_normal((1, 1, 7, 9), np.float32)
for operator in ("MaxPool", "AveragePool"):
    for pads in ([0, 1, 0, 2], [1, 1, 1, 1]):
        results = run(operator, x, kernel_shape=[3, 3], strides=[2, 2], pads=pads, ceil_mode=1)
        for name, y in zip(("OpenVINO", "OpenCV", "ONNX Runtime"), results):
            print(operator, pads, name, y.shape[2:], "last", f"{y[0, 0, 0, -1]:.2g}")
PYTHON
diff "$folder/seen" - <<'SEEN'
OpenVINO 2026.4.1 OpenCV 5.0.0
MaxPool [0, 1, 0, 2] OpenVINO (3, 6) last -3.4e+38
MaxPool [0, 1, 0, 2] OpenCV (3, 6) last -3.4e+38
MaxPool [0, 1, 0, 2] ONNX Runtime (3, 5) last 1.8
MaxPool [1, 1, 1, 1] OpenVINO (4, 5) last 1.8
MaxPool [1, 1, 1, 1] OpenCV (4, 5) last 1.8
MaxPool [1, 1, 1, 1] ONNX Runtime (4, 5) last 1.8
AveragePool [0, 1, 0, 2] OpenVINO (3, 5) last 0.51
AveragePool [0, 1, 0, 2] OpenCV (3, 6) last nan
AveragePool [0, 1, 0, 2] ONNX Runtime (3, 5) last 0.51
AveragePool [1, 1, 1, 1] OpenVINO (4, 5) last 0.74
AveragePool [1, 1, 1, 1] OpenCV (4, 5) last 0.74
AveragePool [1, 1, 1, 1] ONNX Runtime (4, 5) last 0.74
SEEN
