#!/usr/bin/env bash
# OpenCV's INTER_NEAREST_EXACT reads other pixels in 4.14.0 than in 5.0.0; in 4.14.0 they are not Pillow's.
#
# Expected  The same pixels in all versions ("bit exact"), and those of Pillow, as OpenCV's documentation says of this flag
#           ("will produce same results as the nearest neighbor method in PIL, scikit-image or Matlab").
# Seen      From 128 rows to 480, (i + 1/2) 128 / 480 is an integer in 32 rows. Pillow 13.0.0 and OpenCV 5.0.0 take the pixel
#           before it in 28 of them and the pixel after it in 4; OpenCV 4.14.0 takes the pixel before it in all 32.
# Ends with a status other than 0 when this is no longer so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/pillow"
"$folder/pillow/bin/pip" install -q --disable-pip-version-check pillow==13.0.0 numpy==2.2.6
for version in 4.14.0.94 5.0.0.93; do
  python3 -m venv "$folder/$version"
  "$folder/$version/bin/pip" install -q --disable-pip-version-check "opencv-python-headless==$version" numpy==2.2.6
done
cat >"$folder/rows.py" <<'PYTHON'
import sys

import numpy as np

column = np.arange(128, dtype=np.uint8)[:, None]
if sys.argv[1] == "pillow":
    import PIL
    from PIL import Image

    what, rows = "Pillow " + PIL.__version__, np.asarray(Image.fromarray(column).resize((1, 480), Image.NEAREST))
else:
    import cv2

    what, rows = "OpenCV " + cv2.__version__, cv2.resize(column, (1, 480), interpolation=cv2.INTER_NEAREST_EXACT)
i = np.arange(480)
pixel = (2 * i + 1) * 128 // 960
tie = (2 * i + 1) * 128 % 960 == 0
before = rows.ravel() == pixel - 1
assert (before | (rows.ravel() == pixel)).all() and not before[~tie].any()
print(f"{what}: the pixel before in {before.sum()} of {tie.sum()} rows")
PYTHON
{
  "$folder/pillow/bin/python" "$folder/rows.py" pillow
  "$folder/4.14.0.94/bin/python" "$folder/rows.py" opencv
  "$folder/5.0.0.93/bin/python" "$folder/rows.py" opencv
} | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
Pillow 13.0.0: the pixel before in 28 of 32 rows
OpenCV 4.14.0: the pixel before in 32 of 32 rows
OpenCV 5.0.0: the pixel before in 28 of 32 rows
SEEN
