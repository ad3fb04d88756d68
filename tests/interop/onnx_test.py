"""ONNX Runtime on what unetpp exported.

onnx_test.py zoo FOLDER    zoo.onnx and zoo-nchw.onnx give the results in zoo.safetensors, best.onnx, in which batch
                           normalisation is folded, those in best.safetensors, and other.onnx those in other.safetensors
onnx_test.py unet FOLDER   unet.onnx, unet-nchw.onnx and unet-softmax.onnx give the logits in logits.safetensors, with
                           batches of 1 and 5, and say what the model file said
"""

import json
import pathlib
import sys

import numpy as np
import onnxruntime
from safetensors import safe_open
from safetensors.numpy import load_file

from compare import FAST, NCHW, NHWC, close, require, same_classes

task, folder = sys.argv[1], pathlib.Path(sys.argv[2])


def session(name):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    return onnxruntime.InferenceSession(str(folder / name), options, providers=["CPUExecutionProvider"])


def run(net, images, nchw):
    """The only output for NHWC images, as NHWC."""
    found = net.run(None, {"images": np.ascontiguousarray(images.transpose(NCHW)) if nchw else images})[0]
    return found.transpose(NHWC) if nchw else found


if task == "zoo":
    for name, file in ("zoo.onnx", "zoo"), ("zoo-nchw.onnx", "zoo"), ("best.onnx", "best"), ("other.onnx", "other"):
        ours = load_file(folder / f"{file}.safetensors")
        close(f"ONNX Runtime {onnxruntime.__version__}, {name}", run(session(name), ours["images"], "nchw" in name), ours["result"], FAST)
    sys.exit()

ours = load_file(folder / "logits.safetensors")
for name in ("unet.onnx", "unet-nchw.onnx"):
    net = session(name)
    for batch in (1, 5):
        what = f"ONNX Runtime {onnxruntime.__version__}, {name}, batch {batch}"
        theirs = [run(net, ours["images"][i : i + batch], "nchw" in name) for i in range(0, 8, batch)]
        theirs = np.concatenate(theirs)
        close(what, ours["logits"], theirs, FAST)
        same_classes(what, ours["logits"], theirs, 0.9999)

net = session("unet-softmax.onnx")
exponentials = np.exp(ours["logits"] - ours["logits"].max(-1, keepdims=True))
expected = exponentials / exponentials.sum(-1, keepdims=True)
require(net.get_outputs()[0].name == "probabilities", "the output of unet-softmax.onnx is called probabilities")
close("unet-softmax.onnx", run(net, ours["images"], False), expected, FAST)
said = net.get_modelmeta().custom_metadata_map
with safe_open(folder / "model.safetensors", "numpy") as model:
    wanted = {key: model.metadata()[key] for key in ("network", "classes", "preprocessing")}
require(said == wanted, "the ONNX file says of the network what the model file says")
names = [c["name"] for c in json.loads(said["classes"])]
require(names == ["pet", "background", "outline"], f"classes: {names}")
