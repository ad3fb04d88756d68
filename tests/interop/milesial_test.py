"""milesial_test.py REPOSITORY WRITE_LOGITS FOLDER IMAGE...: networks of milesial/Pytorch-UNet, of which REPOSITORY is a
clone, by examples/convert/convert_milesial.py in unetpp: the same logits of photographs, with batch normalisation and
without it. FOLDER is for files."""

import pathlib
import subprocess
import sys

import torch
from safetensors import safe_open
from safetensors.numpy import load_file

from compare import FAST, IM2COL, NCHW, NHWC, close, require

repository, write_logits, folder, *photographs = sys.argv[1:]
folder = pathlib.Path(folder)
script = pathlib.Path(__file__).parents[2] / "examples" / "convert" / "convert_milesial.py"
sys.path.insert(0, repository)
from unet import UNet


def convert(*arguments):
    return subprocess.run([sys.executable, script, *map(str, arguments)], stderr=subprocess.PIPE, text=True)


def fails(says, *arguments, status=1):
    done = convert(*arguments)
    line = done.stderr.rstrip().split("\n")[-1]
    right = done.returncode == status and "Traceback" not in done.stderr and line.startswith("convert_milesial.py: ")
    require(right and says in line, line)


def network(classes, bilinear):
    """Its normalisations have learned something."""
    torch.manual_seed(classes)
    net = UNet(n_channels=3, n_classes=classes, bilinear=bilinear).eval()
    for norm in (m for m in net.modules() if isinstance(m, torch.nn.BatchNorm2d)):
        for tensor, low, high in (norm.weight, 0.5, 1.5), (norm.bias, -0.3, 0.3), (norm.running_mean, -0.3, 0.3):
            torch.nn.init.uniform_(tensor, low, high)
        torch.nn.init.uniform_(norm.running_var, 0.1, 0.6)
    return net


for way, classes in ("transposed", 2), ("bilinear", 1):
    net = network(classes, way == "bilinear")
    weights, model, logits = (folder / f"milesial-{way}{end}" for end in (".pth", ".safetensors", "-logits.safetensors"))
    torch.save(net.state_dict() | {"mask_values": [0, 1]}, weights)  # as its train.py does
    done = convert(weights, model)
    require(done.returncode == 0, f"convert_milesial.py {way}: {done.stderr or 'done'}")
    subprocess.run([write_logits, model, logits, *photographs], check=True)
    ours = load_file(logits)
    with torch.inference_mode():
        theirs = net(torch.from_numpy(ours["images"].transpose(NCHW).copy())).numpy().transpose(NHWC)
    for kernels, limit in ("logits", FAST), ("logits_folded", FAST), ("logits_im2col", IM2COL):
        close(f"Pytorch-UNet, {way}, {kernels} of {len(photographs)} photographs", ours[kernels][..., -classes:], theirs, limit)
        if classes == 1:
            require((ours[kernels][..., 0] == 0).all(), f"{kernels} of the background are 0 where the class has a sigmoid")
    with safe_open(model, "np") as file:
        text = file.metadata()["preprocessing"]
    require("BICUBIC" in text, f"the model file says how its images were prepared: {text}")

weights, out, damaged = folder / "milesial-transposed.pth", folder / "refused.safetensors", folder / "damaged.pth"
fails("expected a height and a width that 16 divides, found 100x128", weights, out, "--size", "100x128")
fails("expected HEIGHTxWIDTH", weights, out, "--size", "128", status=2)
damaged.write_bytes(weights.read_bytes()[:100_000])
fails("expected a state_dict that torch.save wrote", damaged, out)
state = torch.load(weights)
torch.save({name: tensor for name, tensor in state.items() if name != "down2.maxpool_conv.1.double_conv.4.bias"}, damaged)
fails("tensor down2.maxpool_conv.1.double_conv.4.bias: expected shape (256,), found none", damaged, out)
torch.save(torch.nn.Conv2d(3, 4, 3).state_dict(), damaged)
fails("expected a checkpoint of milesial/Pytorch-UNet", damaged, out)
torch.save({0: torch.zeros(3)}, damaged)
fails("expected a checkpoint of milesial/Pytorch-UNet", damaged, out)
fails("nowhere.pth", folder / "nowhere.pth", out)
require(not out.exists(), "nothing is written where something is wrong")
