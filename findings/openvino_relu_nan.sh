#!/usr/bin/env bash
# OpenVINO 2026.4.1's Relu makes 0 of NaN, and its Exp infinity.
#
# Expected  NaN, as ONNX Runtime, onnx's reference and PyTorch have it, so that it is found behind a network that has diverged
#           or that was given an image with NaN in it.
# Seen      On the CPU Relu, Celu and Max with 0 make 0 of it, HardSigmoid 1, Exp infinity, Clip to -1..2 -1. Sign, Sigmoid,
#           Tanh, Elu and LeakyRelu keep NaN. A network with a Relu predicts classes of pixels that are NaN.
# Remedy    Look for NaN before the network, and at its weights.
# Ends with a status other than 0 when this is no longer so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
"$folder/python/bin/pip" install -q --disable-pip-version-check openvino==2026.4.1 \
  onnxruntime==1.32.0 onnx==1.23.2 numpy==2.4.6
export folder
"$folder/python/bin/python" - 2>"$folder/errors" <<'PYTHON' | tee "$folder/seen"
import os

import numpy as np
import onnx
import onnxruntime
import openvino
from onnx import helper, numpy_helper

print("OpenVINO", openvino.__version__.split("-")[0])
path = os.environ["folder"] + "/model.onnx"


def run(operator, *inputs, constants=(), **attributes):
    """What OpenVINO and ONNX Runtime make of arrays; those whose numbers are among the constants lie in the model."""
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
    compiled = openvino.Core().compile_model(path, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return compiled(given)[0], session.run(None, given)[0]


x = np.full((1, 16), np.nan, np.float32)
for name in ("Relu", "Celu", "HardSigmoid", "Exp", "Sign", "Sigmoid", "Tanh", "Elu", "LeakyRelu"):
    print(name, *[float(y[0, 0]) for y in run(name, x)])
print("Max", *[float(y[0, 0]) for y in run("Max", x, np.zeros_like(x))])
limits = np.array(-1, np.float32), np.array(2, np.float32)
print("Clip", *[float(y[0, 0]) for y in run("Clip", x, *limits, constants=(1, 2))])
PYTHON
diff "$folder/seen" - <<'SEEN'
OpenVINO 2026.4.1
Relu 0.0 nan
Celu 0.0 nan
HardSigmoid 1.0 nan
Exp inf nan
Sign nan nan
Sigmoid nan nan
Tanh nan nan
Elu nan nan
LeakyRelu nan nan
Max 0.0 nan
Clip -1.0 nan
SEEN
