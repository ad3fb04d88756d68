"""Reads a report.html without the library: its data, and its masks as arrays."""

import base64
import json
import re
from pathlib import Path

import numpy as np


def read_data(folder):
    page = Path(folder, "report.html").read_text(encoding="utf-8")
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL).group(1))


def decode_mask(text, values, height, width):
    """Undoes encode_mask of report/mask_code.hpp."""
    runs, number, shift = [], 0, 0
    for byte in base64.b64decode(text, validate=True):
        number |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            runs.append(number)
            number = shift = 0
    runs = np.array(runs)
    mask = np.repeat(np.cumsum(runs % values) % values, runs // values + 1)
    assert mask.size == height * width, f"expected {height * width} pixels, found {mask.size}"
    return mask.reshape(height, width)


def truth_of(data, image):
    return decode_mask(image["truth"], len(data["classes"]) + 1, image["height"], image["width"])


def prediction_of(data, image, epoch):
    return decode_mask(image["masks"][epoch], len(data["classes"]), image["height"], image["width"])


def confusion_of(truth, prediction, classes):
    """Counts by true and predicted class; pixels of true class `classes` are ignored."""
    counted = truth < classes
    pairs = truth[counted].astype(np.int64) * classes + prediction[counted]
    return np.bincount(pairs, minlength=classes * classes).reshape(classes, classes)


def metrics_of(confusion):
    """All metrics as in metrics.csv, where nan is a class that does not occur; means leave it out."""
    hits, truths, calls = np.diag(confusion).astype(float), confusion.sum(1), confusion.sum(0)
    with np.errstate(divide="ignore", invalid="ignore"):
        result = {"iou": hits / (truths + calls - hits), "dice": 2 * hits / (truths + calls), "precision": hits / calls,
                  "recall": hits / truths, "accuracy": hits.sum() / confusion.sum()}
    for name in "iou", "dice":
        known = result[name][~np.isnan(result[name])]
        result["mean_" + name] = known.mean() if known.size else np.nan
    return result
