#!/usr/bin/env bash
# OpenCV 5.0.0 takes NumPy's bool masks, and its bitwise_not of one is true in every pixel.
#
# Expected  The opposite mask, as numpy.bitwise_not gives and as the documentation of OpenCV's bitwise_not says ("inverts every
#           bit of an array"; 5.0.0 has an element type for bool, of which a NumPy bool has one bit); or an error, as in 4.14.0.
# Seen      4.14.0: an error, "src data type = bool is not supported". 5.0.0: an array of dtype bool whose bytes are 255 and
#           254, so it is true in the object too: 20 of 20 pixels, 14 expected. Its ~ is then false everywhere. Of and, or and
#           xor the result is right.
# Remedy    ~mask in NumPy.
# Ends with a status other than 0 when this is no longer so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for version in 4.14.0.94 5.0.0.93; do
  python3 -m venv "$folder/$version"
  "$folder/$version/bin/pip" install -q --disable-pip-version-check "opencv-python-headless==$version" numpy==2.2.6
  "$folder/$version/bin/python" - <<'PYTHON'
import cv2
import numpy as np

mask = np.zeros((4, 5), bool)
mask[1:3, 1:4] = True
other = np.eye(4, 5, dtype=bool)
try:
    opposite = cv2.bitwise_not(mask)
except cv2.error as error:
    assert "src data type = bool is not supported" in str(error), error
    seen = "refused"
else:
    assert opposite.dtype == bool
    stored = np.unique(opposite.view(np.uint8)).tolist()
    seen = f"true in {np.count_nonzero(opposite)}, its ~ in {np.count_nonzero(~opposite)} of 20 pixels, bytes {stored}"
    for name in ("bitwise_and", "bitwise_or", "bitwise_xor"):
        assert np.array_equal(getattr(cv2, name)(mask, other), getattr(np, name)(mask, other)), name
print(f"OpenCV {cv2.__version__}: {seen}; NumPy {np.__version__}: true in {np.count_nonzero(np.bitwise_not(mask))}")
PYTHON
done | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
OpenCV 4.14.0: refused; NumPy 2.2.6: true in 14
OpenCV 5.0.0: true in 20, its ~ in 0 of 20 pixels, bytes [254, 255]; NumPy 2.2.6: true in 14
SEEN
