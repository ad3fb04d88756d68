#!/usr/bin/env bash
# Includes point down only: core <- kernels <- layers <- nn <- train <- io <- report <- mpi. Eigen is seen in kernels/ only,
# MPI in mpi/ only, and nothing that unet.hpp includes comes from io/, mpi/ or report/. Headers are all there is, and no file
# has a retired name.
set -u
cd "$(dirname "$0")/../include/unetpp" || exit 1
order=(core kernels layers nn train io report mpi)
failed=0
checked=0
for ((low = 0; low < ${#order[@]}; low++)); do
  checked=$((checked + $(find "${order[low]}" -name '*.hpp' 2>/dev/null | wc -l)))
  for ((high = low + 1; high < ${#order[@]}; high++)); do
    grep -rnE "#include [<\"](unetpp/)?${order[high]}/" "${order[low]}" && failed=1
  done
done
grep -rnE '#include <Eigen' core layers nn train io mpi report && failed=1
grep -rnE '#include <mpi|MPI_' core kernels layers nn train io report && failed=1
grep -nE '(io|mpi|report)/.*\.hpp"$' unet.hpp && failed=1
others=$(find . -type f ! -name '*.hpp')
[ -z "$others" ] || { echo "FAILED: no headers: $others"; failed=1; }

# One meaning a word: a panel is what a micro-kernel reads, a patch what is gathered, a split is of a data set, what cannot be used is skipped.
retired=$(cd ../.. && find include tests examples -type f | grep -E '/[^/]*(narrow|panel|patch|split|matrix|bad_)[^/]*$' |
  grep -vE '/kernels/panels(_test)?\.[a-z]+$|/kernels/convolution/[^/]*patch[^/]*$|/io/data/[^/]*split[^/]*$')
[ -z "$retired" ] || { echo "FAILED: named after a retired word: $retired"; failed=1; }

[ "$checked" -ge 20 ] || { echo "FAILED: only $checked headers found"; failed=1; }
[ "$failed" -eq 0 ] && echo "$checked headers include downwards only"
exit "$failed"
