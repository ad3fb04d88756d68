#!/usr/bin/env bash
# build.sh TARGET...: builds benchmarks in Release under build/benchmarks.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
cmake -S "$root" --preset release -DUNETPP_BUILD_BENCHMARKS=ON -DUNETPP_BUILD_EXAMPLES=OFF -B "$root/build/benchmarks" >/dev/null
cmake --build "$root/build/benchmarks" --target "$@"
