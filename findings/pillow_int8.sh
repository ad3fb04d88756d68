#!/usr/bin/env bash
# Pillow 13.0.0 takes NumPy's int8 as unsigned: the -1 of ignored pixels becomes 255, in an image of mode I, which has a sign.
#
# Expected  -1, as from int16 and int32, which become the same mode I ("32-bit signed integer pixels" in Pillow's documentation
#           of modes), or an error, as from int64. The documentation of fromarray names no dtype that changes its values.
# Seen      fromarray of -128 -1 0 1 127 in int8: mode I, 128 255 0 1 127; in int16 and int32: mode I, as they are. The int8
#           TIFF that tifffile writes (its tag says signed integers): opened as mode L, 128 255 0 1 127; int16: as it is.
# Remedy    astype(numpy.int16) before fromarray; tifffile for such files.
# Ends with a status other than 0 when this is no longer so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
"$folder/python/bin/pip" install -q --disable-pip-version-check pillow==13.0.0 numpy==2.2.6 tifffile==2025.5.10
cd "$folder"
python/bin/python - <<'PYTHON' | tee seen
import numpy as np
import PIL
import tifffile
from PIL import Image

print("Pillow", PIL.__version__)
for dtype in (np.int8, np.int16, np.int32):
    labels = np.array([[-128, -1, 0, 1, 127]], dtype)
    image = Image.fromarray(labels)
    print(dtype.__name__, "array: mode", image.mode, np.asarray(image).tolist()[0])
    if dtype != np.int32:
        tifffile.imwrite("labels.tif", labels)
        assert tifffile.TiffFile("labels.tif").pages[0].sampleformat == 2  # signed integers, in TIFF's numbers
        assert np.array_equal(tifffile.imread("labels.tif"), labels)
        image = Image.open("labels.tif")
        print(dtype.__name__, "TIFF: mode", image.mode, np.asarray(image).tolist()[0])
PYTHON
diff seen - <<'SEEN'
Pillow 13.0.0
int8 array: mode I [128, 255, 0, 1, 127]
int8 TIFF: mode L [128, 255, 0, 1, 127]
int16 array: mode I [-128, -1, 0, 1, 127]
int16 TIFF: mode I [-128, -1, 0, 1, 127]
int32 array: mode I [-128, -1, 0, 1, 127]
SEEN
