#!/usr/bin/env bash
# run.sh PROGRAM [ARGUMENTS...]: installs what is missing, builds an example in Release and runs it.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
program=$1
"$root/cmake/packages.sh" g++ cmake ninja-build libeigen3-dev libstb-dev libjpeg-dev libpng-dev libtiff-dev nlohmann-json3-dev libcli11-dev curl ca-certificates
build=$root/build/release
mkdir -p "$build"
echo "Building $program ..."
if ! { cmake -S "$root" --preset release && cmake --build "$build" --target "$program"; } >"$build/log" 2>&1; then
  cat "$build/log" >&2
  exit 1
fi
exec "$build/examples/$program" "${@:2}"
