#!/usr/bin/env bash
# Pillow 13.0.0 saves a palette mask as PNG with as few bits as the palette has colours, not as the pixels need: void (255)
# becomes a class.
#
# Expected  The pixels of the image back, as from TIFF, BMP and TGA: Pillow's documentation of saving PNG says of its option
#           "bits" for images of mode P that, without it, the writer uses 8 bits (256 colors). Or an error, as PNG allows no
#           pixel beyond the palette.
# Seen      A mask of 0, 1, 2, 20 and 255 with a palette of 2 colours comes back as 0 and 1 only; of 3 colours, as 0 1 2 3; of
#           5, as 0 1 2 4 15; of 17, as it is. What is too large is cut to 1, 2 or 4 bits, or runs into its neighbours: no
#           error, no warning, and the same with bits=8.
# Remedy    A palette of 256 colours.
# Ends with a status other than 0 when this is no longer so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
"$folder/python/bin/pip" install -q --disable-pip-version-check pillow==13.0.0 numpy==2.2.6
"$folder/python/bin/python" - <<'PYTHON' | tee "$folder/seen"
import io

import numpy as np
import PIL
from PIL import Image

mask = np.zeros((8, 8), np.uint8)
mask[1], mask[2], mask[3], mask[4] = 1, 2, 20, 255


def values(image, file_format, **options):
    file = io.BytesIO()
    image.save(file, file_format, **options)
    back = np.asarray(Image.open(file))
    return "same" if np.array_equal(back, mask) else np.unique(back).tolist()


print("Pillow", PIL.__version__)
for colours in (2, 3, 5, 17):
    image = Image.fromarray(mask)
    image.putpalette([channel for colour in range(colours) for channel in (colour * 9, 40, 200)])
    assert image.mode == "P" and np.array_equal(np.asarray(image), mask)
    others = [values(image, file_format) for file_format in ("TIFF", "BMP", "TGA")]
    print(colours, "colours: PNG", values(image, "PNG"), "with bits=8", values(image, "PNG", bits=8), "others", *others)
PYTHON
diff "$folder/seen" - <<'SEEN'
Pillow 13.0.0
2 colours: PNG [0, 1] with bits=8 [0, 1] others same same same
3 colours: PNG [0, 1, 2, 3] with bits=8 [0, 1, 2, 3] others same same same
5 colours: PNG [0, 1, 2, 4, 15] with bits=8 [0, 1, 2, 4, 15] others same same same
17 colours: PNG same with bits=8 same others same same same
SEEN
