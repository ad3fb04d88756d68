#!/usr/bin/env bash
# thread_sanitizer.sh FOLDER COMPILER [FLAGS...]: runs the loader's threads, the thread in the background of several processes
# and the workers of loops, under ThreadSanitizer. Status 77 where the sanitizer does not work. No OpenMP library is compiled for the sanitizer: the
# loader does without, and the workers run with libgomp only, of whose inside it says nothing.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$1
shift
mkdir -p "$work"
tsan=("$@" -O1 -g -fsanitize=thread -pthread -Wno-unknown-pragmas)
export TSAN_OPTIONS="exitcode=66 halt_on_error=0 second_deadlock_stack=1"

cat >"$work/race.cpp" <<'END'
#include <thread>
int shared = 0;
int main() {
  std::thread other([] { ++shared; });
  ++shared;
  other.join();
}
END
# Some kernels lay memory out in a way that older sanitizers do not know, unless it is laid out the same every time.
for prefix in "" "setarch $(uname -m) -R"; do
  "${tsan[@]}" "$work/race.cpp" -o "$work/race" 2>"$work/log" || break
  status=0
  $prefix "$work/race" >"$work/log" 2>&1 || status=$?
  [ "$status" -eq 66 ] && grep -q "data race" "$work/log" && break
done
if [ "${status:-1}" -ne 66 ]; then
  echo "SKIPPED: ThreadSanitizer finds no race in a program that has one:"
  cat "$work/log"
  exit 77
fi

"${tsan[@]}" "$here/io/data/loader_threads.cpp" -o "$work/loader_threads"
$prefix "$work/loader_threads"

"${tsan[@]}" "$here/mpi/background_threads.cpp" -o "$work/background_threads"
$prefix "$work/background_threads"

"${tsan[@]}" -fopenmp "$here/core/workers_threads.cpp" -o "$work/workers_threads"
if ldd "$work/workers_threads" | grep -q libgomp; then
  $prefix "$work/workers_threads"
else
  echo "without the workers: the OpenMP library is not libgomp"
fi
