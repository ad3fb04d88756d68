#!/usr/bin/env bash
# supervision 0.31.2 writes masks as COCO polygons through the middles of their border pixels: of a strip of 2x10 pixels
# pycocotools 2.0.11 reads 9, of a square of 10x10 it reads 81.
#
# Expected  The mask that was saved, or nearly, from as_coco and COCO's own reader, pycocotools. COCO's polygons run along the
#           outsides of pixels: the one with the corners 0 0, 10 0, 10 10 and 0 10 is 100 pixels.
# Seen      Saved by as_coco, read by COCO.annToMask: the strip 20 -> 9, the square 100 -> 81, a disk of radius 8 197 -> 174:
#           what is lost is at the right and the bottom. "area" in the file is that of the mask (20, 100, 197). A ring is
#           written as runs, and is right. supervision's own from_coco gives the masks that were saved, so that a round trip
#           there does not show it: it fills polygons with OpenCV, which adds their border.
# Remedy    Write runs: pycocotools.mask.encode.
# Ends with a status other than 0 when this is no longer so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
"$folder/python/bin/pip" install -q --disable-pip-version-check supervision==0.31.2 pycocotools==2.0.11 numpy==2.2.6 \
  opencv-python-headless==5.0.0.93
cd "$folder"
python/bin/python -W ignore - <<'PYTHON' >seen.all
import cv2
import numpy as np
import supervision
from pycocotools import mask as runs
from pycocotools.coco import COCO

print("supervision", supervision.__version__, "OpenCV", cv2.__version__)
square = runs.frPyObjects([[0, 0, 10, 0, 10, 10, 0, 10]], 40, 40)
print("polygon 0 0, 10 0, 10 10, 0 10:", int(runs.area(square)[0]))
row, column = np.indices((40, 40)) - 20
far = row**2 + column**2
strip, square = np.zeros((2, 40, 40), bool)
strip[5:15, 5:7], square[5:15, 5:15] = True, True
for name, mask in {"strip": strip, "square": square, "disk": far <= 64, "ring": (far <= 225) & (far >= 64)}.items():
    cv2.imwrite(name + ".png", np.zeros((40, 40, 3), np.uint8))
    box = supervision.mask_to_xyxy(mask[None]).astype(float)
    detections = supervision.Detections(xyxy=box, mask=mask[None], class_id=np.array([0]))
    dataset = supervision.DetectionDataset(["thing"], [name + ".png"], {name + ".png": detections})
    dataset.as_coco(images_directory_path="images", annotations_path=name + ".json")
    coco = COCO(name + ".json")
    (annotation,) = coco.loadAnns(coco.getAnnIds())
    again = supervision.DetectionDataset.from_coco("images", name + ".json", force_masks=True)
    own = next(iter(again))[2].mask[0]
    form = "runs" if isinstance(annotation["segmentation"], dict) else "polygon"
    found = f"pycocotools {coco.annToMask(annotation).sum()}, supervision {own.sum()}"
    print(f"{name} of {mask.sum()} as {form}: area {annotation['area']:g}, {found}")
PYTHON
grep -v -e '^loading' -e '^Done' -e '^creating' -e '^index' seen.all | tee seen
diff seen - <<'SEEN'
supervision 0.31.2 OpenCV 5.0.0
polygon 0 0, 10 0, 10 10, 0 10: 100
strip of 20 as polygon: area 20, pycocotools 9, supervision 20
square of 100 as polygon: area 100, pycocotools 81, supervision 100
disk of 197 as polygon: area 197, pycocotools 174, supervision 197
ring of 516 as runs: area 516, pycocotools 516, supervision 516
SEEN
