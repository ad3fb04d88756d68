#!/usr/bin/env bash
# onnxslim 0.1.98 takes factors of the columns for factors of the channels, when a convolution has as many of the one as of the
# other.
#
# Expected  The same numbers from the slimmed file: it "can help you slim your onnx model, with less operators, but same
#           accuracy", as its page says. ONNX aligns shapes at their ends: a factor of shape [W], or [1, 1, 1, W], belongs to
#           the columns (as of a window that blends tiles).
# Seen      A 1x1 convolution to 3 channels of 2x3 pixels of value 1, times [1, 10, 100]: rows of 1 10 100 in every channel in
#           ONNX Runtime 1.32.0; of the slimmed file 1 1 1, 10 10 10 and 100 100 100 in the three channels, and no Mul is left.
#           The same with [1, 1, 1, 3] and of a ConvTranspose. With 4 columns and 4 factors it keeps the Mul, and with a factor
#           [3, 1, 1], of the channels, it is right.
# Remedy    slim(model, skip_fusion_patterns=["FusionConvMul", "FusionConvTransposeMul"]).
# Ends with a status other than 0 when this is no longer so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
"$folder/python/bin/pip" install -q --disable-pip-version-check onnxslim==0.1.98 onnx==1.20.1 onnxruntime==1.32.0 numpy==2.2.6
"$folder/python/bin/python" - <<'PYTHON' | tee "$folder/seen"
import numpy as np
import onnx
import onnxruntime
import onnxslim
from onnx import TensorProto, helper, numpy_helper

onnxruntime.set_default_logger_severity(3)


def result(model, columns):
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    y = session.run(None, {"x": np.ones((1, 1, 2, columns), np.float32)})[0]
    assert np.array_equal(y[:, :, 0], y[:, :, 1])
    return y[0, :, 0].astype(int).tolist()


for operator, extents in (("Conv", [3]), ("Conv", [1, 1, 1, 3]), ("ConvTranspose", [3]), ("Conv", [4]), ("Conv", [3, 1, 1])):
    columns = 4 if extents == [4] else 3
    factor = (10.0 ** np.arange(max(extents))).reshape(extents).astype(np.float32)
    weight = np.ones((1, 3, 1, 1) if operator == "ConvTranspose" else (3, 1, 1, 1), np.float32)
    nodes = [helper.make_node(operator, ["x", "w"], ["z"]), helper.make_node("Mul", ["z", "f"], ["y"])]
    ends = [helper.make_tensor_value_info(n, TensorProto.FLOAT, [1, c, 2, columns]) for n, c in (("x", 1), ("y", 3))]
    constants = [numpy_helper.from_array(weight, "w"), numpy_helper.from_array(factor, "f")]
    graph = helper.make_graph(nodes, "factors", ends[:1], ends[1:], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    before = result(model, columns)
    keep = ["FusionConvMul", "FusionConvTransposeMul"]
    assert result(onnxslim.slim(onnx.load_from_string(model.SerializeToString()), skip_fusion_patterns=keep), columns) == before
    slim = onnxslim.slim(onnx.load_from_string(model.SerializeToString()))
    print(operator, extents, "before", before, "after", [n.op_type for n in slim.graph.node], result(slim, columns))
PYTHON
diff "$folder/seen" - <<'SEEN'
Conv [3] before [[1, 10, 100], [1, 10, 100], [1, 10, 100]] after ['Conv'] [[1, 1, 1], [10, 10, 10], [100, 100, 100]]
Conv [1, 1, 1, 3] before [[1, 10, 100], [1, 10, 100], [1, 10, 100]] after ['Conv'] [[1, 1, 1], [10, 10, 10], [100, 100, 100]]
ConvTranspose [3] before [[1, 10, 100], [1, 10, 100], [1, 10, 100]] after ['ConvTranspose'] [[1, 1, 1], [10, 10, 10], [100, 100, 100]]
Conv [4] before [[1, 10, 100, 1000], [1, 10, 100, 1000], [1, 10, 100, 1000]] after ['Conv', 'Mul'] [[1, 10, 100, 1000], [1, 10, 100, 1000], [1, 10, 100, 1000]]
Conv [3, 1, 1] before [[1, 1, 1], [10, 10, 10], [100, 100, 100]] after ['Conv'] [[1, 1, 1], [10, 10, 10], [100, 100, 100]]
SEEN
