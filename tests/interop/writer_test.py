"""writer_test.py FOLDER: unetpp_file.write writes what an array holds, in whatever order its memory is."""

import pathlib
import sys

import numpy as np
import safetensors

import unetpp_file
from compare import same_weights

path = pathlib.Path(sys.argv[1]) / "views.safetensors"
whole = np.arange(2 * 3 * 4 * 5, dtype=np.float32).reshape(2, 3, 4, 5)
views = {
    "whole": whole,
    "as_pytorch": whole.transpose(2, 3, 1, 0),  # out, in, height, width -> height, width, in, out
    "columns_first": np.asfortranarray(whole),
    "every_other": whole[..., ::2],
    "scalar": np.array(7, np.float32),
}
unetpp_file.write(path, views)
back = unetpp_file.read(path, {name: view.shape for name, view in views.items()})
same_weights(f"views of arrays by safetensors {safetensors.__version__} and back", back, views)
