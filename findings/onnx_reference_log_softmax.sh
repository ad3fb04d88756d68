#!/usr/bin/env bash
# onnx 1.23.2's own reference takes the logarithm of a softmax for LogSoftmax: log probabilities below -104 are -infinity.
#
# Expected  ONNX Runtime's, OpenVINO 2026.4.1's and PyTorch's: x - max - log(sum(exp(x - max))), of which -199 is one.
# Seen      Of the logits 200, 1, -300 the reference makes 0, -inf, -inf; 0, -199, -500 is right. Of 100, 0, 9 it makes -100.0
#           of the second and of 95, 0, 0 -95, as the others. A loss that is averaged over such pixels is infinite there.
# Remedy    Another reference for LogSoftmax, or logits that lie within 87 of each other.
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


for values in ([200.0, 1.0, -300.0], [100.0, 0.0, 9.0], [95.0, 0.0, 0.0]):
    found = run("LogSoftmax", np.array([values], np.float32), axis=1)
    print(values, *[[round(float(v), 1) + 0.0 for v in y[0]] for y in found])
PYTHON
diff "$folder/seen" - <<'SEEN'
onnx 1.23.2
[200.0, 1.0, -300.0] [0.0, -inf, -inf] [0.0, -199.0, -500.0]
[100.0, 0.0, 9.0] [0.0, -100.0, -91.0] [0.0, -100.0, -91.0]
[95.0, 0.0, 0.0] [0.0, -95.0, -95.0] [0.0, -95.0, -95.0]
SEEN
