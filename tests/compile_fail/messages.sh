#!/usr/bin/env bash
# messages.sh COMPILER [FLAGS...]: what the compiler and the linker say of flags that are missing.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() {
  cat log
  echo "FAILED: $1"
  exit 1
}
# matches COUNT REGEX: as many lines of the log match.
matches() { [ "$(grep -cE -- "$2" log)" -eq "$1" ] || fail "expected $1 lines that match: $2"; }

# Below C++20: one #error, and then the end. It is in the header that all others include, but for those that others
# include for their users.
roots=$(cd "$root/include/unetpp" && find . -name '*.hpp' -exec grep -L '#include "unetpp/[a-z0-9_/]*[.]hpp"' {} + | grep -vE '/compiled_|/page_template|/stb|[.]inc[.]hpp')
[ "$roots" = ./core/compiler.hpp ] || { echo "FAILED: headers that do not include core/compiler.hpp: $roots"; exit 1; }
for header in unet io/data/loader io/files/weights io/image/predict_mask report/segmentation_report; do
  echo "#include <unetpp/$header.hpp>" >header.cpp
  "$@" -std=c++17 -O1 -fsyntax-only header.cpp >log 2>&1 && fail "$header compiles as C++17"
  matches 1 'error: .*unetpp needs C\+\+20: compile with -std=c\+\+20'
  matches 2 'error: '
done

echo '#include <unetpp/core/tensor.hpp>' >tensor.cpp
# Without optimisation: one note, that -Werror leaves alone, also of a system header; none where it is meant.
for folder in -I -isystem; do
  flags=(-std=c++20 -Wall -Wextra -Wpedantic -Werror -fsyntax-only "$folder" "$root/include")
  "$@" "${flags[@]}" tensor.cpp >log 2>&1 || fail "the note is an error"
  matches 1 '(note|warning): .*unetpp is not optimised'
  for silent in -O1 -DUNETPP_UNOPTIMISED; do
    "$@" "${flags[@]}" "$silent" tensor.cpp >log 2>&1 || fail "it does not compile with $silent"
    matches 0 'unetpp is not optimised'
  done
done

# UNETPP_SEPARATE_KERNELS in all files: every undefined reference says what to do.
cat >kernels.cpp <<'END'
#include <unetpp/kernels/amx_kernels.hpp>
int main() { return unetpp::kernels::micro_kernels().panel + (unetpp::kernels::amx_kernels<float>().product != nullptr); }
END
"$@" -std=c++20 -O1 -DUNETPP_SEPARATE_KERNELS kernels.cpp -o kernels >log 2>&1 && fail "it links without kernels"
matches "$(grep -c 'undefined reference' log)" 'undefined reference .*define_UNETPP_DEFINE_KERNELS_in_one_source_file::'
grep -q 'undefined reference' log || fail "expected undefined references"
"$@" -std=c++20 -O1 -DUNETPP_SEPARATE_KERNELS -DUNETPP_DEFINE_KERNELS kernels.cpp -o kernels >log 2>&1 || fail "it does not link"
