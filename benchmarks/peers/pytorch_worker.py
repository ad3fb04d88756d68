"""PyTorch: eager in both memory formats, compiled, and for inference frozen TorchScript; bfloat16 by autocast."""

import torch
from torch import nn

from worker import CHANNELS, CLASSES, SHAPE, file, parse, serve
from convert_pytorch import load
from pytorch_unet import unet

options = parse(("contiguous", "channels_last", "compile", "frozen"))
torch.set_num_threads(options.threads)
layout = torch.contiguous_format if options.variant == "contiguous" else torch.channels_last
torch.manual_seed(1)
net = unet()
with torch.no_grad():
    load(net, file(".safetensors"))
net = net.to(memory_format=layout)
images = torch.rand(options.batch, CHANNELS, *SHAPE).to(memory_format=layout)
labels = torch.randint(0, CLASSES, (options.batch, *SHAPE))


def autocast(**settings):
    return torch.autocast("cpu", torch.bfloat16, enabled=options.precision == "bfloat16", **settings)


def training_step():
    adam = torch.optim.Adam(net.parameters(), 1e-3, eps=1e-7, foreach=True)
    run = torch.compile(net) if options.variant == "compile" else net

    def step():
        adam.zero_grad(set_to_none=True)
        with autocast():
            loss = nn.functional.cross_entropy(run(images).float(), labels)
        loss.backward()
        adam.step()

    return step


def network():
    """The network as it infers."""
    net.eval().requires_grad_(False)
    run = net
    if options.variant == "compile":
        torch._inductor.config.freezing = True
        run = torch.compile(net)
    elif options.variant == "frozen":
        with torch.no_grad(), autocast(cache_enabled=False):  # a trace cannot hold the cache's tensors
            run = torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.trace(net, images)))

    def infer(batch):
        with torch.no_grad() if options.variant == "compile" else torch.inference_mode():  # freezing wants no_grad
            with autocast():
                return run(batch)

    return infer


version = "PyTorch " + torch.__version__
if options.task == "training":
    serve(version, training_step())
else:
    infer = network()

    def logits(batch):
        return infer(torch.from_numpy(batch).permute(0, 3, 1, 2).to(memory_format=layout)).float().permute(0, 2, 3, 1).numpy()

    serve(version, lambda: infer(images), logits, options.batch)
