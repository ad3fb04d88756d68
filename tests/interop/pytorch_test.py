"""pytorch_test.py MODEL LOGITS BACK: PyTorch with unetpp's weights gives unetpp's logits; the weights go back to BACK."""

import sys

import safetensors.torch
import torch
from safetensors.numpy import load_file
from torch import nn

from compare import FAST, IM2COL, close, readme_python, refuses, same_weights
from convert_pytorch import load, save, tensors
from pytorch_unet import unet

model, logits, back = sys.argv[1:]
ours = load_file(logits)
net = unet().eval()
load(net, model)
with torch.inference_mode():
    theirs = net(torch.from_numpy(ours["images"]).permute(0, 3, 1, 2)).permute(0, 2, 3, 1).numpy()
close(f"PyTorch {torch.__version__}, fastest kernels", ours["logits"], theirs, FAST)
close(f"PyTorch {torch.__version__}, im2col", ours["logits_im2col"], theirs, IM2COL)
save(net, back)
same_weights("unetpp to PyTorch and back", load_file(back), load_file(model))

by_readme = unet()
exec(readme_python("nn.Conv2d").replace("model.safetensors", model), {**globals(), "net": by_readme})
there = {name: tensor.contiguous().numpy() for name, tensor in tensors(by_readme).items()}
same_weights("unetpp to PyTorch by the README's lines", there, load_file(model))

random = unet()  # not a weight of it was unetpp's before
again = unet()
save(random, back + ".random")
load(again, back + ".random")
there = {name: tensor.contiguous().numpy() for name, tensor in tensors(random).items()}
same_weights("PyTorch to unetpp and back", {n: t.contiguous().numpy() for n, t in tensors(again).items()}, there)

net[1] = nn.Conv2d(32, 4, 3, padding=1)
refuses("a PyTorch network with another shape", lambda: load(net, model))
net[1] = nn.Identity()
refuses("a PyTorch network with a layer less", lambda: load(net, model))
