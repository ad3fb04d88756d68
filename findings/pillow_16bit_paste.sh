#!/usr/bin/env bash
# Pillow 13.0.0 pastes the number 300 into an image of 16 bits as 11308, and through a mask of mode "1" at other pixels too.
#
# Expected  300 in the box, or in the box where the mask is set, as in modes I and F and as ImageDraw and Image.new give in 16
#           bits: Pillow's documentation of Image.paste says that the source can be "an integer or tuple containing pixel
#           values".
# Seen      Mode I;16, rows of 6 pixels, a box from 1 to 5: 11308 = 0x2c2c in the box (the low byte of 300 = 0x012c, twice).
#           Through a mask of mode "1" that is all set: 11264 11308 44 0 0 0, as if a pixel were a byte: changed before the box
#           and not in its second half. Through the same mask in mode "L", and in mode I: right. 1 becomes 257 likewise.
# Remedy    Paste through a mask of mode "L", or write into the NumPy array.
# Ends with a status other than 0 when this is no longer so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
"$folder/python/bin/pip" install -q --disable-pip-version-check pillow==13.0.0 numpy==2.2.6
"$folder/python/bin/python" - <<'PYTHON' | tee "$folder/seen"
import numpy as np
import PIL
from PIL import Image, ImageDraw

box, size = (1, 0, 5, 2), (4, 2)
print("Pillow", PIL.__version__)
for mode, label in (("I;16", 300), ("I;16", 1), ("I", 300)):
    for mask in (None, Image.new("1", size, 1), Image.new("L", size, 255)):
        image = Image.new(mode, (6, 2))
        image.paste(label, box, mask)
        row = np.asarray(image)
        assert np.array_equal(row[0], row[1])
        print(mode, label, "mask", mask and mask.mode, row[0].tolist())
image = Image.new("I;16", (6, 2))
ImageDraw.Draw(image).rectangle((1, 0, 4, 1), fill=300)
print("ImageDraw", np.asarray(image)[0].tolist())
PYTHON
diff "$folder/seen" - <<'SEEN'
Pillow 13.0.0
I;16 300 mask None [0, 11308, 11308, 11308, 11308, 0]
I;16 300 mask 1 [11264, 11308, 44, 0, 0, 0]
I;16 300 mask L [0, 300, 300, 300, 300, 0]
I;16 1 mask None [0, 257, 257, 257, 257, 0]
I;16 1 mask 1 [256, 257, 1, 0, 0, 0]
I;16 1 mask L [0, 1, 1, 1, 1, 0]
I 300 mask None [0, 300, 300, 300, 300, 0]
I 300 mask 1 [0, 300, 300, 300, 300, 0]
I 300 mask L [0, 300, 300, 300, 300, 0]
ImageDraw [0, 300, 300, 300, 300, 0]
SEEN
