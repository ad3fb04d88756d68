#!/usr/bin/env bash
# In OpenVINO 2026.4.1 uint8 and int8 stop at the ends of their range, where others wrap: 250 + 10 and 200 << 2 are 255.
#
# Expected  What numpy, ONNX Runtime and onnx's reference have: 4, and 32 of the shift, which drops the upper bits everywhere.
# Seen      uint8 Add, Sub, Mul and BitShift, and int8 Add and Mul, saturate. uint16, int16 and int32 wrap. So masks of bits
#           that are shifted, and hashes or palettes computed in bytes, are others.
# Remedy    Cast to int32 before and, after BitwiseAnd with 255, back.
# Ends with a status other than 0 when this is no longer so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
"$folder/python/bin/pip" install -q --disable-pip-version-check openvino==2026.4.1 onnxruntime==1.32.0 onnx==1.23.2 numpy==2.4.6
export folder
"$folder/python/bin/python" - <<'PYTHON' | tee "$folder/seen"
import os
from importlib.metadata import version

import numpy as np
import onnx
import onnxruntime
import openvino
from onnx import helper

print("OpenVINO", version("openvino"))
path = os.environ["folder"] + "/model.onnx"


def run(operator, *inputs, **attributes):
    """What OpenVINO and ONNX Runtime make of arrays."""
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
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return compiled(given)[0], session.run(None, given)[0]


u, v = np.array([250, 3], np.uint8), np.array([10, 5], np.uint8)
for name in ("Add", "Sub", "Mul"):
    print("uint8", name, *[y.tolist() for y in run(name, u, v)])
shifted = run("BitShift", np.array([200, 1], np.uint8), np.array([2, 3], np.uint8), direction="LEFT")
print("uint8 BitShift", *[y.tolist() for y in shifted])
a, b = np.array([100, 3], np.int8), np.array([100, 2], np.int8)
for name in ("Add", "Mul"):
    print("int8", name, *[y.tolist() for y in run(name, a, b)])
for kind in (np.uint16, np.int16, np.int32):
    most = np.iinfo(kind).max
    print(kind.__name__, "Add", *[y.tolist() for y in run("Add", np.array([most], kind), np.array([2], kind))])
PYTHON
diff "$folder/seen" - <<'SEEN'
OpenVINO 2026.4.1
uint8 Add [255, 8] [4, 8]
uint8 Sub [240, 0] [240, 254]
uint8 Mul [255, 15] [196, 15]
uint8 BitShift [255, 8] [32, 8]
int8 Add [127, 5] [-56, 5]
int8 Mul [127, 6] [16, 6]
uint16 Add [1] [1]
int16 Add [-32767] [-32767]
int32 Add [-2147483647] [-2147483647]
SEEN
