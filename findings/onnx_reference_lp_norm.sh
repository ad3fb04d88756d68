#!/usr/bin/env bash
# onnx 1.23.2's own reference divides by the sum of the values in LpNormalization with p=1, not by that of their magnitudes.
#
# Expected  ONNX Runtime's and OpenVINO 2026.4.1's: the L1 norm is the sum of the magnitudes, as the operator's text has it.
# Seen      Of 3, -1, -1 the reference makes 3, -1, -1, where 0.6, -0.2, -0.2 is right; of 1, -2, 0.5 it makes -2, 4, -1, where
#           signs differ, too. Of positive values, and with p=2, all agree. Whoever tests against the reference takes the wrong
#           for right.
# Remedy    Another reference for p=1.
# Ends with a status other than 0 when this is no longer so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
"$folder/python/bin/pip" install -q --disable-pip-version-check onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6
"$folder/python/bin/python" - 2>"$folder/warnings" <<'PYTHON' | tee "$folder/seen"
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

print("onnx", onnx.__version__)


def run(operator, x, **attributes):
    """What onnx's reference and ONNX Runtime make of an array."""
    graph = helper.make_graph(
        [helper.make_node(operator, ["x"], ["y"], **attributes)],
        "graph",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, x.shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, x.shape)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 22)], ir_version=10)
    onnx.checker.check_model(model)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return ReferenceEvaluator(model).run(None, {"x": x})[0], session.run(None, {"x": x})[0]


for values in ([3.0, -1.0, -1.0], [1.0, -2.0, 0.5], [3.0, 1.0, 1.0]):
    for p in (1, 2):
        found = run("LpNormalization", np.array([values], np.float32), axis=1, p=p)
        print(values, "p", p, *[[round(float(v), 2) for v in y[0]] for y in found])
PYTHON
diff "$folder/seen" - <<'SEEN'
onnx 1.23.2
[3.0, -1.0, -1.0] p 1 [3.0, -1.0, -1.0] [0.6, -0.2, -0.2]
[3.0, -1.0, -1.0] p 2 [0.9, -0.3, -0.3] [0.9, -0.3, -0.3]
[1.0, -2.0, 0.5] p 1 [-2.0, 4.0, -1.0] [0.29, -0.57, 0.14]
[1.0, -2.0, 0.5] p 2 [0.44, -0.87, 0.22] [0.44, -0.87, 0.22]
[3.0, 1.0, 1.0] p 1 [0.6, 0.2, 0.2] [0.6, 0.2, 0.2]
[3.0, 1.0, 1.0] p 2 [0.9, 0.3, 0.3] [0.9, 0.3, 0.3]
SEEN
