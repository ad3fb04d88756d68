#pragma once
// Parameter updates and norms on flat buffers.

#include <cmath>
#include <cstddef>
#include <span>

#include "unetpp/core/ranges.hpp"
#include "unetpp/kernels/micro_kernels.hpp"
#include "unetpp/kernels/pointwise.hpp"

namespace unetpp::kernels {

/// Parameters of one piece of work.
inline constexpr std::size_t parameter_block = 16384;

/// What steps of Adam and of stochastic gradient descent read and write; m and v are moments, or v the velocity. A step's
/// decay is of the parameters in `decaying`, in ascending order.
struct AdamOperands {
  const float* gradient;
  float* m;
  float* v;
  float* p;
  std::span<const IndexRange> decaying = {};
};
struct SGDOperands {
  const float* gradient;
  float* v;
  float* p;
  std::span<const IndexRange> decaying = {};
};

/// Calls work(first, last, step) for parts of [0, count), with the step without its decay where nothing decays.
template <class Step, class Work>
void for_each_update(std::size_t count, const Step& step, std::span<const IndexRange> decaying, int threads,
                     const Work& work) {
  Step plain = step;
  plain.decay = 0;
  parallel_blocks(threads, count, parameter_block, [&](std::size_t first, std::size_t last) {
    for_each_part({first, last}, decaying,
                  [&](std::size_t part, std::size_t end, bool decays) { work(part, end, decays ? step : plain); });
  });
}

/// m ← β1·m + (1 − β1)·g,  v ← β2·v + (1 − β2)·g²,  p ← p − (rate·m / (√v + ε) + decay·p).
inline void adam(std::size_t count, const AdamStep& whole, const AdamOperands& of, int threads,
                 const MicroKernels& kernels = micro_kernels()) {
  const auto update = [&](std::size_t first, std::size_t last, const AdamStep& step) {
    const float* gradient = of.gradient + first;
    float *m = of.m + first, *v = of.v + first, *p = of.p + first;
    if (has_micro_kernels) return kernels.adam(last - first, step, gradient, m, v, p);
    for (std::size_t i = 0; i < last - first; ++i) {
      m[i] = step.keep1 * m[i] + step.add1 * gradient[i];
      v[i] = step.keep2 * v[i] + step.add2 * (gradient[i] * gradient[i]);
      const float move = step.rate * m[i] / (std::sqrt(v[i]) + step.epsilon);
      p[i] -= step.decay != 0 ? move + step.decay * p[i] : move;
    }
  };
  for_each_update(count, whole, of.decaying, threads, update);
}

/// g ← g + decay·p,  v ← momentum·v − rate·g,  p ← p + v, or p + momentum·v − rate·g if nesterov.
inline void sgd(std::size_t count, const SGDStep& whole, const SGDOperands& of, int threads,
                const MicroKernels& kernels = micro_kernels()) {
  const auto update = [&](std::size_t first, std::size_t last, const SGDStep& step) {
    const float* gradient = of.gradient + first;
    float *v = of.v + first, *p = of.p + first;
    if (has_micro_kernels) return kernels.sgd(last - first, step, gradient, v, p);
    for (std::size_t i = 0; i < last - first; ++i) {
      const float slope = step.decay != 0 ? gradient[i] + step.decay * p[i] : gradient[i];
      const float move = step.rate * slope;
      v[i] = step.momentum * v[i] - move;
      p[i] += step.nesterov ? step.momentum * v[i] - move : v[i];
    }
  };
  for_each_update(count, whole, of.decaying, threads, update);
}

/// average ← average + share·(p − average).
inline void moving_average(std::size_t count, float share, const float* p, float* average, int threads,
                           const MicroKernels& kernels = micro_kernels()) {
  parallel_blocks(threads, count, parameter_block, [&](std::size_t first, std::size_t last) {
    if (has_micro_kernels) return kernels.moving_average(last - first, share, p + first, average + first);
    for (std::size_t i = first; i < last; ++i) average[i] += share * (p[i] - average[i]);
  });
}

/// Doubles of scratch that `sum_of_squares` needs.
constexpr std::size_t sum_of_squares_scratch(std::size_t count) { return parts_of(count, parameter_block); }

/// The sum of the squares of `count` values in double precision, in which no square of a float overflows.
inline double sum_of_squares(std::size_t count, const float* values, double* scratch, int threads) {
  parallel_blocks(threads, count, parameter_block, [&](std::size_t first, std::size_t last) {
    constexpr std::size_t chains = 8;  // of additions, which do not wait for each other
    double sums[chains] = {};
    for (std::size_t i = first; i + chains <= last; i += chains)
      for (std::size_t k = 0; k < chains; ++k) sums[k] += double{values[i + k]} * double{values[i + k]};
    double total = 0;
    for (const double sum : sums) total += sum;
    for (std::size_t i = last - (last - first) % chains; i < last; ++i) total += double{values[i]} * double{values[i]};
    scratch[first / parameter_block] = total;
  });
  double total = 0;
  for (std::size_t i = 0; i < sum_of_squares_scratch(count); ++i) total += scratch[i];
  return total;
}

/// values ← factor·values.
inline void scale(std::size_t count, float factor, float* values, int threads) {
  parallel_blocks(threads, count, parameter_block, [&](std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) values[i] *= factor;
  });
}

}  // namespace unetpp::kernels
