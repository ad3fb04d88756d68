"""Colours turned in hue and saturation by Python's colorsys.

Run      /usr/bin/python3 tests/reference/make_hue_reference.py
         (writes hue_reference.txt beside this file; needs numpy)
Kept     output made with Python 3.11.2, numpy 1.24.2.

Entries  `colours`: red, green and blue, 0 to 255. `changes`: degrees that the hue is turned by, and the factor of the
         saturation (cut to 1). `turned.N`: what change N makes of the colours, 0 to 255, not rounded.
"""

import sys

sys.dont_write_bytecode = True  # no __pycache__ among the tests

import colorsys
from pathlib import Path

import numpy as np

from reference_format import write

CHANGES = [(0, 1), (120, 1), (-120, 1), (18, 1), (-75.5, 1), (360, 1), (-360, 1), (0, 0), (0, 0.4), (0, 3), (33, 1.5)]


def turned(colour, degrees, factor):
    hue, saturation, value = colorsys.rgb_to_hsv(*(channel / 255 for channel in colour))
    changed = colorsys.hsv_to_rgb((hue + degrees / 360) % 1, min(1, factor * saturation), value)
    return [255 * channel for channel in changed]


def main():
    random = np.random.RandomState(0)
    extremes = [[r, g, b] for r in (0, 255) for g in (0, 255) for b in (0, 255)]
    special = [[7, 7, 7], [1, 0, 0], [200, 200, 13], [13, 200, 200]]
    colours = extremes + special + random.randint(0, 256, (28, 3)).tolist()
    entries = {"colours": colours, "changes": CHANGES}
    for i, change in enumerate(CHANGES):
        entries[f"turned.{i}"] = [turned(colour, *change) for colour in colours]
    comments = ["Colours turned in hue and saturation.",
                f"Made by make_hue_reference.py (see there) with Python {sys.version.split()[0]}'s colorsys."]
    write(Path(__file__).with_name("hue_reference.txt"), comments, entries)


if __name__ == "__main__":
    main()
