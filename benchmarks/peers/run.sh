#!/usr/bin/env bash
# Compares unetpp with PyTorch, TensorFlow, ONNX Runtime and OpenVINO on the same cores, in turns. Installs them from PyPI
# into virtual environments under build/peers (about 7 GB, most of it CUDA libraries that PyTorch does not use here).
# Arguments: --precision float32|bfloat16, --threads N, --rounds N, --tasks training-8 training-32 inference-1 inference-8.
set -eu
export PYTHONDONTWRITEBYTECODE=1  # no __pycache__ among the sources
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
peers="$root/build/peers"
python=${PYTHON:-/usr/bin/python3}
"$root/cmake/packages.sh" g++ python3 python3-venv python3-dev libjemalloc2
"$here/../build.sh" step

# install NAME PACKAGE...: a virtual environment with the packages, or a line that says why not.
install() {
  local name=$1 environment="$peers/$1"
  shift
  [ -e "$environment/installed" ] && return
  echo "installing $name"
  mkdir -p "$peers"
  if "$python" -m venv --clear "$environment" && "$environment/bin/pip" install -q "$@" 2>"$peers/$name-install.log"; then
    touch "$environment/installed"
  else
    echo "left out: $name cannot be installed: $(tail -n 1 "$peers/$name-install.log")"
    rm -rf "$environment"
    return 1
  fi
}

# Where PyPI has no PyTorch for this machine, Debian's.
install pytorch torch numpy onnx onnxscript pillow safetensors ||
  { "$root/cmake/packages.sh" python3-torch && "$python" -m venv --system-site-packages "$peers/pytorch"; } || true
install tensorflow tensorflow-cpu safetensors || true
install onnxruntime onnxruntime || true
install openvino openvino || true
# The network's weights (UNETPP_MODEL's, or random ones) and float64 logits of eight images, which errors are measured by,
# and the network for the two that read ONNX.
[ -e "$root/../shared/pets" ] && export UNETPP_PETS=${UNETPP_PETS:-$root/../shared/pets}
rm -f "$peers"/unet*
for batch in 1 8; do
  "$peers/pytorch/bin/python" "$here/pytorch_export.py" "$peers/unet" "$batch" >"$peers/export.log" 2>&1 ||
    echo "left out: ONNX Runtime and OpenVINO at batch $batch, for want of an exported network: $(tail -n 1 "$peers/export.log")"
done
"$python" "$here/compare.py" "$@"
