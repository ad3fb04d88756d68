#!/usr/bin/env bash
# IREE 3.13 scrambles DepthToSpace in mode CRD, PyTorch's PixelShuffle, unless as many channels are left as a block is wide.
#
# Expected  What ONNX Runtime, onnx's reference and numpy make of it: y[n, c, h·b + i, w·b + j] = x[n, (c·b + i)·b + j, h, w],
#           as the operator's page says. Mode DCR is right.
# Seen      Blocks of 2: with one channel left, such as a mask's logit, a row of pixels is a row of one channel and then one of
#           the next, side by side; with 4 left scrambled, too; with 2 right. Blocks of 3, one channel left: scrambled. No
#           error and no warning, neither from iree-import-onnx nor from iree-compile.
# Remedy    A Reshape to (n, c, b, b, h, w), a Transpose by (0, 1, 4, 2, 5, 3) and a Reshape, which IREE computes rightly; or
#           mode DCR with the channels of the layer before in its order.
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


def model_of(nodes, shape, out, constants=()):
    graph = helper.make_graph(nodes, "graph", [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, out)],
                              [onnx.numpy_helper.from_array(np.array(v, np.int64), k) for k, v in constants])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    return model


for block, left in ((2, 1), (2, 2), (2, 4), (3, 1)):
    shape, out = [1, left * block**2, 1, 2], [1, left, block, 2 * block]
    x = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    parts = [1, left, block, block, 1, 2]
    wanted = x.reshape(parts).transpose(0, 1, 4, 2, 5, 3).reshape(out)
    shuffle = model_of([helper.make_node("DepthToSpace", ["x"], ["y"], blocksize=block, mode="CRD")], shape, out)
    by_hand = model_of([helper.make_node("Reshape", ["x", "parts"], ["p"]),
                        helper.make_node("Transpose", ["p"], ["t"], perm=[0, 1, 4, 2, 5, 3]),
                        helper.make_node("Reshape", ["t", "out"], ["y"])], shape, out, (("parts", parts), ("out", out)))
    ort = onnxruntime.InferenceSession(shuffle.SerializeToString()).run(None, {"x": x})[0]
    reference = onnx.reference.ReferenceEvaluator(shuffle).run(None, {"x": x})[0]
    seen = by_iree(shuffle, x)
    print("block", block, "channels left", left, "| ONNX Runtime and reference right:",
          bool((ort == wanted).all() and (reference == wanted).all()), "| IREE right:", bool((seen == wanted).all()),
          "| by hand:", bool((by_iree(by_hand, x) == wanted).all()))
    if block == 2 and left == 1:
        print("  wanted", wanted.ravel().astype(int).tolist(), "IREE", seen.ravel().astype(int).tolist())
PYTHON
diff "$folder/seen" - <<'SEEN'
iree-base-compiler 3.13.0
block 2 channels left 1 | ONNX Runtime and reference right: True | IREE right: False | by hand: True
  wanted [0, 2, 1, 3, 4, 6, 5, 7] IREE [0, 1, 2, 3, 4, 5, 6, 7]
block 2 channels left 2 | ONNX Runtime and reference right: True | IREE right: True | by hand: True
block 2 channels left 4 | ONNX Runtime and reference right: True | IREE right: False | by hand: True
block 3 channels left 1 | ONNX Runtime and reference right: True | IREE right: False | by hand: True
SEEN
