#!/usr/bin/env bash
# The maximum of a window with a NaN in ONNX's MaxPool: ONNX Runtime 1.32.0 gives NaN or a number by the NaN's place in the
# window, so does onnx 1.20.1's own reference, at other places, and OpenVINO 2026.4.1 never gives NaN.
#
# Expected  NaN wherever it is, as in PyTorch and NumPy; or, since ONNX's text says nothing of NaN, at least the same wherever
#           it is, and the same in the reference.
# Seen      Windows of 2x2 in 8x8 pixels, the NaN at each of the four places of the first window, whose numbers are 1 2 9 10:
#           reference: nan 10 10 9; ONNX Runtime: 10 10 10 nan; OpenVINO: 10 10 10 9. (On an AMD EPYC with AVX2. ONNX Runtime
#           takes other loops for other sizes, and may on other processors: the place differs.)
# Ends with a status other than 0 when ONNX Runtime's or the reference's result no longer depends on the place, or OpenVINO's
# has a NaN.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
"$folder/python/bin/pip" install -q --disable-pip-version-check onnx==1.20.1 onnxruntime==1.32.0 openvino==2026.4.1 numpy==2.2.6
"$folder/python/bin/python" - <<'PYTHON'
import numpy as np
import onnx
import onnxruntime
import openvino
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

node = helper.make_node("MaxPool", ["x"], ["y"], kernel_shape=[2, 2], strides=[2, 2])
values = [helper.make_tensor_value_info(n, TensorProto.FLOAT, [1, 1, s, s]) for n, s in (("x", 8), ("y", 4))]
graph = helper.make_graph([node], "pool", values[:1], values[1:])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
onnx.checker.check_model(model)
runtime = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
core = openvino.Core()
vino = core.compile_model(core.read_model(model.SerializeToString()), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
run = {
    f"onnx {onnx.__version__} reference": lambda x: ReferenceEvaluator(model).run(None, {"x": x})[0],
    f"ONNX Runtime {onnxruntime.__version__}": lambda x: runtime.run(None, {"x": x})[0],
    f"OpenVINO {openvino.__version__}": lambda x: vino(x)[0],
}
first = {name: [] for name in run}
for row, column in np.ndindex(2, 2):
    x = np.arange(1, 65, dtype=np.float32).reshape(1, 1, 8, 8)  # 1 2 / 9 10 in the first window
    x[0, 0, row, column] = np.nan
    for name, call in run.items():
        first[name].append(float(call(x)[0, 0, 0, 0]))
for name, found in first.items():
    print(f"{name}: {found}")
reference, ort, vino = (np.isnan(found) for found in first.values())
assert reference.any() and not reference.all(), "the reference's result does not depend on the place"
assert ort.any() and not ort.all(), "ONNX Runtime's result does not depend on the place"
assert not vino.any(), "OpenVINO's result has a NaN"
PYTHON
