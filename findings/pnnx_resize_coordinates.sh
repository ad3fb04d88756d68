#!/usr/bin/env bash
# pnnx 20261020, which makes ncnn's files from ONNX, does not look at some of Resize's coordinate_transformation_mode: nearest is
# always sampled as asymmetric, and linear and cubic as half_pixel where asymmetric is said. ncnn gives other pixels then.
#
# Expected  The pixels of ONNX Runtime 1.32.0, or an error.
# Seen      8x10 pixels enlarged by 2. Nearest with floor: half_pixel (PyTorch's nearest-exact) and align_corners come out as
#           asymmetric (PyTorch's nearest). Linear and cubic: asymmetric comes out as half_pixel, which moves what is enlarged by
#           a quarter of a pixel of the input. Other nearest_modes than floor are not converted, and ncnn does not load the
#           file; these are, without a word. On enlarged masks each is a shift that no metric names.
# Remedy    Compare one image's output after each conversion; enlarge by a transposed convolution, or by nearest asymmetric floor
#           or linear half_pixel.
# Ends with a status other than 0 when this is no longer so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
"$folder/python/bin/pip" install -q --disable-pip-version-check ncnn==1.0.20261020 pnnx==20261020 onnx==1.23.2 \
  onnxruntime==1.32.0 numpy==2.4.6
cd "$folder"
python/bin/python - 2>errors <<'PYTHON' | grep '^> ' | tee seen
import subprocess
from importlib.metadata import version

import ncnn
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

SHAPE = (1, 2, 8, 10)
COORDINATES = ("asymmetric", "half_pixel", "align_corners")
x = np.random.default_rng(0).normal(size=SHAPE).astype(np.float32)
print(f"> pnnx {version('pnnx')}, ncnn {version('ncnn')}, ONNX Runtime {onnxruntime.__version__}")


def save(name, mode, coordinates):
    options = {"mode": mode, "coordinate_transformation_mode": coordinates}
    if mode == "nearest":
        options["nearest_mode"] = "floor"
    node = helper.make_node("Resize", ["x", "", "scales"], ["y"], **options)
    shapes = (("x", SHAPE), ("y", (1, 2, 16, 20)))
    values = [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in shapes]
    scales = numpy_helper.from_array(np.array([1, 1, 2, 2], np.float32), "scales")
    graph = helper.make_graph([node], "up", values[:1], values[1:], [scales])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, name)


def by_onnx_runtime(name):
    return onnxruntime.InferenceSession(name, providers=["CPUExecutionProvider"]).run(None, {"x": x})[0][0]


def by_ncnn(name):
    command = ["python/bin/pnnx", name, f"inputshape=[{','.join(map(str, SHAPE))}]", "fp16=0"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    net = ncnn.Net()
    for option in ("use_fp16_packed", "use_fp16_storage", "use_fp16_arithmetic", "use_bf16_storage"):
        setattr(net.opt, option, False)
    stem = name.removesuffix(".onnx")
    assert net.load_param(f"{stem}.ncnn.param") == 0 and net.load_model(f"{stem}.ncnn.bin") == 0
    extractor = net.create_extractor()
    image = ncnn.Mat(np.ascontiguousarray(x[0])).clone()
    extractor.input("in0", image)
    return np.array(extractor.extract("out0")[1].clone())


for mode in ("nearest", "linear", "cubic"):
    expected = {}
    for coordinates in COORDINATES:
        save(f"{mode}_{coordinates}.onnx", mode, coordinates)
        expected[coordinates] = by_onnx_runtime(f"{mode}_{coordinates}.onnx")
    for coordinates in COORDINATES:
        found = by_ncnn(f"{mode}_{coordinates}.onnx")
        same = [c for c in COORDINATES if np.allclose(found, expected[c], atol=1e-4)]
        print(f"> {mode}, {coordinates}: ncnn has ONNX Runtime's pixels of {', '.join(same)}")
PYTHON
diff seen - <<'SEEN' || { tail -n 3 errors >&2 && exit 1; }
> pnnx 20261020, ncnn 1.0.20261020, ONNX Runtime 1.32.0
> nearest, asymmetric: ncnn has ONNX Runtime's pixels of asymmetric
> nearest, half_pixel: ncnn has ONNX Runtime's pixels of asymmetric
> nearest, align_corners: ncnn has ONNX Runtime's pixels of asymmetric
> linear, asymmetric: ncnn has ONNX Runtime's pixels of half_pixel
> linear, half_pixel: ncnn has ONNX Runtime's pixels of half_pixel
> linear, align_corners: ncnn has ONNX Runtime's pixels of align_corners
> cubic, asymmetric: ncnn has ONNX Runtime's pixels of half_pixel
> cubic, half_pixel: ncnn has ONNX Runtime's pixels of half_pixel
> cubic, align_corners: ncnn has ONNX Runtime's pixels of align_corners
SEEN
