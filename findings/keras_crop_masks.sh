#!/usr/bin/env bash
# Keras 3.15.1's CenterCrop and RandomCrop interpolate segmentation masks of images that are smaller than the crop: between the
# classes 0 and 4 appear 1, 2 and 3.
#
# Expected  Classes of the mask only: these layers take {"images": ..., "segmentation_masks": ...}, and Resizing, RandomZoom and
#           RandomRotation, given the same, take the nearest pixel of a mask. That such an image is resized first is documented.
# Seen      A mask of 8x20 pixels of the classes 0 and 4, crops of 12x12: CenterCrop, and RandomCrop in inference and in
#           training, give float32 with values between 0 and 4, so that 1, 2 or 3 are there in integers. Of crops of 6x6 and of
#           the other layers: 0 and 4. (On JAX 0.10.2.)
# Remedy    Resizing(height, width, crop_to_aspect_ratio=True) before the crop.
# Ends with a status other than 0 when this is no longer so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
"$folder/python/bin/pip" install -q --disable-pip-version-check keras==3.15.1 jax==0.10.2 jaxlib==0.10.2 numpy==2.2.6
cd "$folder"
HOME=$folder KERAS_BACKEND=jax python/bin/python - 2>errors <<'PYTHON' | tee seen
import jax
import keras
import numpy as np

print("Keras", keras.__version__, "JAX", jax.__version__)
mask = np.zeros((1, 8, 20, 1), np.uint8)
mask[:, :, 9:13] = 4
mask[:, 5:, 13:] = 4
layers = keras.layers
for name, layer in {
    "CenterCrop 12x12": layers.CenterCrop(12, 12),
    "RandomCrop 12x12": layers.RandomCrop(12, 12, seed=1),
    "CenterCrop 6x6": layers.CenterCrop(6, 6),
    "Resizing 12x12": layers.Resizing(12, 12, crop_to_aspect_ratio=True),
    "RandomZoom": layers.RandomZoom((-0.3, -0.3), seed=1),
    "RandomRotation": layers.RandomRotation((0.1, 0.1), seed=1),
}.items():
    for training in (False, True):
        given = {"images": np.zeros((1, 8, 20, 3), np.float32), "segmentation_masks": mask}
        found = np.asarray(layer(given, training=training)["segmentation_masks"])
        classes = "0 and 4" if set(found.astype(int).ravel().tolist()) == {0, 4} else "others, too"
        print(name, "in training" if training else "in inference", found.dtype, classes)
PYTHON
diff seen - <<'SEEN'
Keras 3.15.1 JAX 0.10.2
CenterCrop 12x12 in inference float32 others, too
CenterCrop 12x12 in training float32 others, too
RandomCrop 12x12 in inference float32 others, too
RandomCrop 12x12 in training float32 others, too
CenterCrop 6x6 in inference float32 0 and 4
CenterCrop 6x6 in training float32 0 and 4
Resizing 12x12 in inference uint8 0 and 4
Resizing 12x12 in training uint8 0 and 4
RandomZoom in inference uint8 0 and 4
RandomZoom in training uint8 0 and 4
RandomRotation in inference uint8 0 and 4
RandomRotation in training uint8 0 and 4
SEEN
