"""PyTorch: eager in both memory formats, compiled, and for inference frozen TorchScript."""

import torch
from torch import nn

from worker import CHANNELS, CLASSES, SHAPE, parse, serve
from pytorch_unet import unet

options = parse(("contiguous", "channels_last", "compile", "frozen"))
torch.set_num_threads(options.threads)
layout = torch.contiguous_format if options.variant == "contiguous" else torch.channels_last
torch.manual_seed(1)
net = unet().to(memory_format=layout)
images = torch.rand(options.batch, CHANNELS, *SHAPE).to(memory_format=layout)
labels = torch.randint(0, CLASSES, (options.batch, *SHAPE))


def training_step():
    adam = torch.optim.Adam(net.parameters(), 1e-3, eps=1e-7, foreach=True)
    run = torch.compile(net) if options.variant == "compile" else net

    def step():
        adam.zero_grad(set_to_none=True)
        nn.functional.cross_entropy(run(images), labels).backward()
        adam.step()

    return step


def inference():
    net.eval()
    run = net
    if options.variant == "compile":
        torch._inductor.config.freezing = True
        run = torch.compile(net)
    elif options.variant == "frozen":
        with torch.no_grad():
            run = torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.trace(net, images)))

    def step():
        with torch.no_grad() if options.variant == "compile" else torch.inference_mode():  # freezing wants no_grad
            run(images)

    return step


serve("PyTorch " + torch.__version__, training_step() if options.task == "training" else inference())
