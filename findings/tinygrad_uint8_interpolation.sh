#!/usr/bin/env bash
# tinygrad 0.14.0 enlarges images of uint8 linearly to other colours where neighbours differ by more than 127: between 1 and
# 200 lie 243 and 214.
#
# Expected  51 and 150, the linear interpolation's 50.75 and 150.25 in whole numbers, as float images have them: Tensor.lerp
#           "linearly interpolates", and interpolate, which is made of it, takes uint8 and gives uint8.
# Seen      1 200 to four pixels: 1 243 214 200 in uint8, 1 50.75 150.25 200 in float32. Neighbours of 0 and 127 are right in
#           uint8, those of 0 and 128 are not: the difference is kept in 8 bits with a sign.
# Remedy    cast to float before interpolate.
# Needs     clang, with which tinygrad compiles for the CPU.
# Ends with a status other than 0 when this is no longer so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
"$folder/python/bin/pip" install -q --disable-pip-version-check tinygrad==0.14.0 numpy==2.2.6
DEV=CPU "$folder/python/bin/python" - <<'PYTHON' | tee "$folder/seen"
from importlib.metadata import version

import numpy as np
from tinygrad import Tensor, dtypes

print("tinygrad", version("tinygrad"))
for pair in ((1, 200), (200, 1), (0, 127), (0, 128)):
    image = Tensor(np.array(pair, np.uint8).reshape(1, 1, 1, 2))
    whole = image.interpolate((1, 4), mode="linear")
    assert whole.dtype == dtypes.uint8
    exact = image.cast(dtypes.float32).interpolate((1, 4), mode="linear")
    print(pair, "uint8", whole.numpy().ravel().tolist(), "float32", exact.numpy().ravel().tolist())
PYTHON
diff "$folder/seen" - <<'SEEN'
tinygrad 0.14.0
(1, 200) uint8 [1, 243, 214, 200] float32 [1.0, 50.75, 150.25, 200.0]
(200, 1) uint8 [200, 214, 243, 1] float32 [200.0, 150.25, 50.75, 1.0]
(0, 127) uint8 [0, 32, 95, 127] float32 [0.0, 31.75, 95.25, 127.0]
(0, 128) uint8 [0, 224, 160, 128] float32 [0.0, 32.0, 96.0, 128.0]
SEEN
