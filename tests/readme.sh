#!/usr/bin/env bash
# readme.sh COMPILER [FLAGS...]: of the README's pieces of C++, the one with a main is examples/fifteen_lines, in which the
# others compile; the one with static_assert compiles, and without its `Up` it fails as the README says.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
awk -v folder="$work" '/^```cpp$/ { n++; inside = 1; next } /^```/ { inside = 0 } inside { print > (folder "/piece" n ".cpp") }' "$root/README.md"
cd "$work"
program=$(grep -l 'int main' piece*) composition=$(grep -l static_assert piece*)
diff "$program" "$root/examples/fifteen_lines/fifteen_lines.cpp"
pieces=0
for piece in piece*; do
  case $piece in "$program" | "$composition") continue ;; esac
  grep -q save_onnx "$piece" && continue  # needs the ONNX library; tests/consumer/main.cpp calls it
  grep -q unetpp/mpi/ "$piece" && continue  # needs an MPI; tests/mpi/together.cpp is such a program
  { grep '^#include' "$piece" || true; sed -e '/unetpp::fit(/{r /dev/stdin' -e 'd}' "$program" < <(grep -v '^#include' "$piece"); } >whole.cpp
  "$@" -fsyntax-only whole.cpp
  pieces=$((pieces + 1))
done
[ "$pieces" -eq 5 ] || { echo "FAILED: expected two data sets, a report, checkpoints and predictions, found $pieces pieces"; exit 1; }
{ printf '#include <unetpp/unet.hpp>\nusing namespace unetpp;\n'; cat "$composition"; } >compose.cpp
"$@" -fsyntax-only compose.cpp
sed -i '/^using Up /d; s/Sequential<Down, Up>/Down/' compose.cpp
if "$@" -fsyntax-only compose.cpp >log 2>&1; then
  echo "FAILED: it compiles without Up"
  exit 1
fi
grep -q "unetpp: SkipConcat cannot concatenate Inner with Skip: height and width must be equal" log
