#!/usr/bin/env bash
# OpenVINO 2026.4.1 and OpenCV 5.0.0 compute with the lower 32 bits of int64: 2^33 equals 0 there.
#
# Expected  ONNX Runtime's result: inputs and outputs of the model are int64, in OpenCV 5 as arrays, too, and all is taken
#           without a word.
# Seen      On the CPU 2^40 + 1 is 1, (2^33 + 1) * 3 is 3, the sum of 2^53, 1 and 1 is 2, 2^33 == 0 and not 2^33 > 0, in both.
#           Numbers of objects or panoptic segments that are packed into 64 bits become others, or the same.
# Remedy    Numbers below 2^31, or two tensors.
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


def big(*values):
    return np.array(values, np.int64)


for name, *inputs in (("Add", big(2**40), big(1)), ("Mul", big(2**33 + 1), big(3)), ("Add", big(2**30), big(5))):
    print(name, *[int(y.ravel()[0]) for y in run(name, *inputs)])
print("ReduceSum", *[int(y.ravel()[0]) for y in run("ReduceSum", big(2**53, 1, 1), big(0), constants=(1,))])
for name in ("Equal", "Greater"):
    print(name, *[bool(y.ravel()[0]) for y in run(name, big(2**33), big(0), to=TensorProto.BOOL)])
PYTHON
diff "$folder/seen" - <<'SEEN'
OpenVINO 2026.4.1 OpenCV 5.0.0
Add 1 1 1099511627777
Mul 3 3 25769803779
Add 1073741829 1073741829 1073741829
ReduceSum 2 2 9007199254740994
Equal True True False
Greater False False True
SEEN
