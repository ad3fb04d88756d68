#!/usr/bin/env bash
# torchmetrics 1.9.0's GeneralizedDiceScore of an image depends on the images that are in its batch, and on their order; a class
# that an image does not have counts as 0 in it.
#
# Expected  The same for the same images, as of its MeanIoU and DiceScore: its documentation defines the score by the sums over
#           one image and says nothing of a batch. Of a perfect prediction 1, for each class, or NaN where a class is missing.
# Seen      Three images, of classes 0 and 1, 0 and 2, 0 and 1, one of the predictions right: 0.607, 0.792 and 0.821 in batches
#           of 3, 2 and 1; 0.792 in a batch of 3 in another order. The second image has 0.070 beside the others and 0.714 alone:
#           the weight of its missing class comes from another image's other class. per_class of perfect predictions: 1, 0.667
#           and 0.333, the shares of images that have the class. MeanIoU and DiceScore: 1.
# Remedy    Batches of 1; for per_class DiceScore(average="none").
# Needs     7 GB of disk while it runs: PyTorch.
# Ends with a status other than 0 when this is no longer so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
"$folder/python/bin/pip" install -q --disable-pip-version-check torch==2.15.0 torchmetrics==1.9.0 numpy==2.2.6
"$folder/python/bin/python" - <<'PYTHON' | tee "$folder/seen"
import torch
import torchmetrics
from torchmetrics.functional.segmentation import generalized_dice_score
from torchmetrics.segmentation import DiceScore, GeneralizedDiceScore, MeanIoU

truth = torch.zeros(3, 4, 4, dtype=torch.long)
truth[0, 0], truth[1, :2], truth[2, 0, 0] = 1, 2, 1
guess = truth.clone()
guess[:2, 0, :2] = 0
guess[1, 3] = 1
form = {"num_classes": 3, "input_format": "index"}


def score(metric, guess, truth, batch):
    for first in range(0, 3, batch):
        metric.update(guess[first : first + batch], truth[first : first + batch])
    return [round(value, 3) for value in metric.compute().reshape(-1).tolist()]


print("torch", torch.__version__.split("+")[0], "torchmetrics", torchmetrics.__version__)
for name, make in (("GeneralizedDiceScore", GeneralizedDiceScore), ("DiceScore", DiceScore), ("MeanIoU", MeanIoU)):
    print(name, "in batches of 3, 2, 1:", [score(make(**form), guess, truth, batch) for batch in (3, 2, 1)])
    order = [2, 0, 1]
    print(name, "in another order:", score(make(**form), guess[order], truth[order], 3))
together = generalized_dice_score(guess, truth, **form)
alone = [generalized_dice_score(guess[i : i + 1], truth[i : i + 1], **form).item() for i in range(3)]
print("images together", [round(v, 3) for v in together.tolist()], "alone", [round(v, 3) for v in alone])
for metric in (GeneralizedDiceScore(per_class=True, **form), DiceScore(average="none", **form), MeanIoU(per_class=True, **form)):
    print("perfect", type(metric).__name__, score(metric, truth, truth, 3))
PYTHON
diff "$folder/seen" - <<'SEEN'
torch 2.15.0 torchmetrics 1.9.0
GeneralizedDiceScore in batches of 3, 2, 1: [[0.607], [0.792], [0.821]]
GeneralizedDiceScore in another order: [0.792]
DiceScore in batches of 3, 2, 1: [[0.757], [0.757], [0.757]]
DiceScore in another order: [0.757]
MeanIoU in batches of 3, 2, 1: [[0.644], [0.644], [0.644]]
MeanIoU in another order: [0.644]
images together [0.75, 0.07, 1.0] alone [0.75, 0.714, 1.0]
perfect GeneralizedDiceScore [1.0, 0.667, 0.333]
perfect DiceScore [1.0, 1.0, 1.0]
perfect MeanIoU [1.0, 1.0, 1.0]
SEEN
