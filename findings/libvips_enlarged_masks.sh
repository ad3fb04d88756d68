#!/usr/bin/env bash
# libvips 8.18.7 moves an image that it enlarges by half a pixel of the result to the right and down, the mask that it enlarges
# by the nearest pixel not.
#
# Expected  Image and mask on each other, and the mirror image of what the mirror image gives: the documentation of vips_resize
#           says of enlarging that a displacement is added "to get centre convention scaling".
# Seen      One pixel of 200 in the middle of 9x9, enlarged to 18x18 and 27x27 by pyvips 3.2.0: its centre stays in the middle
#           with the kernel nearest and lies 0.5 pixels beside it with linear, cubic, mitchell and lanczos3. Reduced to 3x3 it
#           stays with all. Pillow 13.0.0's bilinear and bicubic stay, so that a mask which is enlarged elsewhere does not fit
#           either. It is the position that is moved, not the colours at the border: mirrored before and after, it moves left.
# Remedy    affine with idx and idy of (1 - 1 / scale) / 2 and extend="copy", as below; or another library for enlarging.
# Ends with a status other than 0 when this is no longer so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
"$folder/python/bin/pip" install -q --disable-pip-version-check pyvips==3.2.0 pyvips-binary==8.18.7 pillow==13.0.0 numpy==2.2.6
"$folder/python/bin/python" - <<'PYTHON' | tee "$folder/seen"
import numpy as np
import PIL.Image
import pyvips

print("libvips", ".".join(str(pyvips.version(i)) for i in range(3)))
image = np.zeros((9, 9), np.uint8)
image[4, 4] = 200


def moved(result):
    """How far the centre of what is bright lies right of the middle."""
    columns = result.astype(float).sum(0)
    return round(float(columns @ (np.arange(columns.size) + 0.5) / columns.sum() - columns.size / 2), 3)


for kernel in ("nearest", "linear", "cubic", "mitchell", "lanczos3"):
    vips = pyvips.Image.new_from_array(image)
    results = [vips.resize(scale, kernel=kernel).numpy() for scale in (2, 3, 1 / 3)]
    scaled = [moved(result) for result in results]
    assert scaled == [moved(result.T) for result in results]  # down as far as right
    mirrored = moved(vips.fliphor().resize(2, kernel=kernel).fliphor().numpy())
    print(kernel, "enlarged 2 and 3 times", scaled[:2], "reduced", scaled[2], "mirrored", mirrored)
for scale in (2, 3):
    shift = (1 - 1 / scale) / 2
    options = {"interpolate": pyvips.Interpolate.new("bilinear"), "extend": "copy"}
    vips = pyvips.Image.new_from_array(image).affine([scale, 0, 0, scale], idx=shift, idy=shift, **options)
    print("affine", scale, moved(vips.numpy()))
for name in ("BILINEAR", "BICUBIC"):
    pillow = PIL.Image.fromarray(image).resize((18, 18), PIL.Image.Resampling[name])
    print("Pillow", PIL.__version__, name, moved(np.asarray(pillow)))
PYTHON
diff "$folder/seen" - <<'SEEN'
libvips 8.18.7
nearest enlarged 2 and 3 times [0.0, 0.0] reduced 0.0 mirrored 0.0
linear enlarged 2 and 3 times [0.5, 0.5] reduced 0.0 mirrored -0.5
cubic enlarged 2 and 3 times [0.5, 0.5] reduced 0.0 mirrored -0.5
mitchell enlarged 2 and 3 times [0.5, 0.5] reduced 0.0 mirrored -0.5
lanczos3 enlarged 2 and 3 times [0.5, 0.5] reduced 0.0 mirrored -0.5
affine 2 0.0
affine 3 0.0
Pillow 13.0.0 BILINEAR 0.0
Pillow 13.0.0 BICUBIC 0.0
SEEN
