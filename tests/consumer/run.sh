#!/usr/bin/env bash
# run.sh SOURCE_DIR BUILD_DIR COMPILER: installs unetpp and builds consumers against the package, then one that has it as
# a subdirectory; none may warn. What makes programs slow is warned of once when they are configured.
set -eu
source=$1 build=$2 compiler=$3
rm -rf "$build"
common=(-G Ninja --no-warn-unused-cli "-DCMAKE_CXX_COMPILER=$compiler" "-DCMAKE_PREFIX_PATH=$build/prefix"
  "-DUNETPP_SOURCE_DIR=$source")

# configure KIND FOLDER OPTION...: and keeps what is printed.
configure() {
  mkdir -p "$build"
  cmake "${common[@]}" -S "$source/tests/consumer/$1" -B "$build/$2" "${@:3}" >"$build/log" 2>&1 ||
    { cat "$build/log"; exit 1; }
}
# warned COUNT WORDS...: the words are in the log, and there are so many warnings.
warned() {
  local count=$1 words
  shift
  for words in "$@"; do
    [ "$(tr -s ' \n' ' ' <"$build/log" | grep -o "$words" | wc -l)" -eq 1 ] && continue
    cat "$build/log"
    echo "FAILED: not warned once of: $words"
    exit 1
  done
  [ "$(grep -c 'CMake Warning' "$build/log")" -eq "$count" ] && return
  cat "$build/log"
  echo "FAILED: expected $count warnings"
  exit 1
}

cmake "${common[@]}" -S "$source" -B "$build/package" -DUNETPP_BUILD_TESTS=OFF -DUNETPP_BUILD_EXAMPLES=OFF
cmake --install "$build/package" --prefix "$build/prefix"
no_openmp=-DCMAKE_DISABLE_FIND_PACKAGE_OpenMP=ON
for kind in installed subdirectory; do
  configure "$kind" "$kind-slow" "$no_openmp" -DCMAKE_BUILD_TYPE=
  warned 2 "unetpp: no build type" "unetpp: no OpenMP found"
  configure "$kind" "$kind-flags" -DCMAKE_BUILD_TYPE= -DCMAKE_CXX_FLAGS=-O2
  warned 0
  configure "$kind" "$kind" -DCMAKE_BUILD_TYPE=Release
  warned 0
  cmake --build "$build/$kind"
done
"$build/installed/consumer_system" "$build/run_system"
"$build/installed/consumer_plain" "$build/run_plain"
