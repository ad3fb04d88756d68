// Workers in all that they go through: several callers, loops of changing numbers of threads after each other and with
// pauses, within each other, more threads than before, and ends. tests/thread_sanitizer.sh runs it.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <thread>
#include <vector>

#include "unetpp/core/parallel.hpp"

namespace {

/// Whether every index of some loops was met once; values are not atomic, so that each loop has to wait for the last.
bool some_loops(int most_threads) {
  std::vector<int> values(50);
  for (int loop = 1; loop <= 500; ++loop) {
    if (loop % 100 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    unetpp::parallel_for(1 + loop % most_threads, values.size(), [&](std::size_t i, int) {
      unetpp::parallel_for(2, 2, [&](std::size_t k, int) { values[i] += k == 0 ? 2 : -1; });
    });
    if (std::count(values.begin(), values.end(), loop) != 50) return false;
  }
  return true;
}

}  // namespace

int main() {
  std::vector<std::thread> callers;
  int right[3] = {};
  for (int caller = 0; caller < 3; ++caller)
    callers.emplace_back([&, caller] { right[caller] = some_loops(2 + caller); });
  for (std::thread& caller : callers) caller.join();
  const bool all = some_loops(3) && right[0] && right[1] && right[2];
  std::puts(all ? "workers: no race" : "FAILED: workers: an index not met once");
  return all ? 0 : 1;
}
