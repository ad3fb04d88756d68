#!/usr/bin/env bash
# run.sh PROGRAM [ARGUMENTS...]: installs what is missing, builds an example in Release and runs it. One whose network depends
# on its arguments (train, train_pets and predict) is asked for it first, and compiled for it once if it does not have it.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
program=$1
shift
build=${UNETPP_BUILD:-$root/build/release} # UNETPP_BUILD: a build of tests
if [ -n "${UNETPP_BUILD:-}" ]; then
  configure=(cmake -S "$root" -B "$build")
else
  "$root/cmake/packages.sh" g++ cmake ninja-build libeigen3-dev libstb-dev libjpeg-dev libpng-dev libtiff-dev nlohmann-json3-dev libcli11-dev curl ca-certificates
  configure=(cmake -S "$root" --preset release)
fi
mkdir -p "$build/networks"

# compile TARGET
compile() {
  local log=$build/log.$$
  if ! { "${configure[@]}" && cmake --build "$build" --target "$1"; } >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    exit 1
  fi
  rm -f "$log"
}

echo "Building $program ..."
compile "$program"
case $program in
  train | train_pets | predict)
    asked=$(mktemp "$build/asked.XXXXXX")
    trap 'rm -f "$asked"' EXIT
    UNETPP_ASKED=$asked "$build/examples/$program" "$@" >/dev/null
    if [ -s "$asked" ]; then
      name=$(cksum <"$asked" | tr ' ' _)
      cmp -s "$asked" "$build/networks/$name.hpp" || cp "$asked" "$build/networks/$name.hpp"
      echo "Building $program for this network ..."
      SECONDS=0
      compile "${program}_$name"
      echo "... in $SECONDS s"
      program=${program}_$name
    fi
    rm -f "$asked"
    ;;
esac
exec "$build/examples/$program" "$@"
