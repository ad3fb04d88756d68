#!/usr/bin/env bash
# OpenCV 4.14.0 does not read an ONNX ConvTranspose whose pads differ at the two ends; 5.0.0 does.
#
# Expected  The result that ONNX Runtime gives: such pads are what "same" padding of a 3x3 kernel at stride 2 is in Keras,
#           and ONNX's text has an entry for each end.
# Seen      4.14.0: an error, "Unsupported asymmetric padding"; with pads of 0 and a Slice behind, which is the same, the
#           right values. 5.0.0: the right values for both.
# Ends with a status other than 0 when this is no longer so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/onnx"
"$folder/onnx/bin/pip" install -q --disable-pip-version-check onnx==1.20.1 onnxruntime==1.32.0 numpy==2.2.6
for version in 4.14.0.94 5.0.0.93; do
  python3 -m venv "$folder/$version"
  "$folder/$version/bin/pip" install -q --disable-pip-version-check "opencv-python-headless==$version" numpy==2.2.6
done
cd "$folder"
onnx/bin/python - <<'PYTHON'
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

random = np.random.default_rng(1)
weight = random.normal(size=(2, 3, 3, 3)).astype(np.float32)
x = random.normal(size=(1, 2, 5, 4)).astype(np.float32)
cut = {"starts": [0, 0], "ends": [10, 8], "axes": [2, 3]}
for name, end in (("uneven", 1), ("slice", 0)):
    up = helper.make_node("ConvTranspose", ["x", "w"], ["full"], kernel_shape=[3, 3], strides=[2, 2], pads=[0, 0, end, end])
    constants = [numpy_helper.from_array(weight, "w")]
    nodes = [up]
    if end:
        up.output[0] = "y"
    else:
        constants += [numpy_helper.from_array(np.array(v, np.int64), k) for k, v in cut.items()]
        nodes.append(helper.make_node("Slice", ["full", *cut], ["y"]))
    ends = [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in (("x", [1, 2, 5, 4]), ("y", [1, 3, 10, 8]))]
    graph = helper.make_graph(nodes, name, ends[:1], ends[1:], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, name + ".onnx")
    y = onnxruntime.InferenceSession(name + ".onnx", providers=["CPUExecutionProvider"]).run(None, {"x": x})[0]
    np.savez(name + ".npz", x=x, y=y)
PYTHON
for version in 4.14.0.94 5.0.0.93; do
  "$version/bin/python" - 2>errors <<'PYTHON'
import cv2
import numpy as np

for name in ("uneven", "slice"):
    known = np.load(name + ".npz")
    try:
        net = cv2.dnn.readNetFromONNX(name + ".onnx")
        net.setInput(known["x"])
        seen = "right" if np.abs(net.forward() - known["y"]).max() < 1e-5 else "wrong"
    except cv2.error as error:
        seen = "refused: " + ("Unsupported asymmetric padding" if "Unsupported asymmetric padding" in str(error) else str(error))
    print(f"OpenCV {cv2.__version__}, {name}: {seen}")
PYTHON
done | tee seen
diff seen - <<'SEEN'
OpenCV 4.14.0, uneven: refused: Unsupported asymmetric padding
OpenCV 4.14.0, slice: right
OpenCV 5.0.0, uneven: right
OpenCV 5.0.0, slice: right
SEEN
