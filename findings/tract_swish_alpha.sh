#!/usr/bin/env bash
# tract 0.23.9 leaves alpha out of ONNX's Swish: with alpha 1.5 it computes x / (1 + exp(-x)).
#
# Expected  x / (1 + exp(-1.5 x)), which ONNX's text of operator set 24, where Swish is new, has, and onnx's reference and ONNX
#           Runtime give; or an error of the loader, as for what tract does not know elsewhere.
# Seen      Of -2, -1, 1 and 2: tract -0.238 -0.269 0.731 1.762, ONNX Runtime 1.32.0 and onnx 1.23.2's reference
#           -0.095 -0.182 0.818 1.905. With alpha 1 they agree.
# Remedy    Mul, Sigmoid and Mul in place of Swish.
# Ends with a status other than 0 when this is no longer so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
"$folder/python/bin/pip" install -q --disable-pip-version-check tract==0.23.9 onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6
cd "$folder"
python/bin/python - <<'PYTHON' | tee seen
from importlib.metadata import version

import numpy as np
import onnx
import onnxruntime
import tract
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

x = np.array([[-2, -1, 1, 2]], np.float32)
for alpha in (1.0, 1.5):
    node = helper.make_node("Swish", ["x"], ["y"], alpha=alpha)
    values = [helper.make_tensor_value_info(n, TensorProto.FLOAT, [1, 4]) for n in "xy"]
    graph = helper.make_graph([node], "swish", values[:1], values[1:])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 24)], ir_version=11)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, "swish.onnx")
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    found = {
        f"tract {version('tract')}": tract.onnx().load("swish.onnx").into_model().into_runnable().run([x])[0].to_numpy(),
        f"ONNX Runtime {onnxruntime.__version__}": session.run(None, {"x": x})[0],
        f"onnx {onnx.__version__}": ReferenceEvaluator(model).run(None, {"x": x})[0],
        "x / (1 + exp(-alpha x))": x / (1 + np.exp(-alpha * x)),
    }
    for name, y in found.items():
        print("alpha", alpha, name, [round(float(value), 3) for value in y[0]])
PYTHON
diff seen - <<'SEEN'
alpha 1.0 tract 0.23.9 [-0.238, -0.269, 0.731, 1.762]
alpha 1.0 ONNX Runtime 1.32.0 [-0.238, -0.269, 0.731, 1.762]
alpha 1.0 onnx 1.23.2 [-0.238, -0.269, 0.731, 1.762]
alpha 1.0 x / (1 + exp(-alpha x)) [-0.238, -0.269, 0.731, 1.762]
alpha 1.5 tract 0.23.9 [-0.238, -0.269, 0.731, 1.762]
alpha 1.5 ONNX Runtime 1.32.0 [-0.095, -0.182, 0.818, 1.905]
alpha 1.5 onnx 1.23.2 [-0.095, -0.182, 0.818, 1.905]
alpha 1.5 x / (1 + exp(-alpha x)) [-0.095, -0.182, 0.818, 1.905]
SEEN
