#!/usr/bin/env bash
# Files that others include in the middle of a namespace stand alone, too, so that editors understand them: clang reads each
# by itself, as clangd does.
set -u
cd "$(dirname "$0")/.." || exit 1
command -v clang++ > /dev/null || { echo "SKIPPED: no clang++"; exit 77; }
failed=0
checked=0
for file in $(find include benchmarks -name '*.inc.hpp'); do
  checked=$((checked + 1))
  clang++ -std=c++20 -fsyntax-only -I include "$file" 2> /dev/null && continue
  clang++ -std=c++20 -fsyntax-only -I include "$file"
  echo "FAILED: $file does not stand alone"
  failed=1
done
[ "$checked" -ge 10 ] || { echo "FAILED: only $checked files found"; failed=1; }
[ "$failed" -eq 0 ] && echo "$checked files stand alone"
exit "$failed"
