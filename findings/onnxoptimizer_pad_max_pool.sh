#!/usr/bin/env bash
# onnxoptimizer 0.4.2 makes one MaxPool of a Pad with zeros and a MaxPool: its border is no longer 0, or its shape another.
#
# Expected  The same numbers from the optimised file. What MaxPool itself pads is never the maximum; the zeros of a Pad are,
#           where all that is beside them is negative.
# Seen      Inputs of -1 (6x6) padded with 0 at each side, maximum of 3x3 at stride 2, in ONNX Runtime 1.32.0: 0 at the border
#           before, -1 everywhere after. With auto_pad="SAME_UPPER" in the MaxPool: 4x4 results before, 3x3 after. So it is with
#           the default passes, and with fuse_pad_into_pool alone. An AveragePool in its place becomes one, too, and is right.
# Remedy    Leave fuse_pad_into_pool out of the passes.
# Ends with a status other than 0 when this is no longer so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
"$folder/python/bin/pip" install -q --disable-pip-version-check onnxoptimizer==0.4.2 onnx==1.20.1 \
  onnxruntime==1.32.0 numpy==2.2.6
"$folder/python/bin/python" - <<'PYTHON' | tee "$folder/seen"
import numpy as np
import onnx
import onnxoptimizer
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

onnxruntime.set_default_logger_severity(3)
x = np.full((1, 1, 6, 6), -1, np.float32)
pads = numpy_helper.from_array(np.array([0, 0, 1, 1, 0, 0, 1, 1], np.int64), "pads")


def result(model):
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {"x": x})[0][0, 0].astype(float).round(2).tolist()


for pool, auto_pad, size in (("MaxPool", "NOTSET", 3), ("MaxPool", "SAME_UPPER", 4), ("AveragePool", "NOTSET", 3)):
    nodes = [
        helper.make_node("Pad", ["x", "pads"], ["padded"]),
        helper.make_node(pool, ["padded"], ["y"], kernel_shape=[3, 3], strides=[2, 2], auto_pad=auto_pad),
    ]
    ends = [helper.make_tensor_value_info(n, TensorProto.FLOAT, [1, 1, s, s]) for n, s in (("x", 6), ("y", size))]
    graph = helper.make_graph(nodes, "pool", ends[:1], ends[1:], [pads])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    optimised = {"before": model, "after": onnxoptimizer.optimize(model)}
    optimised["fuse_pad_into_pool"] = onnxoptimizer.optimize(model, ["fuse_pad_into_pool"])
    for name, each in optimised.items():
        print(pool, auto_pad, name, [n.op_type for n in each.graph.node], result(each))
PYTHON
diff "$folder/seen" - <<'SEEN'
MaxPool NOTSET before ['Pad', 'MaxPool'] [[0.0, 0.0, 0.0], [0.0, -1.0, -1.0], [0.0, -1.0, -1.0]]
MaxPool NOTSET after ['MaxPool'] [[-1.0, -1.0, -1.0], [-1.0, -1.0, -1.0], [-1.0, -1.0, -1.0]]
MaxPool NOTSET fuse_pad_into_pool ['MaxPool'] [[-1.0, -1.0, -1.0], [-1.0, -1.0, -1.0], [-1.0, -1.0, -1.0]]
MaxPool SAME_UPPER before ['Pad', 'MaxPool'] [[0.0, 0.0, 0.0, 0.0], [0.0, -1.0, -1.0, 0.0], [0.0, -1.0, -1.0, 0.0], [0.0, 0.0, 0.0, 0.0]]
MaxPool SAME_UPPER after ['MaxPool'] [[-1.0, -1.0, -1.0], [-1.0, -1.0, -1.0], [-1.0, -1.0, -1.0]]
MaxPool SAME_UPPER fuse_pad_into_pool ['MaxPool'] [[-1.0, -1.0, -1.0], [-1.0, -1.0, -1.0], [-1.0, -1.0, -1.0]]
AveragePool NOTSET before ['Pad', 'AveragePool'] [[-0.44, -0.67, -0.67], [-0.67, -1.0, -1.0], [-0.67, -1.0, -1.0]]
AveragePool NOTSET after ['AveragePool'] [[-0.44, -0.67, -0.67], [-0.67, -1.0, -1.0], [-0.67, -1.0, -1.0]]
AveragePool NOTSET fuse_pad_into_pool ['AveragePool'] [[-0.44, -0.67, -0.67], [-0.67, -1.0, -1.0], [-0.67, -1.0, -1.0]]
SEEN
