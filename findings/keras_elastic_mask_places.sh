#!/usr/bin/env bash
# Keras 3.15.1's RandomElasticTransform deforms an image and its segmentation mask differently.
#
# Expected  One deformation for both: the layer takes {"images": ..., "segmentation_masks": ...}, as RandomRotation,
#           RandomZoom, RandomShear and RandomPerspective do, which keep them together.
# Seen      The mask given as the image, too, and the nearest pixel taken of both (float32, 2 of 64x64): the other layers
#           return the same twice. RandomElasticTransform returns two, with 9 to 12 % of the pixels in another class, in each
#           of four calls: each takes its displacements from the layer's generator, which has moved on meanwhile. (On JAX
#           0.10.2; on TensorFlow 2.21 as well.)
# Remedy    keras.ops.image.elastic_transform with one whole number as seed, for the image and for the mask.
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
mask = np.zeros((2, 64, 64, 1), np.float32)
mask[:, 10:40, 8:30] = 1
mask[:, 20:60, 35:50] = 2
nearest = {"interpolation": "nearest", "seed": 1}


def differing(transform):
    """Shares of the pixels that differ in four calls."""
    shares = []
    for _ in range(4):
        image, other = transform()
        shares.append((np.asarray(image) != np.asarray(other)).mean())
    print("      ", [f"{share:.1%}" for share in shares])
    return shares


for name, layer in {
    "RandomElasticTransform": keras.layers.RandomElasticTransform((1.0, 1.0), scale=(1.0, 1.0), **nearest),
    "RandomRotation": keras.layers.RandomRotation(0.2, **nearest),
    "RandomZoom": keras.layers.RandomZoom(0.3, **nearest),
    "RandomShear": keras.layers.RandomShear(0.3, 0.3, **nearest),
    "RandomPerspective": keras.layers.RandomPerspective(1.0, 0.3, **nearest),
}.items():
    given = {"images": mask, "segmentation_masks": mask}
    shares = differing(lambda: layer(given, training=True).values())
    print(name, "gives another mask in each call" if min(shares) > 0 else "keeps image and mask together")

seeds = iter(range(4, 99))


def by_hand():
    how = {"alpha": 10.0, "sigma": 2.0, "interpolation": "nearest", "seed": next(seeds)}
    moved = [keras.ops.image.elastic_transform(mask, **how) for _ in range(2)]
    assert (np.asarray(moved[0]) != mask).any()
    return moved


print("elastic_transform with one seed", "differs" if max(differing(by_hand)) > 0 else "keeps image and mask together")
PYTHON
grep -v "^ " seen | diff - /dev/stdin <<'SEEN'
Keras 3.15.1 JAX 0.10.2
RandomElasticTransform gives another mask in each call
RandomRotation keeps image and mask together
RandomZoom keeps image and mask together
RandomShear keeps image and mask together
RandomPerspective keeps image and mask together
elastic_transform with one seed keeps image and mask together
SEEN
