#!/usr/bin/env bash
# tensorboard.sh TRAIN_PETS FOLDER: the event files of a short run, read by the tensorboard package itself. That is taken
# from $UNETPP_TENSORBOARD_PYTHON, or installed into FOLDER/env; ends with status 77 where it cannot be had.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
train_pets=$1 folder=$2
mkdir -p "$folder"
python=${UNETPP_TENSORBOARD_PYTHON:-$folder/env/bin/python}
if ! "$python" -c 'import tensorboard' 2>/dev/null; then
  if ! { /usr/bin/python3 -m venv "$folder/env" && "$folder/env/bin/pip" install -q tensorboard 'setuptools<81'; } >"$folder/log" 2>&1; then
    echo "SKIPPED: the event files are not tested, as the package tensorboard cannot be installed into $folder/env:"
    tail -n 1 "$folder/log"
    exit 77
  fi
  python=$folder/env/bin/python
fi
"$train_pets" --synthetic 20 --epochs 2 --batch 4 --report-images 2 --tensorboard --out "$folder/run" --overwrite >/dev/null
"$python" "$here/tensorboard_test.py" "$folder/run"
