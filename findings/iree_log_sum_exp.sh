#!/usr/bin/env bash
# IREE 3.13's ReduceLogSumExp sums exponentials as they are: logits of 89 and more come to infinity.
#
# Expected  ONNX Runtime's and onnx's reference's: the largest logit is taken out first, as in torch.logsumexp, which
#           PyTorch exports as this operator, and as IREE's own LogSoftmax does.
# Seen      Of 88, 1, 0: 88. Of 89, 1, 0 and of 200, 100, 0: inf; what is subtracted from it, such as a log probability or a
#           loss, is -inf or NaN. LogSoftmax of the same is right. No error and no warning.
# Remedy    ReduceMax, Sub, ReduceLogSumExp and Add; or LogSoftmax where that is what is wanted.
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



def model_of(nodes, out):
    graph = helper.make_graph(nodes, "graph", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3])],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, out)],
                              [onnx.numpy_helper.from_array(np.array([1], np.int64), "axes")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model)
    return model


def node(operator, *inputs, to="y", **how):
    return helper.make_node(operator, list(inputs), [to], **how)


log_sum = model_of([node("ReduceLogSumExp", "x", "axes")], [1, 1])
largest_first = model_of([node("ReduceMax", "x", "axes", to="m"), node("Sub", "x", "m", to="d"),
                          node("ReduceLogSumExp", "d", "axes", to="l"), node("Add", "l", "m")], [1, 1])
log_softmax = model_of([node("LogSoftmax", "x", axis=1)], [1, 3])
for logits in ([88, 1, 0], [89, 1, 0], [200, 100, 0]):
    x = np.array([logits], np.float32)
    ort = onnxruntime.InferenceSession(log_sum.SerializeToString()).run(None, {"x": x})[0]
    reference = onnx.reference.ReferenceEvaluator(log_sum).run(None, {"x": x})[0]
    print(logits, *(f"| {name} {np.round(y.astype(float), 3).ravel().tolist()}" for name, y in (
        ("ONNX Runtime", ort), ("reference", reference), ("IREE", by_iree(log_sum, x)),
        ("largest first", by_iree(largest_first, x)), ("LogSoftmax", by_iree(log_softmax, x)))))
PYTHON
diff "$folder/seen" - <<'SEEN'
iree-base-compiler 3.13.0
[88, 1, 0] | ONNX Runtime [88.0] | reference [88.0] | IREE [88.0] | largest first [88.0] | LogSoftmax [0.0, -87.0, -88.0]
[89, 1, 0] | ONNX Runtime [89.0] | reference [89.0] | IREE [inf] | largest first [89.0] | LogSoftmax [0.0, -88.0, -89.0]
[200, 100, 0] | ONNX Runtime [200.0] | reference [200.0] | IREE [inf] | largest first [200.0] | LogSoftmax [0.0, -100.0, -200.0]
SEEN
