#!/usr/bin/env bash
# miseval 1.3.0's "HD" is not the Hausdorff distance of two masks: it takes the rows of the arrays for points. Its "AHD", the
# average one, is the Hausdorff distance.
#
# Expected  "HD": the largest distance from a pixel of one mask to the other, as scipy, SimpleITK and medpy give it, and as its
#           page names "HausdorffDistance" for HD; "AHD": an average, smaller than it.
# Seen      Two squares of 4x4 pixels in 64x64, 40 columns apart: HD 2, AHD 40, scipy 40. 10 columns apart: HD 2 again, AHD 10.
#           40 rows apart: HD 0, as of equal masks, AHD 40. HD is a distance between vectors of 64 zeros and ones.
# Remedy    SimpleITK, scipy's directed_hausdorff of numpy.argwhere, or medpy.
# Ends with a status other than 0 when this is no longer so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
"$folder/python/bin/pip" install -q --disable-pip-version-check miseval==1.3.0 hausdorff==0.2.6 scipy==1.17.1 numpy==2.2.6
"$folder/python/bin/python" -W ignore - <<'PYTHON' | tee "$folder/seen"
from importlib.metadata import version

import miseval
import numpy as np
from scipy.spatial.distance import directed_hausdorff

print("miseval", version("miseval"), "hausdorff", version("hausdorff"))
assert miseval.metric_dict["HD"] is miseval.metric_dict["HausdorffDistance"]
assert miseval.metric_dict["AHD"] is miseval.metric_dict["AverageHausdorffDistance"]
first = np.zeros((64, 64), int)
first[4:8, 4:8] = 1
for rows, columns in ((0, 0), (0, 10), (0, 40), (40, 0)):
    second = np.roll(first, (rows, columns), (0, 1))
    points = np.argwhere(first), np.argwhere(second)
    known = max(directed_hausdorff(*points)[0], directed_hausdorff(*points[::-1])[0])
    found = [round(float(miseval.evaluate(first, second, metric=name)), 3) for name in ("HD", "AHD")]
    print(f"{rows} rows and {columns} columns apart: HD {found[0]}, AHD {found[1]}, scipy {known}")
PYTHON
diff "$folder/seen" - <<'SEEN'
miseval 1.3.0 hausdorff 0.2.6
0 rows and 0 columns apart: HD 0.0, AHD 0.0, scipy 0.0
0 rows and 10 columns apart: HD 2.0, AHD 10.0, scipy 10.0
0 rows and 40 columns apart: HD 2.0, AHD 40.0, scipy 40.0
40 rows and 0 columns apart: HD 0.0, AHD 40.0, scipy 40.0
SEEN
