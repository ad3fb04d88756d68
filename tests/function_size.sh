#!/usr/bin/env bash
# function_size.sh FOLDER [FLAGS...]: no function in this folder of include/unetpp has more than 60 lines or six parameters,
# but for the micro-kernels in kernels/simd, of which kernels/micro_kernels.hpp says why.
set -u
folder=$1
shift
root=$(cd "$(dirname "$0")/.." && pwd)
command -v clang-tidy > /dev/null || { echo "SKIPPED: no clang-tidy"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cd "$root/include" || exit 1
find "unetpp/$folder" -name '*.hpp' ! -name '*.inc.hpp' ! -name 'compiled_*' | sed 's/.*/#include <&>/' > "$work/every.cpp"
headers=$(wc -l < "$work/every.cpp")
[ "$headers" -ge 3 ] || { echo "FAILED: only $headers headers found"; exit 1; }
check=readability-function-size
option() { echo "{key: $check.$1Threshold, value: $2}"; }
options="$(option Line 60), $(option Parameter 6), $(option Statement 100000), $(option Branch 100000)"
clang-tidy --quiet "--checks=-*,$check" "--config={CheckOptions: [$options]}" "--header-filter=unetpp/$folder/" \
  "$work/every.cpp" -- -std=c++20 -DUNETPP_UNOPTIMISED -I. "$@" > "$work/log" 2>&1
if grep -E 'error:' "$work/log" || grep -E 'note: .*threshold' "$work/log" | grep -v /simd/; then
  echo "FAILED: functions are too large"
  exit 1
fi
echo "no function of $headers headers is too large"
