#!/usr/bin/env bash
# imagecodecs 2026.3.6 writes masks of uint32 as JPEG 2000, losslessly, with background that comes back as class 1: of a mask
# of 0 and 1 nothing but 1 is left.
#
# Expected  The labels, as of uint8, uint16 and int32, or an error, as of int64. The function takes uint32, reversible=True is
#           the lossless transform, and the labels fit into 26 bits, of which its docstring has a note ("(u)int32 must contain
#           <= 26-bits data ?").
# Seen      Squares of 0 and 1, of 0 to 5, and of 0, 7 and 300 (16x16 pixels each): all other labels are right inside the
#           squares, 0 is 1; at the borders of 0 with larger steps are 33554432 and more, too. No error and no warning. uint8,
#           uint16 and int32 come back as they were. tifffile 2026.3.3 with compression="jpeg2000" gives the same. High
#           throughput JPEG 2000 (htj2k) of the same package keeps all 32 bits.
# Remedy    int32, or another codec for labels of 32 bits.
# Ends with a status other than 0 when this is no longer so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
"$folder/python/bin/pip" install -q --disable-pip-version-check imagecodecs==2026.3.6 tifffile==2026.3.3 numpy==2.2.6
cd "$folder"
python/bin/python - <<'PYTHON' | tee seen
import imagecodecs
import numpy as np
import tifffile

print("imagecodecs", imagecodecs.__version__, "with", imagecodecs.jpeg2k_version())
try:
    imagecodecs.jpeg2k_encode(np.zeros((16, 16), np.int64))
    print("int64 written")
except imagecodecs.Jpeg2kError:
    print("int64 an error")
for labels in ([0, 1], [0, 1, 2, 3, 4, 5], [0, 7, 300]):
    for dtype in (np.uint16, np.int32, np.uint32):
        mask = np.kron(np.array([labels], dtype), np.ones((16, 16), dtype))
        back = imagecodecs.jpeg2k_decode(imagecodecs.jpeg2k_encode(mask, reversible=True))
        assert back.dtype == mask.dtype and back.shape == mask.shape
        print(labels, dtype.__name__, "read", np.unique(back).tolist())
    assert np.array_equal(imagecodecs.htj2k_decode(imagecodecs.htj2k_encode(mask)), mask)
    tifffile.imwrite("mask.tif", mask, compression="jpeg2000", compressionargs={"reversible": True})
    print("in TIFF", tifffile.imread("mask.tif")[0, 8::16].tolist())
PYTHON
diff seen - <<'SEEN'
imagecodecs 2026.3.6 with openjpeg 2.5.4
int64 an error
[0, 1] uint16 read [0, 1]
[0, 1] int32 read [0, 1]
[0, 1] uint32 read [1]
in TIFF [1, 1]
[0, 1, 2, 3, 4, 5] uint16 read [0, 1, 2, 3, 4, 5]
[0, 1, 2, 3, 4, 5] int32 read [0, 1, 2, 3, 4, 5]
[0, 1, 2, 3, 4, 5] uint32 read [1, 2, 3, 4, 5]
in TIFF [1, 1, 2, 3, 4, 5]
[0, 7, 300] uint16 read [0, 7, 300]
[0, 7, 300] int32 read [0, 7, 300]
[0, 7, 300] uint32 read [1, 7, 300, 33554432, 33554439, 67108863]
in TIFF [1, 7, 300]
SEEN
