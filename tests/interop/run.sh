#!/usr/bin/env bash
# run.sh [onnx|all] [BUILD]: unetpp's models in other frameworks, on a default U-Net that is trained on real photographs.
#   onnx   the exported networks in ONNX Runtime and OpenCV, and the writer of model files in Python (about 250 MB of
#          packages): what ctest runs
#   all    PyTorch and Keras, too: logits, and weights there and back (Debian's PyTorch, 1.3 GB of tensorflow-cpu from
#          PyPI); networks of milesial/Pytorch-UNet in unetpp; and the exported networks in PyTorch by onnx2torch
# BUILD is a build folder with the programs; without it they are built like the tests. The photographs are $UNETPP_PETS,
# or pets in the source tree. Pytorch-UNet is fetched from $UNETPP_MILESIAL, a URL or a clone, or else from GitHub. Virtual
# environments are made in build/interop; packages that benchmarks/peers has fetched already ($UNETPP_PEERS, or
# build/peers) are taken from there, in the versions below. Ends with status 77 and a line that says why where something
# cannot be had.
set -eu
export PYTHONDONTWRITEBYTECODE=1 TF_CPP_MIN_LOG_LEVEL=2
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
part=${1:-all}
build=${2:-$root/build/tests-g++}
peers=${UNETPP_PEERS:-$root/build/peers}
pets=${UNETPP_PETS:-$root/pets}
python=/usr/bin/python3
export PYTHONPATH="$here:$root/examples/convert"

skip() {
  echo "SKIPPED: models in other frameworks are not tested: $1"
  exit 77
}

# environment NAME PACKAGE...: a virtual environment build/interop/NAME, in which those of build/peers/NAME are seen, too.
environment() {
  local name=$1 folder="$root/build/interop/$1" options=()
  shift
  [ "$(cat "$folder/installed" 2>/dev/null)" = "$*" ] && return
  mkdir -p "$root/build/interop"
  case $name in # Debian's PyTorch
    pytorch) [ -e "$peers/pytorch/installed" ] || options=(--system-site-packages) ;;
    onnx2torch) options=(--system-site-packages) ;;
  esac
  {
    "$python" -m venv --clear "${options[@]}" "$folder" &&
      { [ ! -e "$peers/$name/installed" ] || ls -d "$peers/$name"/lib/python3*/site-packages >"$(ls -d "$folder"/lib/python3*/site-packages)/peers.pth"; } &&
      "$folder/bin/pip" install -q "$@" && echo "$*" >"$folder/installed"
  } >"$folder.log" 2>&1 || skip "$* cannot be installed: $(tail -n 1 "$folder.log")"
}

