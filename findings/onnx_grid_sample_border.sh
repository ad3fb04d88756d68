#!/usr/bin/env bash
# ONNX's cubic GridSample with padding "border" gives 111 beyond a border of 100 in ONNX Runtime 1.32.0, 100 in onnx 1.23.2's
# own reference and in tract 0.23.9.
#
# Expected  The same of all. ONNX's text says of padding_mode "border": use border values for out-of-bound grid locations, which
#           reads as 100.
# Seen      4x4 pixels whose rows are 0 0 0 100, sampled at the columns 2, 3, 3.3 and 4 (align_corners 1): ONNX Runtime repeats
#           the border's pixels and goes on with the cubic, which is 111.03 at 3.3; the reference and tract move the place to
#           the border first, and stay at 100. In linear mode the three agree.
# Remedy    Keep the grid inside the image, or the mode linear.
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
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

x = np.tile(np.array([0, 0, 0, 100], np.float32), (1, 1, 4, 1))
columns = np.array([2, 3, 3.3, 4], np.float32)
grid = np.stack([columns / 1.5 - 1, np.zeros_like(columns)], -1)[None, None]
for mode in ("linear", "cubic"):
    node = helper.make_node("GridSample", ["x", "g"], ["y"], mode=mode, padding_mode="border", align_corners=1)
    values = [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in (("x", x.shape), ("y", (1, 1, 1, 4)))]
    graph = helper.make_graph([node], "sample", values[:1], values[1:], [numpy_helper.from_array(grid, "g")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, "sample.onnx")
    session = onnxruntime.InferenceSession("sample.onnx", providers=["CPUExecutionProvider"])
    found = {
        f"ONNX Runtime {onnxruntime.__version__}": session.run(None, {"x": x})[0],
        f"onnx {onnx.__version__}": ReferenceEvaluator(model).run(None, {"x": x})[0],
        f"tract {version('tract')}": tract.onnx().load("sample.onnx").into_model().into_runnable().run([x])[0].to_numpy(),
    }
    for name, y in found.items():
        print(mode, name, [round(float(value), 2) for value in y.ravel()])
PYTHON
diff seen - <<'SEEN'
linear ONNX Runtime 1.32.0 [0.0, 100.0, 100.0, 100.0]
linear onnx 1.23.2 [0.0, 100.0, 100.0, 100.0]
linear tract 0.23.9 [0.0, 100.0, 100.0, 100.0]
cubic ONNX Runtime 1.32.0 [0.0, 100.0, 111.03, 100.0]
cubic onnx 1.23.2 [0.0, 100.0, 100.0, 100.0]
cubic tract 0.23.9 [0.0, 100.0, 100.0, 100.0]
SEEN
