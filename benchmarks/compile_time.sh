#!/usr/bin/env bash
# How long a program that trains the default network takes to compile, and how much memory: at most 20 s and 1 GB.
# CXX chooses the compiler; arguments are added to its flags.
#
# compile_time.sh --beside FOLDER: what part that is of the time that the checkout in FOLDER takes for its own. Both compile at
# once, a core each, and change cores in turns, since the same machine takes half as long again an hour later: user and system
# seconds, the median of three rounds of two. ROUNDS and PROGRAM (a path in both checkouts) choose others.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
other=
if [ "${1-}" = --beside ]; then
  other=$(cd "$2" && pwd)
  shift 2
fi
"$root/cmake/packages.sh" g++ libeigen3-dev time
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
command=("${CXX:-g++}" -std=c++20 -O2 "$@")
program=${PROGRAM:-benchmarks/compile_time.cpp}

# compile CHECKOUT FORMAT FILE: writes what /usr/bin/time has for the format.
compile() {
  /usr/bin/time -f "$2" -o "$3" "${command[@]}" -I"$1/include" -isystem /usr/include/eigen3 -c "$1/$program" -o /dev/null
}

if [ -n "$other" ]; then
  for ((round = 0; round < 2 * ${ROUNDS:-3}; ++round)); do
    (taskset -pc $((round % 2)) "$BASHPID" >/dev/null && compile "$root" '%U %S' "$folder/own") &
    (taskset -pc $((1 - round % 2)) "$BASHPID" >/dev/null && compile "$other" '%U %S' "$folder/other")
    wait $!
    cat "$folder/own" "$folder/other" | paste -s -d ' '
  done | awk '{ ratio = ($1 + $2) / ($3 + $4); if (NR % 2) first = ratio; else print sqrt(first * ratio) }' | sort -n |
    awk '{ pairs[NR] = $1 } END { printf "%.3f of the other (%.3f to %.3f)\n", pairs[int((NR + 1) / 2)], pairs[1], pairs[NR] }'
  exit
fi
compile "$root" '%e %M' "$folder/own"
read -r seconds kilobytes <"$folder/own"
echo "${command[*]}: $seconds s, $((kilobytes / 1024)) MB (at most 20 s, 1000 MB)"
awk -v s="$seconds" -v m="$kilobytes" 'BEGIN { exit !(s <= 20 && m <= 1000 * 1024) }'
