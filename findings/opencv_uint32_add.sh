#!/usr/bin/env bash
# OpenCV 5.0.0 adds a number to a uint32 array in float32: labels above 2^24 change, and 2^32 - 1 becomes 0.
#
# Expected  What adding an array of ones gives, saturated, as OpenCV's documentation of add says ("calculates the per-element
#           sum of two arrays or an array and a scalar", with saturate). uint32 arrays are new in 5.0.0.
# Seen      labels + 1 of 16777217, 3000000001 and 4294967295: 16777216, 3000000000 and 0 with the number 1; 16777218,
#           3000000002 and 4294967295 with an array of ones. subtract and absdiff are as add, and adding 0 changes the labels
#           as well; multiply and divide by the number 1 do not. int32 is exact.
# Remedy    NumPy's +, or an array in place of the number.
# Ends with a status other than 0 when this is no longer so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
"$folder/python/bin/pip" install -q --disable-pip-version-check opencv-python-headless==5.0.0.93 numpy==2.2.6
"$folder/python/bin/python" - <<'PYTHON' | tee "$folder/seen"
import cv2
import numpy as np

labels = np.array([[3, 2**24 + 1, 3000000001, 2**32 - 1]], np.uint32)
print("OpenCV", cv2.__version__, "labels", labels.tolist()[0])
for name, value in (("add", 1), ("add", 0), ("subtract", 1), ("absdiff", 1), ("multiply", 1), ("divide", 1)):
    call = getattr(cv2, name)
    number, array = call(labels, value), call(labels, np.full_like(labels, value))
    assert number.dtype == array.dtype == np.uint32
    print(name, value, "number", number.tolist()[0], "array", array.tolist()[0])
signed = labels[:, :2].astype(np.int32)
print("int32: add 1 number", cv2.add(signed, 1).tolist()[0])
PYTHON
diff "$folder/seen" - <<'SEEN'
OpenCV 5.0.0 labels [3, 16777217, 3000000001, 4294967295]
add 1 number [4, 16777216, 3000000000, 0] array [4, 16777218, 3000000002, 4294967295]
add 0 number [3, 16777216, 3000000000, 0] array [3, 16777217, 3000000001, 4294967295]
subtract 1 number [2, 16777215, 3000000000, 0] array [2, 16777216, 3000000000, 4294967294]
absdiff 1 number [2, 16777215, 3000000000, 0] array [2, 16777216, 3000000000, 4294967294]
multiply 1 number [3, 16777217, 3000000001, 4294967295] array [3, 16777217, 3000000001, 4294967295]
divide 1 number [3, 16777217, 3000000001, 4294967295] array [3, 16777217, 3000000001, 4294967295]
int32: add 1 number [4, 16777218]
SEEN
