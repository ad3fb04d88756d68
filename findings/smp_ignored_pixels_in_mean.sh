#!/usr/bin/env bash
# segmentation_models_pytorch 0.6.0's SoftCrossEntropyLoss and SoftBCEWithLogitsLoss divide by all pixels, those of ignore_index
# among them: an image that is half ignored has half the loss.
#
# Expected  The mean over what is not ignored, as of PyTorch's CrossEntropyLoss, whose "drop-in replacement" SoftCrossEntropyLoss
#           is by its documentation, and as of the package's own Dice, focal and Lovász losses.
# Seen      Two images of 8x8, 3 classes, all logits 0, the upper half of each ignored: 0.549 = ln(3) / 2 from
#           SoftCrossEntropyLoss, 1.099 from CrossEntropyLoss, with the same label smoothing, too; 0.347 = ln(2) / 2 from
#           SoftBCEWithLogitsLoss. The gradients are half as large, too, so that beside a Dice loss the cross-entropy loses
#           weight where more is ignored. The others give the same as of the lower halves alone.
# Remedy    reduction="none", its sum divided by the number of pixels that count.
# Needs     7 GB of disk while it runs: PyTorch.
# Ends with a status other than 0 when this is no longer so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
"$folder/python/bin/pip" install -q --disable-pip-version-check torch==2.15.0 torchvision==0.29.2 \
  segmentation-models-pytorch==0.6.0 numpy==2.2.6
"$folder/python/bin/python" - <<'PYTHON' | tee "$folder/seen"
import segmentation_models_pytorch as smp
import torch

losses = smp.losses
labels = torch.arange(2 * 8 * 8).reshape(2, 8, 8) % 3
ignored = labels.clone()
ignored[:, :4] = 255
binary, binary_ignored = (labels > 0).float(), torch.where(ignored == 255, 255.0, (labels > 0).float())
ignore, mode = {"ignore_index": 255}, {"mode": "multiclass"}
torch_loss = torch.nn.CrossEntropyLoss
many = {
    "CrossEntropyLoss": torch_loss(**ignore),
    "SoftCrossEntropyLoss": losses.SoftCrossEntropyLoss(smooth_factor=0.0, **ignore),
    "CrossEntropyLoss, smoothed": torch_loss(label_smoothing=0.1, **ignore),
    "SoftCrossEntropyLoss, smoothed": losses.SoftCrossEntropyLoss(smooth_factor=0.1, **ignore),
    "FocalLoss": losses.FocalLoss(**mode, **ignore),
    "DiceLoss": losses.DiceLoss(**mode, **ignore),
    "LovaszLoss": losses.LovaszLoss(**mode, **ignore),
}
two = {
    "SoftBCEWithLogitsLoss": losses.SoftBCEWithLogitsLoss(**ignore),
    "FocalLoss, binary": losses.FocalLoss("binary", **ignore),
    "DiceLoss, binary": losses.DiceLoss("binary", **ignore),
}
print("torch", torch.__version__.split("+")[0], "segmentation_models_pytorch", smp.__version__)
for name, loss in (many | two).items():
    masked, whole, channels = (ignored, labels, 3) if name in many else (binary_ignored[:, None], binary[:, None], 1)
    logits = torch.zeros(2, channels, 8, 8)
    print(f"{name}: {loss(logits, masked):.3f}, of the lower half {loss(logits[:, :, 4:], whole[..., 4:, :]):.3f}")
PYTHON
diff "$folder/seen" - <<'SEEN'
torch 2.15.0 segmentation_models_pytorch 0.6.0
CrossEntropyLoss: 1.099, of the lower half 1.099
SoftCrossEntropyLoss: 0.549, of the lower half 1.099
CrossEntropyLoss, smoothed: 1.099, of the lower half 1.099
SoftCrossEntropyLoss, smoothed: 0.549, of the lower half 1.099
FocalLoss: 0.173, of the lower half 0.173
DiceLoss: 0.667, of the lower half 0.667
LovaszLoss: 0.667, of the lower half 0.667
SoftBCEWithLogitsLoss: 0.347, of the lower half 0.693
FocalLoss, binary: 0.173, of the lower half 0.173
DiceLoss, binary: 0.432, of the lower half 0.432
SEEN
