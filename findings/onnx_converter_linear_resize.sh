#!/usr/bin/env bash
# onnx 1.23.2's version converter moves what a linear Upsample or Resize of operator set 9 or 10 gives: from there to 11, the
# place of a pixel changes from its corner to its middle, without a word.
#
# Expected  The same numbers before and after, or an error. ONNX's text of 9 and 10 does not say which place a pixel has, ONNX
#           Runtime takes its corner; 11 has coordinate_transformation_mode, with the value "asymmetric" for that and the
#           default "half_pixel".
# Seen      A row 0 1 2 3 upsampled by 2 in ONNX Runtime 1.32.0: 0 0.5 1 1.5 2 2.5 3 3 of operator sets 9 and 10; converted to
#           11, 13 or 21: 0 0.25 0.75 1.25 1.75 2.25 2.75 3. The converted Resize has no coordinate_transformation_mode. From 9
#           to 10 nothing changes. Every level of a decoder that upsamples so is moved by a quarter of its pixel.
# Remedy    Set coordinate_transformation_mode="asymmetric" (and nearest_mode="floor") in every converted Resize.
# Ends with a status other than 0 when this is no longer so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
"$folder/python/bin/pip" install -q --disable-pip-version-check onnx==1.23.2 onnxruntime==1.32.0 numpy==2.2.6
"$folder/python/bin/python" - <<'PYTHON' | tee "$folder/seen"
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper, version_converter

x = np.arange(4, dtype=np.float32).reshape(1, 1, 1, 4)
scales = numpy_helper.from_array(np.array([1, 1, 1, 2], np.float32), "scales")
ends = [helper.make_tensor_value_info(n, TensorProto.FLOAT, [1, 1, 1, s]) for n, s in (("x", 4), ("y", 8))]
print("onnx", onnx.__version__, "ONNX Runtime", onnxruntime.__version__)
for operator, version in (("Upsample", 9), ("Resize", 10)):
    node = helper.make_node(operator, ["x", "scales"], ["y"], mode="linear")
    graph = helper.make_graph([node], "up", ends[:1], ends[1:], [scales])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", version)], ir_version=5)
    onnx.checker.check_model(model, full_check=True)
    for target in sorted({version, 10, 11, 13, 21}):
        converted = version_converter.convert_version(model, target)
        onnx.checker.check_model(converted, full_check=True)
        session = onnxruntime.InferenceSession(converted.SerializeToString(), providers=["CPUExecutionProvider"])
        resize = [n for n in converted.graph.node if n.op_type in ("Resize", "Upsample")]
        attributes = [a.name for n in resize for a in n.attribute]
        print(operator, version, "to", target, attributes, session.run(None, {"x": x})[0].ravel().tolist())
PYTHON
diff "$folder/seen" - <<'SEEN'
onnx 1.23.2 ONNX Runtime 1.32.0
Upsample 9 to 9 ['mode'] [0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.0]
Upsample 9 to 10 ['mode'] [0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.0]
Upsample 9 to 11 ['mode'] [0.0, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3.0]
Upsample 9 to 13 ['mode'] [0.0, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3.0]
Upsample 9 to 21 ['mode'] [0.0, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3.0]
Resize 10 to 10 ['mode'] [0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.0]
Resize 10 to 11 ['mode'] [0.0, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3.0]
Resize 10 to 13 ['mode'] [0.0, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3.0]
Resize 10 to 21 ['mode'] [0.0, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3.0]
SEEN
