#!/usr/bin/env bash
# OpenVINO 2026.4.1 and OpenCV 5.0.0 round in QuantizeLinear after they have added the zero point: with an odd one, ties go
# the other way.
#
# Expected  ONNX's: saturate(round(x / scale) + zero_point), where round takes the even one of two.
# Seen      Scale 1, zero point 3: 0.5, 1.5, 2.5, -0.5 and -1.5 become 4, 4, 6, 2 and 2 in both, one off from 3, 5, 5, 3 and 1,
#           which ONNX Runtime and onnx's reference give. With zero point 4 all agree. Of whole numbers at scale 2 every second
#           is a tie: of 0 to 255, half of the bytes are others.
# Remedy    An even zero point.
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
from onnx import TensorProto, helper, numpy_helper

print("OpenVINO", openvino.__version__.split("-")[0], "OpenCV", cv2.__version__)
path = os.environ["folder"] + "/model.onnx"


def run(operator, *inputs, to=None, constants=(), **attributes):
    """What OpenVINO, OpenCV and ONNX Runtime make of arrays. Constants are numbers of those that lie in the model."""
    names = [f"x{i}" for i in range(len(inputs))]
    given = {n: a for i, (n, a) in enumerate(zip(names, inputs)) if i not in constants}
    kinds = {n: helper.np_dtype_to_tensor_dtype(a.dtype) for n, a in given.items()}
    graph = helper.make_graph(
        [helper.make_node(operator, names, ["y"], **attributes)],
        "graph",
        [helper.make_tensor_value_info(n, kinds[n], a.shape) for n, a in given.items()],
        [helper.make_tensor_value_info("y", to or kinds["x0"], None)],
        [numpy_helper.from_array(inputs[i], names[i]) for i in constants],
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


ties = np.array([[0.5, 1.5, 2.5, -0.5, -1.5]], np.float32)
pixels = np.arange(256, dtype=np.float32)[np.newaxis]
for zero in (3, 4):
    for name, x, scale in (("ties", ties, 1.0), ("0 to 255", pixels, 2.0)):
        quantized = np.array(scale, np.float32), np.array(zero, np.uint8)
        *found, right = run("QuantizeLinear", x, *quantized, to=TensorProto.UINT8, constants=(1, 2))
        print("zero point", zero, name, "differ", [int((y != right).sum()) for y in found], right.ravel()[:5].tolist())
PYTHON
diff "$folder/seen" - <<'SEEN'
OpenVINO 2026.4.1 OpenCV 5.0.0
zero point 3 ties differ [5, 5] [3, 5, 5, 3, 1]
zero point 3 0 to 255 differ [128, 128] [3, 3, 4, 5, 5]
zero point 4 ties differ [0, 0] [4, 6, 6, 4, 2]
zero point 4 0 to 255 differ [0, 0] [4, 4, 5, 6, 6]
SEEN
