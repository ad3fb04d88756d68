#!/usr/bin/env bash
# Installs what is missing, builds train_pets in Release and runs it with the arguments given (--help lists them).
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
"$root/cmake/packages.sh" g++ cmake ninja-build libeigen3-dev libstb-dev nlohmann-json3-dev libcli11-dev curl ca-certificates
{ cmake -S "$root" --preset release && cmake --build "$root/build/release" --target train_pets; } >"${TMPDIR:-/tmp}/unetpp-build.$$" 2>&1 || {
  cat "${TMPDIR:-/tmp}/unetpp-build.$$" >&2
  rm -f "${TMPDIR:-/tmp}/unetpp-build.$$"
  exit 1
}
rm -f "${TMPDIR:-/tmp}/unetpp-build.$$"
exec "$root/build/release/examples/train_pets" "$@"
