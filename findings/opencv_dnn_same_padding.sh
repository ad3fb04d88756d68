#!/usr/bin/env bash
# OpenCV 5.0.0's dnn does not tell auto_pad SAME_UPPER from SAME_LOWER: a 3x3 convolution of stride 2 reads one pixel off.
#
# Expected  ONNX's, which ONNX Runtime has: where the padding is odd, SAME_UPPER has the greater half behind the image,
#           SAME_LOWER before it. TensorFlow's models of stride 2 are exported so (SAME_UPPER).
# Seen      Conv, MaxPool and AveragePool alike: (side of the kernel - 1) / 2, rounded down, before the image. Of 8x8 pixels
#           SAME_UPPER is wrong with 3x3 and 5x5 at stride 2, right with 2x2 and 4x4; SAME_LOWER is wrong with 2x2 and 4x4 at
#           stride 1. Shapes are right. The same with the padding written out as pads: right.
# Remedy    Write the padding out as pads.
# Ends with a status other than 0 when this is no longer so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
"$folder/python/bin/pip" install -q --disable-pip-version-check opencv-python-headless==5.0.0.93 \
  onnxruntime==1.32.0 onnx==1.23.2 numpy==2.4.6
export folder
"$folder/python/bin/python" - 2>"$folder/errors" <<'PYTHON' | tee "$folder/seen"
import os

import cv2
import numpy as np
import onnx
import onnxruntime
from onnx import helper, numpy_helper

print("OpenCV", cv2.__version__)
path = os.environ["folder"] + "/model.onnx"


def run(operator, *inputs, constants=(), **attributes):
    """What OpenCV and ONNX Runtime make of arrays; those whose numbers are among the constants lie in the model."""
    names = [f"x{i}" for i in range(len(inputs))]
    given = {n: a for i, (n, a) in enumerate(zip(names, inputs)) if i not in constants}
    kinds = {n: helper.np_dtype_to_tensor_dtype(a.dtype) for n, a in given.items()}
    graph = helper.make_graph(
        [helper.make_node(operator, names, ["y"], **attributes)],
        "graph",
        [helper.make_tensor_value_info(n, kinds[n], a.shape) for n, a in given.items()],
        [helper.make_tensor_value_info("y", kinds["x0"], None)],
        [numpy_helper.from_array(inputs[i], names[i]) for i in constants],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 22)], ir_version=10)
    model = onnx.shape_inference.infer_shapes(model)
    onnx.checker.check_model(model)
    onnx.save(model, path)
    net = cv2.dnn.readNetFromONNX(path)
    for name, array in given.items():
        net.setInput(array, name)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return np.array(net.forward()), session.run(None, given)[0]


rng = np.random.default_rng(1)
x = rng.standard_normal((1, 2, 8, 8), np.float32)
for side, stride in ((3, 1), (3, 2), (5, 2), (2, 1), (4, 1)):
    for pad in ("SAME_UPPER", "SAME_LOWER", "pads"):
        total = max((-(-8 // stride) - 1) * stride + side - 8, 0)
        how = {"auto_pad": pad} if pad != "pads" else {"pads": [total // 2] * 2 + [total - total // 2] * 2}
        how |= {"strides": [stride, stride], "kernel_shape": [side, side]}
        kernel = rng.standard_normal((1, 2, side, side), np.float32)
        results = run("Conv", x, kernel, constants=(1,), **how), run("MaxPool", x, **how), run("AveragePool", x, **how)
        wrong = ["wrong" if np.abs(y - right).max() > 0.01 else "right" for y, right in results]
        print(f"{side}x{side} stride {stride}", pad, *wrong)
PYTHON
diff "$folder/seen" - <<'SEEN'
OpenCV 5.0.0
3x3 stride 1 SAME_UPPER right right right
3x3 stride 1 SAME_LOWER right right right
3x3 stride 1 pads right right right
3x3 stride 2 SAME_UPPER wrong wrong wrong
3x3 stride 2 SAME_LOWER right right right
3x3 stride 2 pads right right right
5x5 stride 2 SAME_UPPER wrong wrong wrong
5x5 stride 2 SAME_LOWER right right right
5x5 stride 2 pads right right right
2x2 stride 1 SAME_UPPER right right right
2x2 stride 1 SAME_LOWER wrong wrong wrong
2x2 stride 1 pads right right right
4x4 stride 1 SAME_UPPER right right right
4x4 stride 1 SAME_LOWER wrong wrong wrong
4x4 stride 1 pads right right right
SEEN
