#!/usr/bin/env bash
# Installs what is missing, builds the tests, runs them all and says what was skipped and why. Arguments go to ctest; CXX
# chooses the compiler and PRESET one of CMakePresets.json (tests, or sanitize).
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
compiler=${CXX:-g++}
preset=${PRESET:-tests}
"$root/cmake/packages.sh" g++ cmake ninja-build catch2 libeigen3-dev libstb-dev libjpeg-dev libpng-dev libtiff-dev nlohmann-json3-dev libcli11-dev python3 curl ca-certificates
"$root/cmake/packages.sh" libonnx-dev libprotobuf-dev python3-venv libopenmpi-dev openmpi-bin || echo "tests/run.sh: what needs them is not tested"
case "$compiler" in
  *clang*)
    "$root/cmake/packages.sh" clang clang-tidy libomp-dev
    "$root/cmake/packages.sh" "libclang-rt-$("$compiler" -dumpversion | cut -d. -f1)-dev" # the sanitizers
    ;;
esac
build="$root/build/$preset-$(basename "$compiler")"
mkdir -p "$root/build"
cmake -S "$root" -B "$build" --preset "$preset" "-DCMAKE_CXX_COMPILER=$compiler" >"$build.log" 2>&1 || { cat "$build.log"; exit 1; }
grep '^-- unetpp: ' "$build.log" || true # optional parts that are missing
cmake --build "$build"
# Tests run side by side: OpenMP's threads sleep, not spin, when they wait.
status=0
OMP_WAIT_POLICY=passive ctest --test-dir "$build" -j "$(nproc)" --output-on-failure --no-tests=error "$@" || status=$?
# A reason ends with an empty line or with the output.
awk '/^ *SKIPPED: / { on = 1 } /^$|^<end of output>/ { if (on) print ""; on = 0 } on { sub(/^ +/, ""); printf "%s ", $0 }' \
  "$build/Testing/Temporary/LastTest.log" | sort -u
exit "$status"
