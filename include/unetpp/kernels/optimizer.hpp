#pragma once
// Parameter updates on flat buffers.

#include <cmath>
#include <cstddef>

#include "unetpp/kernels/micro_kernels.hpp"
#include "unetpp/kernels/pointwise.hpp"

namespace unetpp::kernels {

/// Parameters of one piece of work.
inline constexpr std::size_t parameter_block = 16384;

/// m ← β1·m + (1 − β1)·g,  v ← β2·v + (1 − β2)·g²,  p ← p − rate·m / (√v + ε).
inline void adam(std::size_t count, const AdamStep& step, const float* gradient, float* m, float* v, float* p,
                 int threads, const MicroKernels& kernels = micro_kernels()) {
  parallel_blocks(threads, count, parameter_block, [&](std::size_t first, std::size_t last) {
    if (has_micro_kernels) return kernels.adam(last - first, step, gradient + first, m + first, v + first, p + first);
    for (std::size_t i = first; i < last; ++i) {
      m[i] = step.keep1 * m[i] + step.add1 * gradient[i];
      v[i] = step.keep2 * v[i] + step.add2 * (gradient[i] * gradient[i]);
      p[i] -= step.rate * m[i] / (std::sqrt(v[i]) + step.epsilon);
    }
  });
}

/// v ← momentum·v − rate·g,  p ← p + v, or p + momentum·v − rate·g if nesterov.
inline void sgd(std::size_t count, const SGDStep& step, const float* gradient, float* v, float* p, int threads,
                const MicroKernels& kernels = micro_kernels()) {
  parallel_blocks(threads, count, parameter_block, [&](std::size_t first, std::size_t last) {
    if (has_micro_kernels) return kernels.sgd(last - first, step, gradient + first, v + first, p + first);
    for (std::size_t i = first; i < last; ++i) {
      const float move = step.rate * gradient[i];
      v[i] = step.momentum * v[i] - move;
      p[i] += step.nesterov ? step.momentum * v[i] - move : v[i];
    }
  });
}

}  // namespace unetpp::kernels
