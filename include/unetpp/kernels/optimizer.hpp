#pragma once
// Parameter updates on flat buffers.

#include <cmath>
#include <cstddef>

#include "unetpp/kernels/micro_kernels.hpp"
#include "unetpp/kernels/pointwise.hpp"

namespace unetpp::kernels {

/// Parameters of one piece of work.
inline constexpr std::size_t parameter_block = 16384;

/// What steps of Adam and of stochastic gradient descent read and write; m and v are moments, or v the velocity.
struct AdamOperands {
  const float* gradient;
  float* m;
  float* v;
  float* p;
};
struct SGDOperands {
  const float* gradient;
  float* v;
  float* p;
};

/// m ← β1·m + (1 − β1)·g,  v ← β2·v + (1 − β2)·g²,  p ← p − rate·m / (√v + ε).
inline void adam(std::size_t count, const AdamStep& step, const AdamOperands& of, int threads,
                 const MicroKernels& kernels = micro_kernels()) {
  parallel_blocks(threads, count, parameter_block, [&](std::size_t first, std::size_t last) {
    const float* gradient = of.gradient + first;
    float *m = of.m + first, *v = of.v + first, *p = of.p + first;
    if (has_micro_kernels) return kernels.adam(last - first, step, gradient, m, v, p);
    for (std::size_t i = 0; i < last - first; ++i) {
      m[i] = step.keep1 * m[i] + step.add1 * gradient[i];
      v[i] = step.keep2 * v[i] + step.add2 * (gradient[i] * gradient[i]);
      p[i] -= step.rate * m[i] / (std::sqrt(v[i]) + step.epsilon);
    }
  });
}

/// v ← momentum·v − rate·g,  p ← p + v, or p + momentum·v − rate·g if nesterov.
inline void sgd(std::size_t count, const SGDStep& step, const SGDOperands& of, int threads,
                const MicroKernels& kernels = micro_kernels()) {
  parallel_blocks(threads, count, parameter_block, [&](std::size_t first, std::size_t last) {
    const float* gradient = of.gradient + first;
    float *v = of.v + first, *p = of.p + first;
    if (has_micro_kernels) return kernels.sgd(last - first, step, gradient, v, p);
    for (std::size_t i = 0; i < last - first; ++i) {
      const float move = step.rate * gradient[i];
      v[i] = step.momentum * v[i] - move;
      p[i] += step.nesterov ? step.momentum * v[i] - move : v[i];
    }
  });
}

}  // namespace unetpp::kernels
