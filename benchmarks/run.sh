#!/usr/bin/env bash
# Installs what is missing, builds the benchmarks in Release and runs them; arguments go to `step`.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
"$root/cmake/packages.sh" g++ cmake ninja-build libeigen3-dev libstb-dev nlohmann-json3-dev libcli11-dev
cmake -S "$root" --preset release -DUNETPP_BUILD_BENCHMARKS=ON -DUNETPP_BUILD_EXAMPLES=OFF -B "$root/build/benchmarks" >/dev/null
cmake --build "$root/build/benchmarks" --target step
"$root/build/benchmarks/benchmarks/step" "$@"
