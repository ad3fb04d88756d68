#!/usr/bin/env bash
# OpenCV multiplies the colours of an RGBA TIFF of 8 bits by its alpha, also with IMREAD_UNCHANGED; not those of the same PNG.
#
# Expected  The stored numbers, in both formats and at 16 bits: OpenCV's documentation says of IMREAD_UNCHANGED that it gives
#           "the loaded image as is (with alpha channel, otherwise it gets cropped)".
# Seen      A pixel 200 100 50 with alpha 128, saved by Pillow 13.0.0 (which marks the alpha as unassociated) and read by
#           OpenCV 4.14.0 and 5.0.0: PNG 200 100 50 128; TIFF 100 50 25 128. With alpha 0, as of a mask kept there: TIFF
#           0 0 0 0. The default, without alpha, gives 100 50 25 and 0 0 0 too. A TIFF of 16 bits is read as it is stored.
# Remedy    Read with Pillow or tifffile, or keep the mask in a file of its own.
# Ends with a status other than 0 when this is no longer so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for version in 4.14.0.94 5.0.0.93; do
  python3 -m venv "$folder/$version"
  "$folder/$version/bin/pip" install -q --disable-pip-version-check "opencv-python-headless==$version" numpy==2.2.6 \
    pillow==13.0.0 tifffile==2025.5.10
done
cd "$folder"
5.0.0.93/bin/python - <<'PYTHON'
import numpy as np
import tifffile
from PIL import Image

pixels = np.array([[[200, 100, 50, 255], [200, 100, 50, 128], [200, 100, 50, 0]]], np.uint8)
for name in ("8.png", "8.tif"):
    Image.fromarray(pixels).save(name)
    assert np.array_equal(np.asarray(Image.open(name)), pixels)
tifffile.imwrite("16.tif", pixels.astype(np.uint16), photometric="rgb", extrasamples=["unassalpha"])
assert [int(e) for e in tifffile.TiffFile("8.tif").pages[0].extrasamples] == [2]  # unassociated alpha, in TIFF's numbers
assert np.array_equal(tifffile.imread("8.tif"), pixels)
PYTHON
for version in 4.14.0.94 5.0.0.93; do
  "$version/bin/python" - <<'PYTHON'
import cv2

for name in ("8.png", "8.tif", "16.tif"):
    as_is = cv2.imread(name, cv2.IMREAD_UNCHANGED)[0, :, [2, 1, 0, 3]].T
    print("OpenCV", cv2.__version__, name, as_is.tolist())
print("default 8.png", cv2.imread("8.png")[0, :, ::-1].tolist(), "8.tif", cv2.imread("8.tif")[0, :, ::-1].tolist())
PYTHON
done | tee seen
for version in 4.14.0 5.0.0; do
  cat <<SEEN
OpenCV $version 8.png [[200, 100, 50, 255], [200, 100, 50, 128], [200, 100, 50, 0]]
OpenCV $version 8.tif [[200, 100, 50, 255], [100, 50, 25, 128], [0, 0, 0, 0]]
OpenCV $version 16.tif [[200, 100, 50, 255], [200, 100, 50, 128], [200, 100, 50, 0]]
default 8.png [[200, 100, 50], [200, 100, 50], [200, 100, 50]] 8.tif [[200, 100, 50], [100, 50, 25], [0, 0, 0]]
SEEN
done | diff seen -
