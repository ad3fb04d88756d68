#!/usr/bin/env bash
# Installs what is missing, builds train_pets in Release and runs it with the arguments given (--help lists them).
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
"$root/cmake/packages.sh" g++ cmake ninja-build libeigen3-dev libstb-dev nlohmann-json3-dev libcli11-dev curl ca-certificates
build=$root/build/release
mkdir -p "$build"
echo "Building train_pets ..."
if ! { cmake -S "$root" --preset release && cmake --build "$build" --target train_pets; } >"$build/log" 2>&1; then
  cat "$build/log" >&2
  exit 1
fi
exec "$build/examples/train_pets" "$@"
