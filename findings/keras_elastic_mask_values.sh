#!/usr/bin/env bash
# Keras 3.15.1's RandomElasticTransform, for images in [0, 1], makes class 1 of every higher class of their masks.
#
# Expected  The mask's own classes: value_range is of the images, and the layers RandomColorJitter, RandomGaussianBlur and
#           RandomErasing, which have one, leave masks as they are.
# Seen      A mask of the classes 0, 1 and 7 has 0 and 1 when it comes back, in training with value_range=(0, 1) and images in
#           it: masks are clipped to the images' range, too. With (0, 255) it keeps its classes.
# Remedy    Images in [0, 255] and value_range=(0, 255), if the mask and its image are moved alike at all
#           (keras_elastic_mask_places.sh).
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
layers = keras.layers
mask = np.zeros((2, 64, 64, 1), np.float32)
mask[:, 10:40, 8:30] = 1
mask[:, 20:60, 35:50] = 7
for name, layer in {
    "RandomElasticTransform": layers.RandomElasticTransform((1.0, 1.0), value_range=(0, 1), seed=1),
    "RandomElasticTransform (0, 255)": layers.RandomElasticTransform((1.0, 1.0), value_range=(0, 255), seed=1),
    "RandomColorJitter": layers.RandomColorJitter(value_range=(0, 1), brightness_factor=0.2, seed=1),
    "RandomGaussianBlur": layers.RandomGaussianBlur(1.0, value_range=(0, 1), seed=1),
    "RandomErasing": layers.RandomErasing(1.0, value_range=(0, 1), seed=1),
}.items():
    given = {"images": np.full((2, 64, 64, 3), 0.5, np.float32), "segmentation_masks": mask}
    found = np.asarray(layer(given, training=True)["segmentation_masks"])
    print(name, np.unique(found).astype(int).tolist())
PYTHON
diff seen - <<'SEEN'
Keras 3.15.1 JAX 0.10.2
RandomElasticTransform [0, 1]
RandomElasticTransform (0, 255) [0, 1, 7]
RandomColorJitter [0, 1, 7]
RandomGaussianBlur [0, 1, 7]
RandomErasing [0, 1, 7]
SEEN
