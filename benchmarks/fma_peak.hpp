#pragma once
// The fastest that this processor multiplies and adds floats: what percentages of the peak are of.

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <unetpp/core/parallel.hpp>
#include <vector>

namespace benchmark_peak {

#if defined(__AVX512F__)
inline constexpr int vector_bytes = 64;
#elif defined(__AVX__)
inline constexpr int vector_bytes = 32;
#else
inline constexpr int vector_bytes = 16;
#endif
typedef float Vector __attribute__((vector_size(vector_bytes)));

inline double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Independent chains of fused multiply-adds in registers for about `seconds`, on every thread at once.
/// Units   10^9 floating-point operations a second, all threads together; the best run of each.
inline double fma_peak(int threads, double seconds = 0.1) {
  constexpr int chains = 16, rounds = 20000;
  constexpr double operations = 2.0 * rounds * chains * (vector_bytes / sizeof(float));
  std::vector<double> best(static_cast<std::size_t>(threads));
  unetpp::parallel_for(threads, best.size(), [&](std::size_t i, int) {
    const double end = seconds_now() + seconds;
    while (seconds_now() < end) {
      std::array<Vector, chains> sum{};
      Vector factor = sum[0] + 0.999f, term = sum[0] + 1e-3f;
      asm volatile("" : "+x"(factor), "+x"(term));       // values that the compiler does not know
      for (Vector& s : sum) asm volatile("" : "+x"(s));  // nor that the chains are alike
      const double start = seconds_now();
      for (int round = 0; round < rounds; ++round) {
#pragma GCC unroll 16
        for (Vector& s : sum) s = s * factor + term;
      }
      for (Vector& s : sum) asm volatile("" : "+x"(s));  // values that it must make
      best[i] = std::max(best[i], operations / (seconds_now() - start) * 1e-9);
    }
  });
  double sum = 0;
  for (const double b : best) sum += b;
  return sum;
}

}  // namespace benchmark_peak
