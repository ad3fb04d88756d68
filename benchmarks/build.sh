#!/usr/bin/env bash
# build.sh TARGET...: installs what is missing and builds benchmarks in Release under build/benchmarks.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
"$root/cmake/packages.sh" g++ cmake ninja-build libeigen3-dev libstb-dev libjpeg-dev libpng-dev libtiff-dev nlohmann-json3-dev libcli11-dev libbenchmark-dev
cmake -S "$root" --preset release -DUNETPP_BUILD_BENCHMARKS=ON -DUNETPP_BUILD_EXAMPLES=OFF -B "$root/build/benchmarks" >/dev/null
cmake --build "$root/build/benchmarks" --target "$@"
