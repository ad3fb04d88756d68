#!/usr/bin/env python3
"""metrics_test.py FOLDER...: the metrics of reports that show all validation images, computed again from their masks.

They must equal metrics.csv and the page's own numbers, for every epoch; where the folder has truth.bin and
predicted.bin (see make_report.cpp), the masks must equal these, too.
"""

import csv
import sys
from pathlib import Path

import numpy as np

from report_file import confusion_of, metrics_of, prediction_of, read_data, truth_of

TOLERANCE = 6e-7  # of six decimals


def same(what, found, expected):
    found = np.array([np.nan if v is None else v for v in np.atleast_1d(np.array(found, dtype=object))], dtype=float)
    if not np.allclose(found, np.atleast_1d(expected), rtol=0, atol=TOLERANCE, equal_nan=True):
        raise SystemExit(f"FAILED: {what}: expected {expected}, found {found}")


def check(folder):
    data = read_data(folder)
    names, images = [c["name"] for c in data["classes"]], data["images"]
    classes, checked = len(names), 0
    rows = list(csv.DictReader(Path(folder, "metrics.csv").read_text(encoding="utf-8").splitlines()))
    if len(rows) != len(data["epochs"]) or not rows or not images:
        raise SystemExit(f"FAILED: {folder}: {len(rows)} rows, {len(data['epochs'])} epochs, {len(images)} images")
    truths = [truth_of(data, image) for image in images]
    for epoch, (row, shown) in enumerate(zip(rows, data["epochs"])):
        confusion = np.zeros((classes, classes), dtype=np.int64)
        for image, truth in zip(images, truths):
            one = confusion_of(truth, prediction_of(data, image, epoch), classes)
            same(f"IoU of {image['name']} after epoch {epoch + 1}", image["iou"][epoch], metrics_of(one)["mean_iou"])
            confusion += one
        if shown["confusion"] != confusion.tolist():
            raise SystemExit(f"FAILED: {folder}: confusion after epoch {epoch + 1}: {confusion.tolist()}, found {shown}")
        for name, value in metrics_of(confusion).items():
            if np.ndim(value):
                for c, of_class in enumerate(value):
                    same(f"metrics.csv's {name} of {names[c]}", row[f"val_{name}_{names[c]}"], of_class)
            else:
                same(f"metrics.csv's {name}", row[f"val_{name}"], value)
            same(f"the page's {name}", shown[name], value)
            checked += np.size(value)
        for column, key in ("train_loss",) * 2, ("val_loss",) * 2, ("seconds",) * 2, ("images_per_second",) * 2, ("learning_rate",) * 2, ("epoch",) * 2:
            same(f"the page's {key}", shown[key], float(row[column]))
    known = Path(folder, "truth.bin")
    if known.exists():
        shape = (-1, len(images), images[0]["height"], images[0]["width"])
        truth = np.fromfile(known, np.uint8).reshape(shape)[0]
        predicted = np.fromfile(Path(folder, "predicted.bin"), np.uint8).reshape(shape)
        assert (np.minimum(truth, classes) == np.array(truths)).all(), "true masks differ"
        for epoch in range(len(predicted)):
            assert (predicted[epoch] == [prediction_of(data, i, epoch) for i in images]).all(), "predicted masks differ"
    print(f"{folder}: {checked} metrics of {len(rows)} epochs and {len(images)} images are right")


for argument in sys.argv[1:]:
    check(argument)
