#!/usr/bin/env bash
# function_size.sh [FLAGS...]: no function under include/ is longer than 60 lines or takes more than 6 parameters, but
# those that function_size.txt lists. Exits with 77 where clang-tidy, which counts, is missing.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
command -v clang-tidy >/dev/null || {
  echo "SKIPPED: the size of functions is not tested, as clang-tidy is missing (as root: apt-get install clang-tidy)"
  exit 77
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Every header, but those that others include for them, and those of ONNX, libtiff and MPI where these are not.
cd "$root/include"
find unetpp -name '*.hpp' ! -name '*.inc.hpp' ! -name 'compiled_*' | LC_ALL=C sort | while IFS= read -r header; do
  case $header in
    */tiff*) printf '#if __has_include(<tiffio.h>)\n#include <%s>\n#endif\n' "$header" ;;
    */onnx*) printf '#if __has_include(<onnx/onnx_pb.h>)\n#include <%s>\n#endif\n' "$header" ;;
    */mpi/*) printf '#if __has_include(<mpi.h>)\n#include <%s>\n#endif\n' "$header" ;;
    *) printf '#include <%s>\n' "$header" ;;
  esac
done >"$work/all.cpp"
size=readability-function-size
clang-tidy --quiet --header-filter='/include/unetpp/' --checks="-*,$size" --config="{CheckOptions: [
  {key: $size.LineThreshold, value: 60}, {key: $size.ParameterThreshold, value: 6},
  {key: $size.StatementThreshold, value: 100000}]}" "$work/all.cpp" -- -std=c++20 "-I$root/include" -DUNETPP_UNOPTIMISED \
  -DOMPI_SKIP_MPICXX -DONNX_ML=1 -DONNX_NAMESPACE=onnx "$@" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }

# FILE FUNCTION (line N): why it is too large.
awk -F "[:']" '/: warning: function / { sub(".*/include/unetpp/", "", $1); function_of = $1 " " $6 }
  /: note: / && function_of { print function_of " (line " $2 "):" $5 }' "$work/log" | LC_ALL=C sort -u >"$work/large"
sed -E '/^(#|$)/d' "$here/function_size.txt" >"$work/listed"
failed=0
if awk 'FILENAME == ARGV[1] { listed[$1, $2]; next } !(($1, $2) in listed)' "$work/listed" "$work/large" | grep .; then
  echo "FAILED: these functions are too large, and function_size.txt does not list them"
  failed=1
fi
if awk 'FILENAME == ARGV[1] { large[$1, $2]; next } !(($1, $2) in large)' "$work/large" "$work/listed" | grep .; then
  echo "FAILED: function_size.txt lists these, which are small enough or gone"
  failed=1
fi
[ "$failed" -eq 0 ] &&
  echo "$(grep -c include "$work/all.cpp") headers have no large function but the $(grep -c . "$work/listed") listed"
exit "$failed"
