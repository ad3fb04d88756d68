#!/usr/bin/env bash
# Training over MPI: run.sh [openmpi|mpich] [FOLDER]. Builds the programs here in FOLDER and runs them as 1, 2, 3 and 4
# processes on this machine, however few cores it has. Exits with 77 where there is no such MPI.
set -eu
cd "$(dirname "$0")/../.."
mpi=${1:-openmpi}
folder=${2:-$(mktemp -d)}
mkdir -p "$folder"
export OMP_WAIT_POLICY=passive # threads that spin would keep others from the cores
command -v "mpicxx.$mpi" "mpirun.$mpi" > "$folder/found.txt" || {
  echo "SKIPPED: no $mpi here (Debian: libopenmpi-dev openmpi-bin, or libmpich-dev mpich)"
  exit 77
}
# More processes than cores, and that by root in a container: both are the user's own business elsewhere.
start=("mpirun.$mpi")
[ "$mpi" != openmpi ] || start+=(--oversubscribe --bind-to none)
[ "$mpi" != openmpi ] || [ "$(id -u)" != 0 ] || start+=(--allow-run-as-root)

build() { # COMPILER PROGRAM LIBRARY...
  local compiler=$1 program=$2
  shift 2
  "$compiler" -std=c++20 -O1 -DUNETPP_UNOPTIMISED -fopenmp -Wall -Wextra -Wshadow -Iinclude \
    -DOMPI_SKIP_MPICXX -DMPICH_SKIP_MPICXX -isystem "${EIGEN:-/usr/include/eigen3}" "tests/mpi/$program.cpp" -o "$folder/$program" "$@"
}
processes() { # COUNT PROGRAM ARGUMENT...
  local count=$1 program=$2
  shift 2
  timeout 300 "${start[@]}" -np "$count" "$folder/$program" "$@"
}
fail() {
  echo "FAILED: $1" >&2
  exit 1
}

more=$(diff tests/mpi/alone.cpp tests/mpi/together.cpp | grep -c '^> [^/]') # but for the comment at the top
less=$(diff tests/mpi/alone.cpp tests/mpi/together.cpp | grep -c '^< [^/]' || true)
[ "$more $less" = "3 0" ] || fail "together.cpp has $more lines that alone.cpp has not, and lacks $less"

build "mpicxx.$mpi" sums
for count in 1 2 3 4; do
  OMP_NUM_THREADS=1 processes $count sums || fail "sums of $count processes"
done
for end in throw exit kill; do
  echo "$mpi: one of three processes ends all ($end)"
  status=0
  OMP_NUM_THREADS=1 processes 3 sums $end > "$folder/$end.txt" 2>&1 || status=$?
  [ $status -ne 0 ] || fail "$end: the others ended well"
  [ $status -ne 124 ] || fail "$end: the others waited for ever"
done
[ "$(grep -c 'process 1 has had enough' "$folder/throw.txt")" = 1 ] || fail "throw: no line says what happened"

libraries=(-ljpeg -lpng -lz -pthread)
build "${CXX:-g++}" alone "${libraries[@]}"
build "mpicxx.$mpi" together "${libraries[@]}"
OMP_NUM_THREADS=1 "$folder/alone" "$folder/one"
for count in 1 2 3 4; do
  for threads in 1 2; do
    OMP_NUM_THREADS=$threads processes $count together "$folder/$count.$threads"
    cmp "$folder/one/model.safetensors" "$folder/$count.$threads/model.safetensors"
    cmp "$folder/one/told.txt" "$folder/$count.$threads/told.txt"
    echo "$mpi: $count processes x $threads threads have the bits of one without MPI"
  done
done

cp "$folder/together" "$folder/other"
printf x >> "$folder/other"
timeout 300 "${start[@]}" -np 1 "$folder/together" "$folder/none" : -np 1 "$folder/other" "$folder/none" \
  > "$folder/other.txt" 2>&1 && fail "another program: was not refused"
grep -q 'expected the same program on all, found others on process 1 than on process 0' "$folder/other.txt" ||
  fail "another program: $(cat "$folder/other.txt")"
processes 5 together "$folder/none" > "$folder/five.txt" 2>&1 && fail "more processes than shards: were not refused"
grep -q 'as many as there are processes (5), found 4' "$folder/five.txt" || fail "five: $(cat "$folder/five.txt")"
echo "$mpi: all passed"
