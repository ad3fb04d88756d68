#!/usr/bin/env bash
# instruction_set.sh SET PROGRAM: runs the tests of layers, networks and training, in both precisions, in the test program
# with the instruction set baseline, avx2 or avx512 at most. Ends with 77 where this processor does not have the set, or
# has no more, so that all tests run with it.
set -eu
set_name=$1
program=$2
best=baseline
grep -qw avx2 /proc/cpuinfo && best=avx2
grep -qw avx512bw /proc/cpuinfo && best=avx512
case $set_name in
  baseline) ;;
  avx2) [ $best != baseline ] || { echo "SKIPPED: this processor has no AVX2"; exit 77; } ;;
  avx512) [ $best = avx512 ] || { echo "SKIPPED: this processor has no AVX-512"; exit 77; } ;;
  *) echo "usage: instruction_set.sh baseline|avx2|avx512 PROGRAM" >&2; exit 2 ;;
esac
[ "$set_name" != $best ] || { echo "SKIPPED: all tests run with $best here"; exit 77; }
cd "$(dirname "$0")"
for file in kernels/instruction_set layers/conv2d layers/conv_transpose2d layers/max_pool2d layers/pointwise_layers \
  layers/bfloat16_layers layers/bfloat16_convolutions nn/network nn/statistics nn/unet nn/bfloat16_combinators \
  nn/bfloat16_network train/fit; do
  [ -f "${file}_test.cpp" ] || { echo "FAILED: no tests/${file}_test.cpp"; exit 1; }
  # File names are tags here. A name that is no tag would run nothing, and Catch2 v2 call that a success.
  output=$(UNETPP_SIMD=$set_name "$program" --filenames-as-tags "[#$(basename "$file")_test]" 2>&1) || { echo "$output"; exit 1; }
  grep -q 'All tests passed' <<<"$output" || { echo "FAILED: ${file}_test.cpp: $output"; exit 1; }
done
