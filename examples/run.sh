#!/usr/bin/env bash
# run.sh PROGRAM [ARGUMENTS...]: installs what is missing, builds an example in Release and runs it. One whose network depends
# on its arguments (train, train_pets and predict) is asked for it first, and compiled for it once if it does not have it.
# With --processes it is built with MPI and started as so many processes (mpirun.sh).
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
program=$1
shift
build=${UNETPP_BUILD:-$root/build/release} # UNETPP_BUILD: a build of tests
mpi=
case " $* " in
  *" --help "*) ;;
  *" --processes "* | *" --processes="*) mpi=$("$root/examples/mpi_of.sh" "$@") ;;
esac
if [ -n "${UNETPP_BUILD:-}" ]; then
  configure=(cmake -S "$root" -B "$build")
else
  "$root/cmake/packages.sh" g++ cmake ninja-build libeigen3-dev libstb-dev libjpeg-dev libpng-dev libtiff-dev nlohmann-json3-dev libcli11-dev curl ca-certificates
  configure=(cmake -S "$root" --preset release)
fi
if [ -n "$mpi" ]; then
  compiler=$(command -v "mpicxx.$mpi" || command -v mpicxx)
  # What CMake knows of another MPI is forgotten.
  grep -qxF "MPI_CXX_COMPILER:FILEPATH=$compiler" "$build/CMakeCache.txt" 2>/dev/null ||
    configure+=(-U 'MPI_*' "-DMPI_CXX_COMPILER:FILEPATH=$compiler")
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

name=$program
echo "Building $program ..."
first=$program
[ "$program" != train_pets ] || first=$program${mpi:+_mpi}
compile "$first"
case $program in
  train | train_pets | predict)
    asked=$(mktemp "$build/asked.XXXXXX")
    trap 'rm -f "$asked"' EXIT
    UNETPP_ASKED=$asked "$build/examples/$first" "$@" >/dev/null
    if [ -s "$asked" ]; then
      network=$(cksum <"$asked" | tr ' ' _)
      cmp -s "$asked" "$build/networks/$network.hpp" || cp "$asked" "$build/networks/$network.hpp"
      echo "Building $program for this network ..."
      SECONDS=0
      compile "${program}_$network${mpi:+_mpi}"
      echo "... in $SECONDS s"
      program=${program}_$network
    fi
    rm -f "$asked"
    ;;
esac
[ -n "$mpi" ] || exec "$build/examples/$program" "$@"
UNETPP_PROGRAM=$name UNETPP_SCRIPT=$root/examples/$name/run.sh exec "$root/examples/mpirun.sh" "$mpi" "$build/examples/${program}_mpi" "$@"
