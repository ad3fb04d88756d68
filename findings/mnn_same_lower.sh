#!/usr/bin/env bash
# MNN 3.6.1 reads auto_pad SAME_LOWER of an ONNX file as SAME_UPPER, in convolutions, transposed ones and pooling: all that they
# give is moved by a pixel.
#
# Expected  ONNX Runtime's numbers, or an error of the converter: an odd number of padding has its extra pixel at the beginning
#           for SAME_LOWER, by ONNX's text.
# Seen      Conv of 2x2, ConvTranspose of 3x3 at stride 2, MaxPool and AveragePool of 3x3 at stride 2 on 8x8 pixels: MNN's
#           result for SAME_LOWER is its own and ONNX Runtime 1.32.0's for SAME_UPPER. The converter warns of nothing. (Here
#           it is the function that the command mnnconvert calls: the command itself installs aliyun-log-python-sdk with the
#           first pip that it finds, and reports to a server, each time.)
# Remedy    Write the pads out before converting.
# Ends with a status other than 0 when this is no longer so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
"$folder/python/bin/pip" install -q --disable-pip-version-check MNN==3.6.1 onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6
cd "$folder"
python/bin/python - 2>errors <<'PYTHON' | grep '^> ' | tee seen
import subprocess
import sys
from importlib.metadata import version

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper, shape_inference

import MNN.expr as expr
import MNN.nn as nn

onnxruntime.set_default_logger_severity(4)
random = np.random.default_rng(0)
x = random.normal(size=(1, 2, 8, 8)).astype(np.float32)


def model_of(op, pad):
    size, stride = (2, 1) if op == "Conv" else (3, 2)
    options = {"kernel_shape": [size] * 2, "strides": [stride] * 2, "auto_pad": pad}
    weight = np.random.default_rng(1).normal(size=(2, 2, size, size)).astype(np.float32)
    weights = [numpy_helper.from_array(weight, "w")] if "Conv" in op else []
    node = helper.make_node(op, ["x", "w"] if weights else ["x"], ["y"], **options)
    values = [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in (("x", x.shape), ("y", None))]
    graph = helper.make_graph([node], "one", values[:1], values[1:], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    model = shape_inference.infer_shapes(model)
    onnx.checker.check_model(model)
    return model


def by_onnx_runtime(model):
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {"x": x})[0]


def by_mnn(model):
    onnx.save(model, "one.onnx")
    convert = [sys.executable, "-c", "import sys, _tools; _tools.mnnconvert(sys.argv)", "-f", "ONNX"]
    files = ["--modelFile", "one.onnx", "--MNNModel", "one.mnn", "--bizCode", "x"]
    subprocess.run(convert + files, check=True, stdout=subprocess.DEVNULL)
    net = nn.load_module_from_file("one.mnn", ["x"], ["y"])
    image = expr.placeholder(list(x.shape), expr.NCHW, expr.float)
    image.write(x.ravel().tolist())
    (y,) = net.forward([image])
    y = expr.convert(y, expr.NCHW)
    return np.array(y.read()).reshape(y.shape)


print("> MNN", version("MNN"))
for op in ("Conv", "ConvTranspose", "MaxPool", "AveragePool"):
    lower, upper = model_of(op, "SAME_LOWER"), model_of(op, "SAME_UPPER")
    found, right, other = by_mnn(lower), by_onnx_runtime(lower), by_onnx_runtime(upper)
    same = [bool(np.allclose(found, y, atol=1e-3)) for y in (right, other)]
    assert np.allclose(by_mnn(upper), other, atol=1e-3)
    print(f"> {op} SAME_LOWER: as ONNX Runtime's SAME_LOWER {same[0]}, as its SAME_UPPER {same[1]}")
PYTHON
diff seen - <<'SEEN' || { tail -n 3 errors >&2 && exit 1; }
> MNN 3.6.1
> Conv SAME_LOWER: as ONNX Runtime's SAME_LOWER False, as its SAME_UPPER True
> ConvTranspose SAME_LOWER: as ONNX Runtime's SAME_LOWER False, as its SAME_UPPER True
> MaxPool SAME_LOWER: as ONNX Runtime's SAME_LOWER False, as its SAME_UPPER True
> AveragePool SAME_LOWER: as ONNX Runtime's SAME_LOWER False, as its SAME_UPPER True
SEEN
