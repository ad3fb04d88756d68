#!/usr/bin/env bash
# Installs what is missing, builds the benchmarks in Release and runs them all, or only the one that is named:
#   run.sh                       step, scaling, busy, mpi, micro, augment and peers
#   run.sh step [OPTIONS]        training and inference against the processor's peak; time by part; memory (step --help)
#   run.sh scaling [OPTIONS]     speed over the number of threads
#   run.sh busy [OPTIONS]        speed beside a busy program a core, and in a container of one core
#   run.sh mpi [OPTIONS]         several processes against one; bytes sent; what of it is hidden; a model of many machines
#   run.sh micro [OPTIONS]       each kernel at each of the network's shapes against im2col + Eigen and the peak
#   run.sh augment [OPTIONS]     augmented images a second and core
#   run.sh peers [OPTIONS]       beside PyTorch, TensorFlow, ONNX Runtime and OpenVINO, which it downloads (7 GB)
#   run.sh tiling MODEL IMAGE... tiles of several sizes against the network at the images' size, 1600x1200
set -eu
here=$(cd "$(dirname "$0")" && pwd)
what=${1:-all}
[ $# -eq 0 ] || shift
programs="$here/../build/benchmarks/benchmarks"
case "$what" in
  all)
    "$here/run.sh" step
    "$here/run.sh" scaling
    "$here/run.sh" busy
    "$here/run.sh" mpi
    "$here/run.sh" micro
    "$here/run.sh" augment
    "$here/run.sh" peers
    ;;
  step)
    "$here/build.sh" step
    "$programs/step" "$@"
    ;;
  scaling)
    "$here/build.sh" step
    "$programs/step" --scaling --batch 8 32 "$@"
    ;;
  busy)
    "$here/build.sh" step
    "$here/busy.py" "$programs/step" "$@"
    ;;
  mpi)
    "$here/../cmake/packages.sh" libopenmpi-dev openmpi-bin
    "$here/build.sh" mpi
    UNETPP_PROGRAM=mpi "$here/mpi.py" "$programs/mpi" "$@"
    ;;
  micro)
    "$here/build.sh" micro
    "$programs/micro" --benchmark_min_time=0.2 "$@"
    ;;
  augment)
    "$here/build.sh" augment
    "$programs/augment" "$@"
    ;;
  tiling)
    "$here/build.sh" tiling
    "$programs/tiling" "$@"
    ;;
  peers)
    "$here/peers/run.sh" "$@"
    ;;
  *)
    sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
