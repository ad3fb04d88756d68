#pragma once
// The fastest that this processor multiplies and adds floats: what percentages of the peak are of. Like the library's
// kernels, the loop is compiled for several instruction sets and one is chosen when the program runs.

#include <algorithm>
#include <cstddef>
#include <unetpp/core/parallel.hpp>
#include <unetpp/kernels/micro_kernels.hpp>
#include <vector>

#include "measure.hpp"

namespace bench {

using unetpp::kernels::InstructionSet;  // which each_set.inc.hpp names
#define UNETPP_BODY "fma_chains.inc.hpp"
#include <unetpp/kernels/simd/each_set.inc.hpp>
#undef UNETPP_BODY

/// A loop of multiply-adds and how many floating-point operations one round of it is.
struct FmaLoop {
  float (*run)(int rounds, float start);
  double operations;
  const char* name;
};

/// That of the widest instruction set that this machine supports.
inline FmaLoop fma_loop() {
#ifdef UNETPP_X86_SETS
  if (unetpp::kernels::supports(InstructionSet::avx512))
    return {avx512::run_chains, 2.0 * avx512::width * avx512::chains, "AVX-512"};
  if (unetpp::kernels::supports(InstructionSet::avx2))
    return {avx2::run_chains, 2.0 * avx2::width * avx2::chains, "AVX2"};
#endif
  return {baseline::run_chains, 2.0 * baseline::width * baseline::chains, "baseline"};
}

/// Multiply-adds in registers for about `seconds`, on every thread at once.
/// Units   10^9 floating-point operations a second: the best run of each thread, all threads together.
inline double fma_peak(int threads, double seconds = 0.03) {
  constexpr int rounds = 20000;
  const FmaLoop loop = fma_loop();
  std::vector<double> best(static_cast<std::size_t>(threads));
  unetpp::parallel_for(threads, best.size(), [&](std::size_t i, int) {
    const double end = seconds_now() + seconds;
    volatile float number = 0;  // the compiler must make the result, and does not know where it began
    for (double start = seconds_now(), now = start; start < end; start = now) {
      number = loop.run(rounds, number * 0);
      now = seconds_now();
      best[i] = std::max(best[i], rounds * loop.operations / (now - start) * 1e-9);
    }
  });
  double sum = 0;
  for (const double b : best) sum += b;
  return sum;
}

}  // namespace bench
