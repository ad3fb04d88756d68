#!/usr/bin/env bash
# PyTorch 2.15.0: the running mean of a BatchNorm2d in bfloat16 stops 4 % before the mean that it follows.
#
# Expected  The mean of the inputs, within the rounding of bfloat16 (0.4 %), as 300 steps of momentum 0.1 give it in float32; or
#           statistics that are kept in float32, as those of BatchNorm2d are under autocast.
# Seen      Inputs of mean 100 and deviation 0.5, on the CPU: in bfloat16 the running mean is 96 after 50 steps and after 300,
#           in float32 100. (From 96 a step would be 0.4; numbers of bfloat16 lie 0.5 apart there.) In training the outputs are
#           right; in evaluation their mean is 7.7 deviations from 0. Of mean -37 it ends at -35.25, of mean 1 at 0.98.
# Remedy    Keep BatchNorm in float32: it takes bfloat16 inputs.
# Needs     7 GB of disk while it runs: PyTorch.
# Ends with a status other than 0 when this is no longer so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
"$folder/python/bin/pip" install -q --disable-pip-version-check torch==2.15.0 numpy==2.2.6
"$folder/python/bin/python" - <<'PYTHON' | tee "$folder/seen"
import torch

print("torch", torch.__version__.split("+")[0])
torch.manual_seed(1)
noise = torch.randn(8, 4, 32, 32)
noise = (noise - noise.mean((0, 2, 3), keepdim=True)) / noise.std((0, 2, 3), keepdim=True)
for mean in (100.0, 1.0, -37.0):
    x = (mean + 0.005 * abs(mean) * noise).to(torch.bfloat16)
    for dtype in (torch.bfloat16, torch.float32):
        norm = torch.nn.BatchNorm2d(4).to(dtype)
        found = []
        for step in range(1, 301):
            trained = norm(x).float()
            if step in (50, 300):
                found.append(round(norm.running_mean[0].item(), 2))
        norm.eval()
        outputs = [round(y.mean().item(), 1) + 0.0 for y in (trained, norm(x).float())]
        print(mean, dtype, "running mean", found, "outputs' mean in training and evaluation", outputs)
PYTHON
diff "$folder/seen" - <<'SEEN'
torch 2.15.0
100.0 torch.bfloat16 running mean [96.0, 96.0] outputs' mean in training and evaluation [0.0, 7.7]
100.0 torch.float32 running mean [99.48, 100.0] outputs' mean in training and evaluation [0.0, 0.0]
1.0 torch.bfloat16 running mean [0.98, 0.98] outputs' mean in training and evaluation [0.0, 2.5]
1.0 torch.float32 running mean [0.99, 1.0] outputs' mean in training and evaluation [0.0, 0.0]
-37.0 torch.bfloat16 running mean [-35.25, -35.25] outputs' mean in training and evaluation [0.0, -8.8]
-37.0 torch.float32 running mean [-36.81, -37.0] outputs' mean in training and evaluation [0.0, 0.0]
SEEN
