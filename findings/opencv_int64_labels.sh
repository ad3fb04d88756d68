#!/usr/bin/env bash
# OpenCV, 4.14.0 and 5.0.0, takes NumPy's int64 and uint64 masks and makes int32 of them: label 2^32 + 7 becomes 7.
#
# Expected  The labels, or an error, as 4.14.0 gives for uint32. 5.0.0 has element types of 64 bits, in which it reads TIFF.
# Seen      resize (nearest), transpose, copyMakeBorder and warpAffine of 3, -1 and 4294967303 in int64: int32 with 3, -1 and 7;
#           of uint64 the same, so that 2^64 - 1 becomes -1. No error, no warning. Albumentations 2.0.8 hands it on: after
#           HorizontalFlip, Rotate or Resize such a mask is int32 with label 7, after Transpose it is as it was, so that in a
#           pipeline chance says which one it is.
# Remedy    Number the labels of an image from 1 (skimage.segmentation.relabel_sequential) before.
# Ends with a status other than 0 when this is no longer so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for version in 4.14.0.94 5.0.0.93; do
  python3 -m venv "$folder/$version"
  "$folder/$version/bin/pip" install -q --disable-pip-version-check "opencv-python-headless==$version" numpy==2.2.6 \
    albumentations==2.0.8
done
cd "$folder"
for version in 4.14.0.94 5.0.0.93; do
  NO_ALBUMENTATIONS_UPDATE=1 "$version/bin/python" -W error::RuntimeWarning - <<'PYTHON'
import albumentations
import cv2
import numpy as np

labels = np.zeros((8, 8), np.int64)
labels[0], labels[1], labels[2:6, 2:6] = 3, -1, 2**32 + 7
calls = {
    "resize": lambda a: cv2.resize(a, (16, 16), interpolation=cv2.INTER_NEAREST),
    "transpose": cv2.transpose,
    "copyMakeBorder": lambda a: cv2.copyMakeBorder(a, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0),
    "warpAffine": lambda a: cv2.warpAffine(a, np.eye(2, 3), (8, 8), flags=cv2.INTER_NEAREST),
}
for dtype in (np.int64, np.uint64, np.uint32):
    for name, call in calls.items():
        try:
            mask = call(labels.astype(dtype))
            seen = f"{mask.dtype} {np.unique(mask).tolist()}"
        except cv2.error:
            seen = "refused"
        print(f"OpenCV {cv2.__version__} {name} of {np.dtype(dtype)} {np.unique(labels.astype(dtype)).tolist()}: {seen}")
image = np.zeros((8, 8, 3), np.uint8)
transforms = {"HorizontalFlip": {}, "Transpose": {}, "Rotate": {"limit": (5, 5)}, "Resize": {"height": 16, "width": 16}}
for name, settings in transforms.items():
    each = albumentations.Compose([getattr(albumentations, name)(p=1, **settings)])
    mask = each(image=image, mask=labels)["mask"]
    print("albumentations", albumentations.__version__, name, mask.dtype, np.unique(mask).tolist())
PYTHON
done | tee seen
diff seen - <<'SEEN'
OpenCV 4.14.0 resize of int64 [-1, 0, 3, 4294967303]: int32 [-1, 0, 3, 7]
OpenCV 4.14.0 transpose of int64 [-1, 0, 3, 4294967303]: int32 [-1, 0, 3, 7]
OpenCV 4.14.0 copyMakeBorder of int64 [-1, 0, 3, 4294967303]: int32 [-1, 0, 3, 7]
OpenCV 4.14.0 warpAffine of int64 [-1, 0, 3, 4294967303]: int32 [-1, 0, 3, 7]
OpenCV 4.14.0 resize of uint64 [0, 3, 4294967303, 18446744073709551615]: int32 [-1, 0, 3, 7]
OpenCV 4.14.0 transpose of uint64 [0, 3, 4294967303, 18446744073709551615]: int32 [-1, 0, 3, 7]
OpenCV 4.14.0 copyMakeBorder of uint64 [0, 3, 4294967303, 18446744073709551615]: int32 [-1, 0, 3, 7]
OpenCV 4.14.0 warpAffine of uint64 [0, 3, 4294967303, 18446744073709551615]: int32 [-1, 0, 3, 7]
OpenCV 4.14.0 resize of uint32 [0, 3, 7, 4294967295]: refused
OpenCV 4.14.0 transpose of uint32 [0, 3, 7, 4294967295]: refused
OpenCV 4.14.0 copyMakeBorder of uint32 [0, 3, 7, 4294967295]: refused
OpenCV 4.14.0 warpAffine of uint32 [0, 3, 7, 4294967295]: refused
albumentations 2.0.8 HorizontalFlip int32 [-1, 0, 3, 7]
albumentations 2.0.8 Transpose int64 [-1, 0, 3, 4294967303]
albumentations 2.0.8 Rotate int32 [-1, 0, 3, 7]
albumentations 2.0.8 Resize int32 [-1, 0, 3, 7]
OpenCV 5.0.0 resize of int64 [-1, 0, 3, 4294967303]: int32 [-1, 0, 3, 7]
OpenCV 5.0.0 transpose of int64 [-1, 0, 3, 4294967303]: int32 [-1, 0, 3, 7]
OpenCV 5.0.0 copyMakeBorder of int64 [-1, 0, 3, 4294967303]: int32 [-1, 0, 3, 7]
OpenCV 5.0.0 warpAffine of int64 [-1, 0, 3, 4294967303]: int32 [-1, 0, 3, 7]
OpenCV 5.0.0 resize of uint64 [0, 3, 4294967303, 18446744073709551615]: int32 [-1, 0, 3, 7]
OpenCV 5.0.0 transpose of uint64 [0, 3, 4294967303, 18446744073709551615]: int32 [-1, 0, 3, 7]
OpenCV 5.0.0 copyMakeBorder of uint64 [0, 3, 4294967303, 18446744073709551615]: int32 [-1, 0, 3, 7]
OpenCV 5.0.0 warpAffine of uint64 [0, 3, 4294967303, 18446744073709551615]: int32 [-1, 0, 3, 7]
OpenCV 5.0.0 resize of uint32 [0, 3, 7, 4294967295]: uint32 [0, 3, 7, 4294967295]
OpenCV 5.0.0 transpose of uint32 [0, 3, 7, 4294967295]: uint32 [0, 3, 7, 4294967295]
OpenCV 5.0.0 copyMakeBorder of uint32 [0, 3, 7, 4294967295]: uint32 [0, 3, 7, 4294967295]
OpenCV 5.0.0 warpAffine of uint32 [0, 3, 7, 4294967295]: refused
albumentations 2.0.8 HorizontalFlip int32 [-1, 0, 3, 7]
albumentations 2.0.8 Transpose int64 [-1, 0, 3, 4294967303]
albumentations 2.0.8 Rotate int32 [-1, 0, 3, 7]
albumentations 2.0.8 Resize int32 [-1, 0, 3, 7]
SEEN
