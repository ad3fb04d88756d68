#!/usr/bin/env bash
# How long a program that trains the default network takes to compile, and how much memory: at most 20 s and 1 GB.
# CXX chooses the compiler; arguments are added to its flags.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
"$root/cmake/packages.sh" g++ libeigen3-dev time
object=$(mktemp)
trap 'rm -f "$object" "$object.time"' EXIT
command=("${CXX:-g++}" -std=c++20 -O2 "$@")
/usr/bin/time -f '%e %M' -o "$object.time" "${command[@]}" -I"$root/include" -isystem /usr/include/eigen3 \
  -c "$root/benchmarks/compile_time.cpp" -o "$object"
read -r seconds kilobytes <"$object.time"
echo "${command[*]}: $seconds s, $((kilobytes / 1024)) MB (at most 20 s, 1000 MB)"
awk -v s="$seconds" -v m="$kilobytes" 'BEGIN { exit !(s <= 20 && m <= 1000 * 1024) }'
