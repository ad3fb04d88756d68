#!/usr/bin/env bash
# Builds Catch2 v3 from Debian's source package for systems that ship v2 only, and prints the prefix it is installed under
# (for CMAKE_PREFIX_PATH). Needs the system's Debian mirror; fails with one line where it cannot be reached.
set -eu
build=$(cd "$(dirname "$0")/.." && pwd)/build/catch2-v3
if [ ! -e "$build/installed" ]; then
  rm -rf "$build"
  mkdir -p "$build/lists/partial" "$build/cache/archives/partial" "$build/source"
  {
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -v security | head -n 1)
    echo "deb-src [trusted=yes] $mirror trixie main" >"$build/sources.list"
    options=(-o "Dir::Etc::sourcelist=$build/sources.list" -o Dir::Etc::sourceparts=/dev/null
      -o "Dir::State::lists=$build/lists" -o "Dir::Cache=$build/cache" -o APT::Sandbox::User=)
    cd "$build"
    apt-get "${options[@]}" update && apt-get "${options[@]}" source --download-only catch2/trixie &&
      tar xf catch2_*.orig.tar.* --strip-components=1 -C source &&
      cmake -S source -B objects -G Ninja -DCATCH_INSTALL_DOCS=OFF -DBUILD_TESTING=OFF "-DCMAKE_INSTALL_PREFIX=$build/prefix" &&
      cmake --build objects --target install && touch installed
  } >"$build/log" 2>&1 || { echo "catch2_v3.sh: Catch2 v3 cannot be fetched and built here: see $build/log" >&2; exit 1; }
fi
echo "$build/prefix"
