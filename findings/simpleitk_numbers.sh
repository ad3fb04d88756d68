#!/usr/bin/env bash
# SimpleITK 2.5.7 compares an image with a number that its pixels cannot be as with another one: in uint8, == 257 and == 1.5
# find class 1, == -1 finds 255, and > 256 is true everywhere.
#
# Expected  False in every pixel, as of NumPy and of the same image in float32: a uint8 is never 257, 1.5, -1 or above 256. In
#           the docstring of Equal, which == is, the number is a "double constant".
# Seen      Of 0, 1, 3, 44 and 255: == 257 finds 1, == 300 finds 44, == -1 finds 255, == 1.5 finds 1, > 256 finds all but 0,
#           < -1 (as < 255) all but 255, >= 0.5 all (as >= 0). image * 0.5 is 0 everywhere (* 0). uint16 and int16 likewise,
#           at their own ends. No error and no warning.
# Remedy    Cast to a type that has the number, before.
# Ends with a status other than 0 when this is no longer so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
"$folder/python/bin/pip" install -q --disable-pip-version-check simpleitk==2.5.7 numpy==2.2.6
"$folder/python/bin/python" - <<'PYTHON' | tee "$folder/seen"
import operator
from importlib.metadata import version

import numpy as np
import SimpleITK as sitk

print("SimpleITK", version("simpleitk"))
assert "Equal(Image image1, double constant," in sitk.Equal.__doc__
labels = np.array([[0, 1, 3, 44, 255]], np.uint8)
image = sitk.GetImageFromArray(labels)
wide = sitk.GetImageFromArray(labels.astype(np.float32))
for name, number in (("eq", 257), ("eq", 300), ("eq", -1), ("eq", 1.5), ("gt", 256), ("lt", -1), ("ge", 0.5)):
    test = getattr(operator, name)
    found = labels[sitk.GetArrayFromImage(test(image, number)) > 0]
    right = labels[test(labels.astype(float), number)]
    assert np.array_equal(right, labels[sitk.GetArrayFromImage(test(wide, number)) > 0])
    print(name, number, "finds", found.tolist(), "in float32", right.tolist())
assert np.array_equal(sitk.GetArrayFromImage(sitk.Equal(image, 257.0)), sitk.GetArrayFromImage(image == 257))
print("* 0.5", sitk.GetArrayFromImage(image * 0.5).tolist()[0])
for dtype, label, number in ((np.uint16, 1, 65537), (np.int16, -32768, 32768)):
    other = sitk.GetImageFromArray(np.array([[label, 5]], dtype)) == number
    print(dtype.__name__, "of", [label, 5], "==", number, sitk.GetArrayFromImage(other).tolist()[0])
PYTHON
diff "$folder/seen" - <<'SEEN'
SimpleITK 2.5.7
eq 257 finds [1] in float32 []
eq 300 finds [44] in float32 []
eq -1 finds [255] in float32 []
eq 1.5 finds [1] in float32 []
gt 256 finds [1, 3, 44, 255] in float32 []
lt -1 finds [0, 1, 3, 44] in float32 []
ge 0.5 finds [0, 1, 3, 44, 255] in float32 [1, 3, 44, 255]
* 0.5 [0, 0, 0, 0, 0]
uint16 of [1, 5] == 65537 [1, 0]
int16 of [-32768, 5] == 32768 [1, 0]
SEEN