if [ $# -lt 2 ]; then
  "$root/cmake/packages.sh" libonnx-dev libprotobuf-dev python3-venv
  cmake -S "$root" -B "$build" --preset tests -DCMAKE_CXX_COMPILER=g++ >/dev/null
  cmake --build "$build" --target train_pets export_onnx write_logits write_zoo
fi
export_onnx=$build/examples/export_onnx
[ -x "$export_onnx" ] || skip "no ONNX library when it was built (Debian: libonnx-dev libprotobuf-dev)"
work=$build/interop
mkdir -p "$work"

safetensors=safetensors==0.8.0
environment onnxruntime onnxruntime==1.32.0 opencv-python-headless==4.14.0.94 $safetensors
"$root/build/interop/onnxruntime/bin/python" "$here/writer_test.py" "$work"
"$build/tests/write_zoo" "$work"
"$export_onnx" "$work/best-model.safetensors" "$work/best.onnx"
"$root/build/interop/onnxruntime/bin/python" "$here/onnx_test.py" zoo "$work"
"$root/build/interop/onnxruntime/bin/python" "$here/opencv_test.py" "$work"
environment opencv5 opencv-python-headless==5.0.0.93 $safetensors
"$root/build/interop/opencv5/bin/python" "$here/opencv_test.py" "$work"

status=0
"$export_onnx" "$work/zoo.safetensors" "$work/refused.onnx" 2>"$work/refused" || status=$?
if [ "$status" -ne 1 ] || [ -e "$work/refused.onnx" ] || ! grep -q "zoo.safetensors: expected a U-Net .* found no metadata" "$work/refused"; then
  echo "FAILED: export_onnx does not refuse a model of another network"
  exit 1
fi
[ -d "$pets/images" ] || skip "no photographs in $pets"
[ "$part" = all ] && steps="--limit 408 --epochs 2" || steps="--limit 24 --epochs 1"
# shellcheck disable=SC2086 # two options
"$build/examples/train_pets" --data "$pets" $steps --validation 8 --batch 4 --report-images 0 --out "$work/run" --overwrite >"$work/train.log"
cp "$work/run/model.safetensors" "$work/model.safetensors"
mapfile -t images < <(find "$pets/images" -name 'american_bulldog_*.jpg' -o -name 'Bengal_*.jpg' | sort | awk 'NR % 40 == 1' | head -n 8)
"$build/tests/write_logits" "$work/model.safetensors" "$work/logits.safetensors" "${images[@]}"
"$export_onnx" "$work/model.safetensors" "$work/unet.onnx"
status=0
(ulimit -f 10 && exec "$export_onnx" "$work/model.safetensors" "$work/refused.onnx" 2>"$work/refused") || status=$?
if [ "$status" -ne 1 ] || [ -e "$work/refused.onnx" ] || ! grep -q "refused.onnx: cannot be written: File too large" "$work/refused"; then
  echo "FAILED: export_onnx does not say that it cannot write"
  exit 1
fi
"$export_onnx" "$work/model.safetensors" "$work/unet-nchw.onnx" --nchw
"$export_onnx" "$work/model.safetensors" "$work/unet-softmax.onnx" --softmax
"$root/build/interop/onnxruntime/bin/python" "$here/onnx_test.py" unet "$work"
[ "$part" = all ] || exit 0

# there_and_back FRAMEWORK SUFFIX: the logits, and the weights by the example's two commands: the library gives the same
# bits with what came back.
there_and_back() {
  local run="$root/build/interop/$1/bin/python"
  local convert="$root/examples/convert/convert_$2.py"
  "$run" "$here/$2_test.py" "$work/model.safetensors" "$work/logits.safetensors" "$work/$2.safetensors"
  "$run" "$convert" "to-$2" "$work/model.safetensors" "$work/$2$3"
  "$run" "$convert" to-unetpp "$work/$2$3" "$work/$2.safetensors"
  "$build/tests/write_logits" "$work/$2.safetensors" "$work/$2-logits.safetensors" "${images[@]}"
  cmp "$work/logits.safetensors" "$work/$2-logits.safetensors"
  "$run" "$here/convert_test.py" "$2" "$3" "$work/run" "$work"
  echo "unetpp to $2 and back by convert_$2.py: the same logits, bit for bit"
}
[ -e "$peers/pytorch/installed" ] || "$root/cmake/packages.sh" python3-torch python3-numpy || skip "no PyTorch"
environment pytorch $safetensors
there_and_back pytorch pytorch .pt
milesial=$root/build/interop/Pytorch-UNet commit=21d7850f2af30a9695bbeea75f3136aa538cfc4a
if [ "$(git -C "$milesial" rev-parse HEAD 2>/dev/null)" = $commit ] ||
  { git init -q "$milesial" && git -C "$milesial" fetch -q --depth 1 "${UNETPP_MILESIAL:-https://github.com/milesial/Pytorch-UNet}" $commit &&
    git -C "$milesial" checkout -q $commit; } 2>"$milesial.log"; then
  "$root/build/interop/pytorch/bin/python" "$here/milesial_test.py" "$milesial" "$build/tests/write_logits" "$work" "${images[@]:0:4}"
else
  echo "SKIPPED: networks of milesial/Pytorch-UNet are not tested, which cannot be fetched: $(tail -n 1 "$milesial.log")"
fi
environment tensorflow tensorflow-cpu==2.21.0 keras==3.15.1 $safetensors
there_and_back tensorflow keras .weights.h5
"$root/cmake/packages.sh" python3-torch python3-torchvision python3-numpy || skip "no PyTorch with torchvision"
environment onnx2torch onnx2torch==1.5.15 "numpy==$("$python" -c 'import numpy; print(numpy.__version__)')" $safetensors
"$root/build/interop/onnx2torch/bin/python" "$here/onnx2torch_test.py" "$work"
