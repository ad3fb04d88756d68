#!/usr/bin/env bash
# IREE 3.13's average pooling with ceil_mode counts pixels that are neither image nor padding: ones average to 2/3.
#
# Expected  What ONNX Runtime, onnx's reference and PyTorch make of it: with count_include_pad (PyTorch's default) a window that
#           reaches past the padding, as ceil_mode lets the last one, is divided by its pixels in the image and the padding.
# Seen      Divided by the whole window: of an image of ones, 7x6, windows of 3, strides of 2, no padding, the last column is
#           0.667 in place of 1. Without count_include_pad, or without ceil_mode, right. No error and no warning.
# Remedy    count_include_pad=False where there is no padding; else pad before, by a layer of its own.
# Ends with a status other than 0 when this is no longer so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
"$folder/python/bin/pip" install -q --disable-pip-version-check "iree-base-compiler[onnx]==3.13.0" iree-base-runtime==3.13.0 \
  onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6
export folder
"$folder/python/bin/python" - <<'PYTHON' | tee "$folder/seen"
import os
import subprocess
from importlib.metadata import version

import iree.runtime
import numpy as np
import onnx
import onnx.reference
import onnxruntime
from onnx import TensorProto, helper

folder = os.environ["folder"]
print("iree-base-compiler", version("iree-base-compiler"))


def by_iree(model, x):
    onnx.save(model, f"{folder}/m.onnx")
    tools = f"{folder}/python/bin"
    subprocess.run([f"{tools}/iree-import-onnx", f"{folder}/m.onnx", "-o", f"{folder}/m.mlir"], check=True)
    subprocess.run([f"{tools}/iree-compile", f"{folder}/m.mlir", "-o", f"{folder}/m.vmfb",
                    "--iree-hal-target-device=local", "--iree-hal-local-target-device-backends=llvm-cpu",
                    "--iree-llvmcpu-target-cpu=generic"], check=True)
    context = iree.runtime.SystemContext(config=iree.runtime.Config("local-sync"))
    with open(f"{folder}/m.vmfb", "rb") as file:
        context.add_vm_module(iree.runtime.VmModule.copy_buffer(context.instance, file.read()))
    return np.asarray(context.modules.module["graph"](x))



def model_of(**how):
    node = helper.make_node("AveragePool", ["x"], ["y"], kernel_shape=[3, 3], strides=[2, 2], **how)
    graph = helper.make_graph([node], "graph", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 1, 7, 6])],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)])
    model = onnx.shape_inference.infer_shapes(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 19)], ir_version=9))
    onnx.checker.check_model(model)
    return model


x = np.ones((1, 1, 7, 6), np.float32)
for ceil in (0, 1):
    for include in (0, 1):
        model = model_of(ceil_mode=ceil, count_include_pad=include)
        ort = onnxruntime.InferenceSession(model.SerializeToString()).run(None, {"x": x})[0]
        reference = onnx.reference.ReferenceEvaluator(model).run(None, {"x": x})[0]
        print("ceil_mode", ceil, "count_include_pad", include, *(
            f"| {name} {np.round(y[0, 0, 0].astype(float), 3).tolist()}"
            for name, y in (("ONNX Runtime", ort), ("reference", reference), ("IREE", by_iree(model, x)))))
PYTHON
diff "$folder/seen" - <<'SEEN'
iree-base-compiler 3.13.0
ceil_mode 0 count_include_pad 0 | ONNX Runtime [1.0, 1.0] | reference [1.0, 1.0] | IREE [1.0, 1.0]
ceil_mode 0 count_include_pad 1 | ONNX Runtime [1.0, 1.0] | reference [1.0, 1.0] | IREE [1.0, 1.0]
ceil_mode 1 count_include_pad 0 | ONNX Runtime [1.0, 1.0, 1.0] | reference [1.0, 1.0, 1.0] | IREE [1.0, 1.0, 1.0]
ceil_mode 1 count_include_pad 1 | ONNX Runtime [1.0, 1.0, 1.0] | reference [1.0, 1.0, 1.0] | IREE [1.0, 1.0, 0.667]
SEEN
