#!/usr/bin/env bash
# onnx 1.23.2's own reference pads MaxPool with auto_pad SAME_LOWER at the end, or not at all: of 7x7 pixels with windows of 3x3
# at stride 2 it makes 3x3, where its shape inference and ONNX Runtime have 4x4.
#
# Expected  ONNX's text: as many outputs as the input has pixels, divided by the stride and rounded up, and an odd number of
#           padding has "the extra padding at the beginning for SAME_LOWER"; that is what the reference does for AveragePool.
# Seen      8x8 pixels of 0 to 63, 3x3 at stride 2: ONNX Runtime 1.32.0 begins 9 11 13 15, the reference 18 20 22 23, which is
#           SAME_UPPER's. 7x7: 4x4 and 3x3, 8x9: 4x5 and 4x4, with windows of 2x2 likewise. SAME_UPPER, and stride 1, are the
#           same in both. Who tests a converter against the reference is told that right is wrong.
# Remedy    Write the pads out.
# Ends with a status other than 0 when this is no longer so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
"$folder/python/bin/pip" install -q --disable-pip-version-check onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6
"$folder/python/bin/python" - <<'PYTHON' | tee "$folder/seen"
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, shape_inference
from onnx.reference import ReferenceEvaluator

onnxruntime.set_default_logger_severity(4)
print("onnx", onnx.__version__, "ONNX Runtime", onnxruntime.__version__)
for op, pad in (("MaxPool", "SAME_LOWER"), ("MaxPool", "SAME_UPPER"), ("AveragePool", "SAME_LOWER")):
    for size, window, stride in (((8, 8), 3, 2), ((7, 7), 3, 2), ((8, 9), 3, 2), ((7, 7), 2, 2), ((7, 7), 3, 1)):
        x = np.arange(size[0] * size[1], dtype=np.float32).reshape(1, 1, *size)
        options = {"kernel_shape": [window] * 2, "strides": [stride] * 2, "auto_pad": pad}
        values = [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in (("x", x.shape), ("y", None))]
        graph = helper.make_graph([helper.make_node(op, ["x"], ["y"], **options)], "pool", values[:1], values[1:])
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
        model = shape_inference.infer_shapes(model)
        onnx.checker.check_model(model, full_check=True)
        inferred = tuple(d.dim_value for d in model.graph.output[0].type.tensor_type.shape.dim)
        session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
        runtime = session.run(None, {"x": x})[0]
        reference = ReferenceEvaluator(model).run(None, {"x": x})[0]
        assert runtime.shape == inferred
        if runtime.shape != reference.shape:
            print(op, pad, size, window, stride, "runtime", runtime.shape[2:], "reference", reference.shape[2:])
        elif not np.allclose(runtime, reference):
            print(op, pad, size, window, stride, "runtime", runtime[0, 0, 0].tolist(), "reference", reference[0, 0, 0].tolist())
PYTHON
diff "$folder/seen" - <<'SEEN'
onnx 1.23.2 ONNX Runtime 1.32.0
MaxPool SAME_LOWER (8, 8) 3 2 runtime [9.0, 11.0, 13.0, 15.0] reference [18.0, 20.0, 22.0, 23.0]
MaxPool SAME_LOWER (7, 7) 3 2 runtime (4, 4) reference (3, 3)
MaxPool SAME_LOWER (8, 9) 3 2 runtime (4, 5) reference (4, 4)
MaxPool SAME_LOWER (7, 7) 2 2 runtime (4, 4) reference (3, 3)
SEEN
