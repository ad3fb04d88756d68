#!/usr/bin/env bash
# instruction_set.sh SET PROGRAM: runs the tests of layers, networks and training, in both precisions, in the test program
# with the instruction set baseline, avx2 or avx512 at most. Ends with 77 where this processor does not have the set, or no
# wider one, so that all tests run with it.
set -eu
set_name=$1
program=$2
has() { grep -qw "$1" /proc/cpuinfo; }
skip() {
  echo "SKIPPED: $1"
  exit 77
}
case $set_name in
  baseline) wider=avx2 ;;
  avx2) has avx2 || skip "this processor has no AVX2"; wider=avx512bw ;;
  avx512) has avx512bw || skip "this processor has no AVX-512"; wider=amx_tile ;;
  *) echo "usage: instruction_set.sh baseline|avx2|avx512 PROGRAM" >&2; exit 2 ;;
esac
has $wider || skip "all tests run with $set_name here, the widest set of this processor"
cd "$(dirname "$0")"
for file in kernels/instruction_set layers/conv2d layers/conv_transpose2d layers/max_pool2d layers/pointwise_layers \
  layers/bfloat16_layers layers/bfloat16_convolutions nn/network nn/statistics nn/unet nn/bfloat16_combinators \
  nn/bfloat16_network train/fit; do
  [ -f "${file}_test.cpp" ] || { echo "FAILED: no tests/${file}_test.cpp"; exit 1; }
  # File names are tags here. A name that is no tag would run nothing, and Catch2 v2 call that a success.
  output=$(UNETPP_SIMD=$set_name "$program" --filenames-as-tags "[#$(basename "$file")_test]" 2>&1) || { echo "$output"; exit 1; }
  grep -q 'All tests passed' <<<"$output" || { echo "FAILED: ${file}_test.cpp: $output"; exit 1; }
done
