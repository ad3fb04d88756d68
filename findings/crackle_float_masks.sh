#!/usr/bin/env bash
# crackle-codec 0.55.0, a codec of labels, takes masks of floats for the bits that they are: 1.0 comes back as 1065353216.
#
# Expected  The labels, which are whole numbers, or an error, as of all signed integers ("Signed integer data types are not
#           currently supported."): its page says that "the algorithm accepts both signed and unsigned integer labels", and
#           speaks of no others.
# Seen      0, 1 and 2: as they are from uint8 to uint64; from float32 in uint32 as 0, 1065353216 and 1073741824, from float64
#           in uint64. No error and no warning.
# Remedy    astype(numpy.uint32) before compress.
# Ends with a status other than 0 when this is no longer so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
"$folder/python/bin/pip" install -q --disable-pip-version-check crackle-codec==0.55.0 numpy==2.4.6
"$folder/python/bin/python" - <<'PYTHON' | tee "$folder/seen"
from importlib.metadata import version

import crackle
import numpy as np

print("crackle-codec", version("crackle-codec"))
for dtype in (np.uint8, np.uint32, np.uint64, np.int32, np.float32, np.float64):
    mask = np.asfortranarray(np.array([0, 1, 2]).reshape(3, 1, 1).astype(dtype))
    try:
        back = crackle.decompress(crackle.compress(mask))
        print(dtype.__name__, "read", back.dtype, back.ravel().tolist())
    except TypeError as error:
        print(dtype.__name__, error)
PYTHON
diff "$folder/seen" - <<'SEEN'
crackle-codec 0.55.0
uint8 read uint8 [0, 1, 2]
uint32 read uint32 [0, 1, 2]
uint64 read uint64 [0, 1, 2]
int32 Signed integer data types are not currently supported.
float32 read uint32 [0, 1065353216, 1073741824]
float64 read uint64 [0, 4607182418800017408, 4611686018427387904]
SEEN
