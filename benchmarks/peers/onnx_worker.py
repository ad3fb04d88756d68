"""ONNX Runtime and OpenVINO, on the network that pytorch_unet.py exported for the batch to UNETPP_ONNX-BATCH.onnx."""

import os

import numpy as np

from worker import CHANNELS, SHAPE, parse, serve

options = parse(("onnxruntime", "openvino"))
assert options.task == "inference"
model = f"{os.environ['UNETPP_ONNX']}-{options.batch}.onnx"
images = np.random.default_rng(1).random((options.batch, CHANNELS, *SHAPE), np.float32)

if options.variant == "onnxruntime":
    import onnxruntime

    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = options.threads
    settings.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, settings, providers=["CPUExecutionProvider"])
    feed = {session.get_inputs()[0].name: images}
    serve("ONNX Runtime " + onnxruntime.__version__, lambda: session.run(None, feed))
else:
    import openvino

    core = openvino.Core()
    settings = {
        "INFERENCE_NUM_THREADS": options.threads,
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_PRECISION_HINT": "f32",  # else bfloat16 where the processor has it
    }
    request = core.compile_model(model, "CPU", settings).create_infer_request()
    request.set_input_tensor(openvino.Tensor(images, shared_memory=True))
    serve("OpenVINO " + openvino.__version__.split("-")[0], request.infer)
