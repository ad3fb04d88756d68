#!/usr/bin/env bash
# The Hausdorff distance of one pair of masks is 21.93 in MONAI, medpy, surface-distance and seg-metrics; its 95th percentile,
# by which papers compare networks, is 20.41, 13.98, 19.85 and 4.39 in them.
#
# Expected  The same of all, as they name the same measure, and agree on the distance itself.
# Seen      A disk, and one that is larger and moved, with an island of 9 pixels, on 64x64 pixels. MONAI 1.6.1: the larger of
#           the two directions' percentiles, 20.41; surface-distance 0.1: the same, of lengths of the border in place of pixels,
#           19.85. medpy 0.5.2: the percentile of both directions' distances together, 13.98. seg-metrics 1.2.8: together, too,
#           but with the borders' diagonal pixels, 208 of them in place of 148: the island's 8 are 3.8 % and not 5.4 %, and the
#           result is 4.39.
# Remedy    Say which one a table has, and take one for all its rows.
# Needs     7 GB of disk while it runs: PyTorch.
# Ends with a status other than 0 when this is no longer so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
"$folder/python/bin/pip" install -q --disable-pip-version-check torch==2.15.0 monai==1.6.1 medpy==0.5.2 seg-metrics==1.2.8 \
  surface-distance==0.1 scipy==1.17.1 numpy==2.2.6
"$folder/python/bin/python" -W ignore - <<'PYTHON' | tee "$folder/seen"
from importlib.metadata import version

import medpy.metric
import numpy as np
import seg_metrics.seg_metrics
import surface_distance
import torch
from monai.metrics import compute_hausdorff_distance

row, column = np.indices((64, 64))
truth = (row - 30) ** 2 + (column - 30) ** 2 <= 12**2
guess = (row - 31) ** 2 + (column - 32) ** 2 <= 14**2
guess[5:8, 50:53] = True
tensors = [torch.tensor(mask)[None, None].float() for mask in (guess, truth)]
monai = [compute_hausdorff_distance(*tensors, True, percentile=p).item() for p in (None, 95)]
med = [medpy.metric.hd(guess, truth), medpy.metric.hd95(guess, truth)]
borders = surface_distance.compute_surface_distances(truth, guess, (1.0, 1.0))
border = [surface_distance.compute_robust_hausdorff(borders, p) for p in (100, 95)]
arrays = {"gdth_img": truth.astype(np.uint8), "pred_img": guess.astype(np.uint8)}
(seg,) = seg_metrics.seg_metrics.write_metrics(labels=[1], csv_file=None, metrics=["hd", "hd95"], **arrays)
many = {"monai": monai, "medpy": med, "surface-distance": border, "seg-metrics": (seg["hd"][0], seg["hd95"][0])}
for name, (whole, most) in many.items():
    print(name, version(name), f"distance {whole:.2f}, 95th percentile {most:.2f}")
PYTHON
diff "$folder/seen" - <<'SEEN'
monai 1.6.1 distance 21.93, 95th percentile 20.41
medpy 0.5.2 distance 21.93, 95th percentile 13.98
surface-distance 0.1 distance 21.93, 95th percentile 19.85
seg-metrics 1.2.8 distance 21.93, 95th percentile 4.39
SEEN
