#!/usr/bin/env python3
"""tensorboard_test.py RUN SIDE: reads RUN/tensorboard with TensorBoard's own code; its scalars must be those of metrics.csv,
each epoch once, and its pictures of images of SIDE×SIDE pixels."""

import csv
import struct
import sys
import zlib
from pathlib import Path

from tensorboard.backend.event_processing.event_accumulator import IMAGES, SCALARS, TENSORS, EventAccumulator

TAGS = {"train_loss": "loss/train", "val_loss": "loss/validation", "val_accuracy": "validation/accuracy",
        "val_mean_iou": "validation/mean_iou", "val_mean_dice": "validation/mean_dice", "seconds": "speed/seconds",
        "images_per_second": "speed/images_per_second", "learning_rate": "training/learning_rate"}


def tag_of(column):
    if column in TAGS:
        return TAGS[column]
    metric, name = column.removeprefix("val_").split("_", 1)
    return f"{metric}/{name}"


def check_png(data, width, height):
    assert data[:8] == b"\x89PNG\r\n\x1a\n" and struct.unpack(">II", data[16:24]) == (width, height)
    at = 8
    while at < len(data):
        length = struct.unpack(">I", data[at:at + 4])[0]
        assert zlib.crc32(data[at + 4:at + 8 + length]) == struct.unpack(">I", data[at + 8 + length:at + 12 + length])[0]
        at += 12 + length


run, side = Path(sys.argv[1]), int(sys.argv[2])
events = EventAccumulator(str(run / "tensorboard"), size_guidance={SCALARS: 0, IMAGES: 0, TENSORS: 0}).Reload()
rows = list(csv.DictReader((run / "metrics.csv").read_text(encoding="utf-8").splitlines()))
values = 0
for column in rows[0]:
    if column == "epoch":
        continue
    found = events.Scalars(tag_of(column))
    assert [e.step for e in found] == [int(r["epoch"]) for r in rows], (column, found)
    for event, row in zip(found, rows):
        expected = float(row[column])
        assert abs(event.value - expected) <= 1e-6 * max(1, abs(expected)) or (
            event.value != event.value and expected != expected), (column, event, expected)
        values += 1
assert {tag_of(c) for c in rows[0] if c != "epoch"} == set(events.Tags()["scalars"])
pictures = events.Tags()["images"]
assert len(pictures) == 2, pictures
for tag in pictures:
    assert [e.step for e in events.Images(tag)] == [1, 2]
    for event in events.Images(tag):
        assert event.width == 4 * side + 3 * 4 and event.height == side
        check_png(event.encoded_image_string, event.width, event.height)
print(f"TensorBoard reads {values} scalars that equal metrics.csv, and {len(pictures)} images of 2 epochs")
