#!/usr/bin/env bash
# MONAI 1.6.1's AsymmetricUnifiedFocalLoss clips the logits that its documentation asks for to 0 and 1: below and above them
# nothing has a gradient, and a wrong prediction may cost no more than a right one.
#
# Expected  A loss of probabilities, and gradients: the documentation of forward says of y_pred that "the input should be the
#           original logits since it will be transformed by a sigmoid in the forward function".
# Seen      There is no sigmoid. Two classes, half of the pixels each. All logits -0.1, as a network may begin: 2.515, and every
#           gradient 0. All logits right by 1 with values of -3 and -2: 2.515 again; right by 1 or wrong by 1 with values of 2
#           and 3: 0.178 both. The gradient is 0 in all of these. One channel: the same. Given sigmoid(logits), the loss has
#           gradients everywhere, and tells right from wrong.
# Remedy    Give it sigmoid or softmax of the logits.
# Needs     7 GB of disk while it runs: PyTorch.
# Ends with a status other than 0 when this is no longer so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
"$folder/python/bin/pip" install -q --disable-pip-version-check torch==2.15.0 monai==1.6.1 numpy==2.2.6
"$folder/python/bin/python" - <<'PYTHON' | tee "$folder/seen"
import monai
import torch
from monai.losses import AsymmetricUnifiedFocalLoss

labels = torch.zeros(1, 1, 4, 4)
labels[..., :2] = 1
right = torch.cat([1 - labels, labels], 1)
cases = {
    "all -0.1": torch.full_like(right, -0.1),
    "right by 1, -3 and -2": -3 + right,
    "wrong by 1, -3 and -2": -2 - right,
    "right by 1, 2 and 3": 2 + right,
    "wrong by 1, 2 and 3": 3 - right,
    "one channel, -0.1": torch.full_like(labels, -0.1),
}
said = " ".join(AsymmetricUnifiedFocalLoss.forward.__doc__.split())
assert "should be the original logits since it will be transformed by a sigmoid in the forward function" in said
print("torch", torch.__version__.split("+")[0], "MONAI", monai.__version__)
for name, logits in cases.items():
    found = []
    for transform in (torch.clone, torch.sigmoid):
        x = logits.clone().requires_grad_()
        loss = AsymmetricUnifiedFocalLoss(to_onehot_y=x.shape[1] == 2)(transform(x), labels)
        loss.backward()
        found.append(f"{loss.item():.3f} with {'no' if x.grad.abs().max() == 0 else 'a'} gradient")
    print(f"{name}: {found[0]}; through a sigmoid {found[1]}")
PYTHON
diff "$folder/seen" - <<'SEEN'
torch 2.15.0 MONAI 1.6.1
all -0.1: 2.515 with no gradient; through a sigmoid 0.395 with a gradient
right by 1, -3 and -2: 2.515 with no gradient; through a sigmoid 0.700 with a gradient
wrong by 1, -3 and -2: 2.515 with no gradient; through a sigmoid 0.854 with a gradient
right by 1, 2 and 3: 0.178 with no gradient; through a sigmoid 0.186 with a gradient
wrong by 1, 2 and 3: 0.178 with no gradient; through a sigmoid 0.222 with a gradient
one channel, -0.1: 1.718 with no gradient; through a sigmoid 0.382 with a gradient
SEEN
