#!/usr/bin/env bash
# safetensors 0.8.0 (Python) writes the memory of a NumPy array that is a transposed view, not its values.
#
# Expected  load(save({"a": a.T})) is a.T, as in 0.7.0, or save() refuses what is not contiguous.
# Seen      0.7.0: [[0, 3], [1, 4], [2, 5]]. 0.8.0: [[0, 1], [2, 3], [4, 5]]: the shape of the view, the values in the order
#           of memory, no error and no warning. Its docstring says that tensors "need to be contiguous and dense".
# Remedy    numpy.asarray(a, order="C") before saving.
# Ends with a status other than 0 when this is no longer so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for version in 0.7.0 0.8.0; do
  python3 -m venv "$folder/$version"
  "$folder/$version/bin/pip" install -q --disable-pip-version-check "safetensors==$version" numpy==2.2.6
  "$folder/$version/bin/python" - <<'PYTHON'
import numpy as np
import safetensors
from safetensors.numpy import load, save

a = np.arange(6, dtype=np.float32).reshape(2, 3)
back = load(save({"a": a.T}))["a"]
print("safetensors", safetensors.__version__, "numpy", np.__version__, back.tolist())
seen = {"0.7.0": [[0, 3], [1, 4], [2, 5]], "0.8.0": [[0, 1], [2, 3], [4, 5]]}
assert back.tolist() == seen[safetensors.__version__]
PYTHON
done
