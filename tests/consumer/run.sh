#!/usr/bin/env bash
# run.sh SOURCE_DIR BUILD_DIR COMPILER: installs unetpp and builds a consumer against the package, then one that has unetpp
# as a subdirectory.
set -eu
source=$1 build=$2 compiler=$3
rm -rf "$build"
common=(-G Ninja "-DCMAKE_CXX_COMPILER=$compiler")
cmake "${common[@]}" -S "$source" -B "$build/package" -DUNETPP_BUILD_TESTS=OFF -DUNETPP_BUILD_EXAMPLES=OFF
cmake --install "$build/package" --prefix "$build/prefix"
cmake "${common[@]}" -S "$source/tests/consumer/installed" -B "$build/installed" "-DCMAKE_PREFIX_PATH=$build/prefix"
cmake --build "$build/installed"
"$build/installed/consumer"
cmake "${common[@]}" -S "$source/tests/consumer/subdirectory" -B "$build/subdirectory" "-DUNETPP_SOURCE_DIR=$source"
cmake --build "$build/subdirectory"
"$build/subdirectory/consumer"
