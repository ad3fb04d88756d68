#pragma once
// Clock, medians and memory, for all benchmarks.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <fstream>
#include <string>
#include <vector>

namespace bench {

inline constexpr double mb = 1.0 / (1 << 20);

inline double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

inline double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

inline double smallest(const std::vector<double>& values) { return *std::min_element(values.begin(), values.end()); }

/// Seconds of each call of `run` in one turn: at least one call, and more until `at_least` seconds are over.
template <class Run>
std::vector<double> one_turn(const Run& run, double at_least) {
  std::vector<double> seconds;
  const double begin = seconds_now();
  for (double start = begin; seconds.empty() || start < begin + at_least;) {
    run();
    const double end = seconds_now();
    seconds.push_back(end - start);
    start = end;
  }
  return seconds;
}

/// Memory of this process that is in use now (VmRSS) or was at most (VmHWM). Linux; elsewhere 0.
/// Units   MB of 2^20 bytes.
inline double memory_mb(const std::string& field) {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;)
    if (word == field + ":") {
      double kilobytes = 0;
      status >> kilobytes;
      return kilobytes / 1024;
    }
  return 0;
}

}  // namespace bench
