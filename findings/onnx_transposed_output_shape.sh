#!/usr/bin/env bash
# An ONNX ConvTranspose that names its output's shape instead of pads loses its first row and column in ONNX Runtime 1.32.0, its
# last ones in tract 0.23.9 and MNN 3.6.1.
#
# Expected  The same of all. ONNX's text: of the padding that the shape needs, unless auto_pad is SAME_UPPER, the beginning has
#           total - total / 2, so that a single pixel is cut from the beginning.
# Seen      3x3 at stride 2 from 5x6 pixels to 10x12, where all is 11x13: ONNX Runtime gives rows and columns from 1 on, as the
#           text says; tract and MNN those from 0 on, as if auto_pad were SAME_UPPER. No error and no warning. onnx 1.23.2's
#           own reference raises an error for output_shape.
# Remedy    Write pads and output_padding; then the shape follows from them.
# Ends with a status other than 0 when this is no longer so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
"$folder/python/bin/pip" install -q --disable-pip-version-check tract==0.23.9 MNN==3.6.1 onnx==1.23.2 onnxruntime==1.32.0 \
  numpy==2.4.6
cd "$folder"
python/bin/python - 2>errors <<'PYTHON' | grep '^> ' | tee seen
import subprocess
import sys
from importlib.metadata import version

import numpy as np
import onnx
import onnxruntime
import tract
from onnx import TensorProto, helper, numpy_helper

import MNN.expr as expr
import MNN.nn as nn

onnxruntime.set_default_logger_severity(4)
random = np.random.default_rng(0)
x = random.normal(size=(1, 4, 5, 6)).astype(np.float32)
weight = random.normal(size=(4, 3, 3, 3)).astype(np.float32)
whole = np.zeros((1, 3, 11, 13), np.float32)
for row, column in np.ndindex(5, 6):
    part = np.einsum("nc,cfkl->nfkl", x[:, :, row, column], weight)
    whole[:, :, 2 * row : 2 * row + 3, 2 * column : 2 * column + 3] += part


def by_mnn(name):
    # what the command mnnconvert calls, without the report that the command sends
    convert = [sys.executable, "-c", "import sys, _tools; _tools.mnnconvert(sys.argv)", "-f", "ONNX"]
    files = ["--modelFile", name, "--MNNModel", "one.mnn", "--bizCode", "x"]
    subprocess.run(convert + files, check=True, stdout=subprocess.DEVNULL)
    image = expr.placeholder(list(x.shape), expr.NCHW, expr.float)
    image.write(x.ravel().tolist())
    (y,) = nn.load_module_from_file("one.mnn", ["x"], ["y"]).forward([image])
    y = expr.convert(y, expr.NCHW)
    return np.array(y.read()).reshape(y.shape)


options = {"kernel_shape": [3, 3], "strides": [2, 2], "output_shape": [10, 12]}
node = helper.make_node("ConvTranspose", ["x", "w"], ["y"], **options)
values = [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in (("x", x.shape), ("y", (1, 3, 10, 12)))]
graph = helper.make_graph([node], "up", values[:1], values[1:], [numpy_helper.from_array(weight, "w")])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
onnx.checker.check_model(model, full_check=True)
onnx.save(model, "up.onnx")
session = onnxruntime.InferenceSession("up.onnx", providers=["CPUExecutionProvider"])
found = {
    f"ONNX Runtime {onnxruntime.__version__}": session.run(None, {"x": x})[0],
    f"tract {version('tract')}": tract.onnx().load("up.onnx").into_model().into_runnable().run([x])[0].to_numpy(),
    f"MNN {version('MNN')}": by_mnn("up.onnx"),
}
for name, y in found.items():
    first = [k for k in (0, 1) if np.allclose(y, whole[:, :, k : k + 10, k : k + 12], atol=1e-3)]
    print(f"> {name} from {first} on")
PYTHON
diff seen - <<'SEEN' || { tail -n 3 errors >&2 && exit 1; }
> ONNX Runtime 1.32.0 from [1] on
> tract 0.23.9 from [0] on
> MNN 3.6.1 from [0] on
SEEN
