#!/usr/bin/env bash
# tensorboard.sh TRAIN_PETS MAKE_REPORT FOLDER: event files read by the tensorboard package itself: those of a run that goes
# on from a checkpoint which is older than its last events, as after a kill between the two, and those with names that are
# not UTF-8. The package is taken from $UNETPP_TENSORBOARD_PYTHON, or installed into FOLDER/env; ends with status 77 where
# it cannot be had.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
train_pets=$1 make_report=$2 folder=$3
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
train() { "$train_pets" --synthetic 20 --batch 4 --report-images 2 --tensorboard --out "$folder/run" "$@" >/dev/null; }
train --epochs 1 --overwrite
cp "$folder/run/last.safetensors" "$folder/older.safetensors"
train --epochs 2 --resume
mv "$folder/older.safetensors" "$folder/run/last.safetensors"
train --epochs 2 --resume
[ "$(find "$folder/run/tensorboard" -type f | wc -l)" = 3 ]
"$python" "$here/tensorboard_test.py" "$folder/run" 64

rm -rf "$folder/events"
"$make_report" events "$folder/events"
"$python" "$here/tensorboard_test.py" "$folder/events" 128
