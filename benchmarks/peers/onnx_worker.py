"""ONNX Runtime and OpenVINO, on the network that pytorch_export.py exported for the batch."""

import numpy as np

from worker import CHANNELS, SHAPE, file, parse, serve

options = parse(("onnxruntime", "openvino"))
assert options.task == "inference"
model = file(f"-{options.batch}.onnx")
images = np.random.default_rng(1).random((options.batch, CHANNELS, *SHAPE), np.float32)

if options.variant == "onnxruntime":
    import onnxruntime

    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = options.threads
    settings.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, settings, providers=["CPUExecutionProvider"])
    feed = {session.get_inputs()[0].name: images}

    def run(batch):
        (logits,) = session.run(None, {session.get_inputs()[0].name: np.ascontiguousarray(batch.transpose(0, 3, 1, 2))})
        return logits.transpose(0, 2, 3, 1)

    serve("ONNX Runtime " + onnxruntime.__version__, lambda: session.run(None, feed), run, options.batch)
else:
    import openvino

    core = openvino.Core()
    settings = {
        "INFERENCE_NUM_THREADS": options.threads,
        "PERFORMANCE_HINT": "LATENCY",
    }
    if options.precision == "float32":  # else as it comes: bfloat16 where the processor has it
        settings["INFERENCE_PRECISION_HINT"] = "f32"
    request = core.compile_model(model, "CPU", settings).create_infer_request()
    request.set_input_tensor(openvino.Tensor(images, shared_memory=True))

    def run(batch):
        request.infer({0: np.ascontiguousarray(batch.transpose(0, 3, 1, 2))})
        logits = request.get_output_tensor().data.transpose(0, 2, 3, 1).copy()
        request.set_input_tensor(openvino.Tensor(images, shared_memory=True))
        return logits

    serve("OpenVINO " + openvino.__version__.split("-")[0], request.infer, run, options.batch)
