#!/usr/bin/env bash
# Softmax over the channels (axis 1) in an ONNX file of operator set 11: ONNX Runtime 1.32.0 divides by the sum over channels,
# rows and columns, onnx 1.23.2's own reference, OpenVINO 2026.4.1 and OpenCV 5.0.0 by the sum over the channels of a pixel.
#
# Expected  The same of all. That of ONNX's text: before operator set 13 the input is "coerced into a 2D tensor" at the axis,
#           so that a whole image has the sum 1; or, as whoever wrote axis=1 thought, each pixel has.
# Seen      Three channels of 4x5 pixels: the sum over the image is 1 in ONNX Runtime, 20 in the three others. Of operator set
#           13 it is 20 in all. onnx's version converter, from 11 to 13, keeps ONNX Runtime's meaning, with a Flatten. A
#           threshold of 0.5 finds 9 pixels of class 0 in the others, and none in ONNX Runtime; argmax differs nowhere.
# Remedy    Operator set 13 or newer; before it, Transpose the channels to the end, and back.
# Ends with a status other than 0 when this is no longer so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
"$folder/python/bin/pip" install -q --disable-pip-version-check onnx==1.23.2 onnxruntime==1.32.0 openvino==2026.4.1 \
  opencv-python-headless==5.0.0.93 numpy==2.2.6
cd "$folder"
python/bin/python - <<'PYTHON' | tee seen
import cv2
import numpy as np
import onnx
import onnxruntime
import openvino
from onnx import TensorProto, helper, version_converter
from onnx.reference import ReferenceEvaluator

shape = [1, 3, 4, 5]
x = (3 * np.random.default_rng(0).normal(size=shape)).astype(np.float32)


def opencv(model):
    onnx.save(model, "model.onnx")
    net = cv2.dnn.readNetFromONNX("model.onnx")
    net.setInput(x)
    return net.forward()


def openvino_result(model):
    core = openvino.Core()
    network = core.read_model(model.SerializeToString())
    return core.compile_model(network, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})(x)[0]


def runtime(model):
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {"x": x})[0]


run = {
    f"onnx {onnx.__version__} reference": lambda m: ReferenceEvaluator(m).run(None, {"x": x})[0],
    f"ONNX Runtime {onnxruntime.__version__}": runtime,
    f"OpenVINO {openvino.__version__.split('-')[0]}": openvino_result,
    f"OpenCV {cv2.__version__}": opencv,
}
models = {}
for version in (11, 13):
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in "xy"]
    graph = helper.make_graph([helper.make_node("Softmax", ["x"], ["y"], axis=1)], "softmax", ends[:1], ends[1:])
    models[str(version)] = helper.make_model(graph, opset_imports=[helper.make_opsetid("", version)], ir_version=6)
    onnx.checker.check_model(models[str(version)], full_check=True)
models["11 converted to 13"] = version_converter.convert_version(models["11"], 13)
first = None
for version, model in models.items():
    for name, call in run.items():
        y = call(model)
        first = y.argmax(1) if first is None else first
        assert np.array_equal(first, y.argmax(1))
        print(f"{version}, {name}: sum {y.sum():.3f}, above 0.5 at {(y > 0.5).sum()} pixels")
PYTHON
diff seen - <<'SEEN'
11, onnx 1.23.2 reference: sum 20.000, above 0.5 at 20 pixels
11, ONNX Runtime 1.32.0: sum 1.000, above 0.5 at 0 pixels
11, OpenVINO 2026.4.1: sum 20.000, above 0.5 at 20 pixels
11, OpenCV 5.0.0: sum 20.000, above 0.5 at 20 pixels
13, onnx 1.23.2 reference: sum 20.000, above 0.5 at 20 pixels
13, ONNX Runtime 1.32.0: sum 20.000, above 0.5 at 20 pixels
13, OpenVINO 2026.4.1: sum 20.000, above 0.5 at 20 pixels
13, OpenCV 5.0.0: sum 20.000, above 0.5 at 20 pixels
11 converted to 13, onnx 1.23.2 reference: sum 1.000, above 0.5 at 0 pixels
11 converted to 13, ONNX Runtime 1.32.0: sum 1.000, above 0.5 at 0 pixels
11 converted to 13, OpenVINO 2026.4.1: sum 1.000, above 0.5 at 0 pixels
11 converted to 13, OpenCV 5.0.0: sum 1.000, above 0.5 at 0 pixels
SEEN
