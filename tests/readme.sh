#!/usr/bin/env bash
# readme.sh COMPILER [FLAGS...]: of the README's pieces of C++ the first (a report), the fourth (predictions) and the one of
# checkpoints compile in the second, which is examples/fifteen_lines; the third compiles, and without its `Up` it fails as
# the README says.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
awk -v folder="$work" '/^```cpp$/ { n++; next } /^```/ { inside = 0; next } { if (n > last) { last = n; inside = 1 } if (inside) print > (folder "/" n ".cpp") }' \
  "$root/README.md"
diff "$work/2.cpp" "$root/examples/fifteen_lines/fifteen_lines.cpp"
sed -n '/^```c++$/,/^```$/{/^```/!p}' "$root/README.md" >"$work/checkpoints"
for piece in 1.cpp 4.cpp checkpoints; do
  { grep '^#include' "$work/$piece"; sed -e '/unetpp::fit(/{r /dev/stdin' -e 'd}' "$work/2.cpp" < <(grep -v '^#include' "$work/$piece"); } >"$work/piece.cpp"
  "$@" -fsyntax-only "$work/piece.cpp"
done
{ printf '#include <unetpp/unet.hpp>\nusing namespace unetpp;\n'; cat "$work/3.cpp"; } >"$work/compose.cpp"
"$@" -fsyntax-only "$work/compose.cpp"
sed -i '/^using Up /d; s/Sequential<Down, Up>/Down/' "$work/compose.cpp"
if "$@" -fsyntax-only "$work/compose.cpp" >"$work/log" 2>&1; then
  echo "FAILED: it compiles without Up"
  exit 1
fi
grep -q "unetpp: SkipConcat cannot concatenate Inner with Skip: height and width must be equal" "$work/log"
