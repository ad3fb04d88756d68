#!/usr/bin/env bash
# scipy 1.17.1's distance_transform_edt of a mask without background gives the distances to a pixel outside of it, above its
# first; edt, OpenCV and SimpleITK give infinity, 3.4e38, 1.8e19 and 10 to 14.
#
# Expected  Infinity or an error, of all: there is no background to be distant from. scipy's documentation tells of the distance
#           to the closest background point, and nothing of there being none.
# Seen      A patch of 4x5 pixels that is all object: scipy 1 at its first pixel, 1.41 right of it, 2 below it, 5.66 in the
#           opposite corner: a plausible map, and not symmetric; return_indices names row -1, column 0. Its
#           distance_transform_cdt gives -1, distance_transform_bf 1.3e154. edt 3.1.2: infinity. OpenCV 5.0.0: 3.4e38 with mask
#           size 5, 1.8e19 with the precise one. SimpleITK 2.5.7: 1.8e19 from SignedMaurerDistanceMap, and 10 to 14.1, which no
#           two of these pixels are apart, from DanielssonDistanceMap of a mask without object. The border weights of U-Nets,
#           boundary losses and surface distances are made of these maps, and crops without background are common.
# Remedy    Ask for both classes first: mask.any() and not mask.all().
# Ends with a status other than 0 when this is no longer so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
"$folder/python/bin/pip" install -q --disable-pip-version-check scipy==1.17.1 edt==3.1.2 opencv-python-headless==5.0.0.93 \
  SimpleITK==2.5.7 numpy==2.2.6
cd "$folder"
python/bin/python - <<'PYTHON' | tee seen
import cv2
import edt
import numpy as np
import scipy
import SimpleITK
from scipy import ndimage

mask = np.ones((4, 5), np.uint8)
print("scipy", scipy.__version__, "OpenCV", cv2.__version__, "SimpleITK", SimpleITK.Version.VersionString())
print("distance_transform_edt", ndimage.distance_transform_edt(mask).round(2).tolist())
print("nearest", np.unique(ndimage.distance_transform_edt(mask, return_distances=False, return_indices=True)).tolist())


def itk(array, call, **settings):
    image = SimpleITK.GetImageFromArray(array)
    return SimpleITK.GetArrayFromImage(call(image, **settings))


many = {
    "distance_transform_cdt": ndimage.distance_transform_cdt(mask),
    "distance_transform_bf": ndimage.distance_transform_bf(mask),
    "edt": edt.edt(mask),
    "OpenCV, size 5": cv2.distanceTransform(mask, cv2.DIST_L2, cv2.DIST_MASK_5),
    "OpenCV, precise": cv2.distanceTransform(mask, cv2.DIST_L2, cv2.DIST_MASK_PRECISE),
    "SignedMaurerDistanceMap": abs(itk(mask, SimpleITK.SignedMaurerDistanceMap, squaredDistance=False)),
    "DanielssonDistanceMap of zeros": itk(mask * 0, SimpleITK.DanielssonDistanceMap),
}
for name, distances in many.items():
    print(name, *(f"{value:.3g}" for value in np.unique(distances)))
PYTHON
diff seen - <<'SEEN'
scipy 1.17.1 OpenCV 5.0.0 SimpleITK 2.5.7
distance_transform_edt [[1.0, 1.41, 2.24, 3.16, 4.12], [2.0, 2.24, 2.83, 3.61, 4.47], [3.0, 3.16, 3.61, 4.24, 5.0], [4.0, 4.12, 4.47, 5.0, 5.66]]
nearest [-1, 0]
distance_transform_cdt -1
distance_transform_bf 1.34e+154
edt inf
OpenCV, size 5 3.4e+38
OpenCV, precise 1.84e+19
SignedMaurerDistanceMap 1.84e+19
DanielssonDistanceMap of zeros 10 10.6 10.8 11.3 11.4 11.7 12 12.2 12.7 12.8 13.5 14.1
SEEN
