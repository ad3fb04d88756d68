"""The text format of the kept reference numbers, read in C++ by read_reference.hpp.

Lines starting with '#' are comments. An entry is a line `name count`, then `count` numbers, eight a line.
Nine significant digits: they give back every float32 exactly and a float64 to 5e-10.
"""

import numpy as np


def write(path, comments, entries):
    """Writes `entries`, a dict of name -> array in C order, under the lines `comments`."""
    with open(path, "w", encoding="ascii") as file:
        for line in comments:
            file.write(f"# {line}\n")
        for name, values in entries.items():
            flat = np.asarray(values, dtype=np.float64).ravel()
            assert np.isfinite(flat).all() and " " not in name, name
            file.write(f"{name} {flat.size}\n")
            for start in range(0, flat.size, 8):
                file.write(" ".join("%.9g" % value for value in flat[start : start + 8]) + "\n")


def float32_exact(values):
    """float64 numbers that a float32 holds exactly, so that C++ starts from the same ones."""
    return np.asarray(values).astype(np.float32).astype(np.float64)
