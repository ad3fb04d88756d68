#!/usr/bin/env bash
# run.sh [SECONDS]: gives each reader of files that may come from anywhere SECONDS (60) of made-up input under
# AddressSanitizer and UndefinedBehaviorSanitizer, as many at once as there are cores. A finding's input stays in
# build/fuzz/findings; exit 1. TARGETS="image mask" runs these alone.
set -eu
export seconds=${1:-60} here root
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
"$root/cmake/packages.sh" clang python3 libstb-dev libjpeg-dev libpng-dev libtiff-dev nlohmann-json3-dev libeigen3-dev
"$root/cmake/packages.sh" "libclang-rt-$(clang++ -dumpversion | cut -d. -f1)-dev"
mkdir -p "$root/build/fuzz/findings"
cd "$root/build/fuzz"
rm -rf corpus
"$here/make_corpus.py" corpus

# No block larger than 16 MB from inputs of 4 KB, whatever sizes they claim. Only TIFF's Zstandard may ask for more: its
# frames name a window, 128 MB in any valid file of level 22, which is the most that libzstd takes.
fuzz() {
  local most_mb=16
  [ "$1" != raster ] || most_mb=144
  clang++ -std=c++20 -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
    -I"$root/include" -I"$root/examples" -isystem /usr/include/eigen3 \
    -DUNETPP_TIFF "$here/$1.cpp" -o "$1" -ljpeg -lpng -ltiff
  rm -rf "grown/$1" && mkdir -p "grown/$1"
  "./$1" -max_total_time="$seconds" -max_len=4096 -timeout=25 -malloc_limit_mb=$most_mb -rss_limit_mb=1024 \
    -artifact_prefix="findings/$1-" "grown/$1" "corpus/$1" >"$1.log" 2>&1 ||
    { tail -n 60 "$1.log"; echo "tests/fuzz: $1: a finding; its input is in $PWD/findings"; return 1; }
  grep '^Done ' "$1.log" | sed "s/^/tests\/fuzz: $1: no finding: /"
}
export -f fuzz
printf '%s\n' ${TARGETS:-image mask raster class_table safetensors checkpoint training} | xargs -P "$(nproc)" -I{} bash -euc 'fuzz {}' || exit 1
