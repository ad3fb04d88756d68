#!/usr/bin/env bash
# tinybrain 1.7.0's averages of 2x2 pixels lie in the wrong rows when an image has an odd number of columns or rows and one
# level is asked for; when two are, the same level is right.
#
# Expected  The mean of each 2x2 pixels, of what there is of them at the borders, and the same first level whatever the number
#           of levels: num_mips says in its docstring to "generate this number of mip levels at once".
# Seen      5x5 pixels of 0 to 24: the first row begins 3 and 5, as it should, the second is 20.5 22.5 24, the third one's
#           numbers; what is left of the first and the third is not always the same, in float32 and uint8. With num_mips=2 the
#           first level is 3 5 6.5, 13 15 16.5, 20.5 22.5 24. 1.6.0 does as 1.7.0. Images of 4x4 and the modes of labels
#           (downsample_segmentation) of 5x5 are right.
# Remedy    num_mips=2, of which the second is thrown away; or even sides.
# Ends with a status other than 0 when this is no longer so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
"$folder/python/bin/pip" install -q --disable-pip-version-check tinybrain==1.7.0 numpy==2.4.6
"$folder/python/bin/python" - <<'PYTHON' | tee "$folder/seen"
from importlib.metadata import version

import numpy as np
import tinybrain

print("tinybrain", version("tinybrain"))
for dtype in (np.float32, np.uint8):
    image = np.asfortranarray(np.arange(25).reshape(5, 5, 1).astype(dtype))
    (one,) = tinybrain.downsample_with_averaging(image, (2, 2, 1), num_mips=1)
    first, _ = tinybrain.downsample_with_averaging(image, (2, 2, 1), num_mips=2)
    print(dtype.__name__, "one level: row 0 begins", one[0, :2, 0].tolist(), "row 1 is", one[1, :, 0].tolist())
    print(dtype.__name__, "of two levels:", first[..., 0].tolist())
even = np.asfortranarray(np.arange(16).reshape(4, 4, 1).astype(np.float32))
print("4x4", tinybrain.downsample_with_averaging(even, (2, 2, 1))[0][..., 0].tolist())
labels = np.asfortranarray((np.arange(25).reshape(5, 5, 1) // 10 * 10).astype(np.uint8))
print("labels", tinybrain.downsample_segmentation(labels, (2, 2, 1))[0][..., 0].tolist())
PYTHON
diff "$folder/seen" - <<'SEEN'
tinybrain 1.7.0
float32 one level: row 0 begins [3.0, 5.0] row 1 is [20.5, 22.5, 24.0]
float32 of two levels: [[3.0, 5.0, 6.5], [13.0, 15.0, 16.5], [20.5, 22.5, 24.0]]
uint8 one level: row 0 begins [3, 5] row 1 is [20, 22, 24]
uint8 of two levels: [[3, 5, 6], [13, 15, 16], [20, 22, 24]]
4x4 [[2.5, 4.5], [10.5, 12.5]]
labels [[0, 0, 0], [10, 10, 10], [20, 20, 20]]
SEEN
