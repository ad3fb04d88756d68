#!/usr/bin/env bash
# MONAI 1.6.1's Compose(..., lazy=True) interpolates label maps that every transform is told to take the nearest pixel of.
#
# Expected  The classes of the map, as without lazy: all are told mode="nearest", and lazy is said to change when is resampled.
# Seen      A label map of the classes 0, 1 and 7 (64x64) keeps them without lazy. With it Rotated, Zoomd, Affined, Spacingd
#           and, behind a crop, Resized give float32 between 0 and 7, so that other classes are there in integers: the mode is
#           not handed on. Flips and crops keep the classes. (Issue 6850 there has reported it since 2023.)
# Remedy    Compose(..., lazy=True, overrides={"label": {"mode": "nearest"}}).
# Needs     7 GB of disk while it runs: PyTorch.
# Ends with a status other than 0 when this is no longer so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
"$folder/python/bin/pip" install -q --disable-pip-version-check torch==2.15.0 monai==1.6.1 numpy==2.4.6
cd "$folder"
python/bin/python - 2>errors <<'PYTHON' | tee seen
import monai
import numpy as np
import torch
from monai import transforms

print("MONAI", monai.__version__)
mask = np.zeros((1, 64, 64), np.float32)
mask[:, 10:40, 8:30] = 1
mask[:, 20:60, 35:50] = 7
mode = {"keys": ["label"], "mode": "nearest"}
crop = transforms.CenterSpatialCropd(["label"], roi_size=(40, 40))
resize = transforms.Resized(spatial_size=(64, 64), **mode)
for name, steps in {
    "Rotated": [transforms.Rotated(angle=0.4, **mode)],
    "Zoomd": [transforms.Zoomd(zoom=1.3, **mode)],
    "Affined": [transforms.Affined(rotate_params=0.3, **mode)],
    "Spacingd": [transforms.Spacingd(pixdim=(1.5, 1.2), **mode)],
    "crop, Resized": [crop, resize],
    "Flipd, crop": [transforms.Flipd(["label"], 0), crop],
}.items():
    for how in ({}, {"lazy": True}, {"lazy": True, "overrides": {"label": {"mode": "nearest"}}}):
        found = np.asarray(transforms.Compose(steps, **how)({"label": torch.tensor(mask)})["label"])
        print(name, *how, np.unique(found.astype(int)).tolist())
PYTHON
diff seen - <<'SEEN'
MONAI 1.6.1
Rotated [0, 1, 7]
Rotated lazy [0, 1, 2, 3, 4, 5, 6, 7]
Rotated lazy overrides [0, 1, 7]
Zoomd [0, 1, 7]
Zoomd lazy [0, 1, 3, 4, 5, 6, 7]
Zoomd lazy overrides [0, 1, 7]
Affined [0, 1, 7]
Affined lazy [0, 1, 2, 3, 4, 5, 6, 7]
Affined lazy overrides [0, 1, 7]
Spacingd [0, 1, 7]
Spacingd lazy [0, 1, 2, 3, 5, 7]
Spacingd lazy overrides [0, 1, 7]
crop, Resized [0, 1, 7]
crop, Resized lazy [0, 1, 2, 4, 6, 7]
crop, Resized lazy overrides [0, 1, 7]
Flipd, crop [0, 1, 7]
Flipd, crop lazy [0, 1, 7]
Flipd, crop lazy overrides [0, 1, 7]
SEEN
