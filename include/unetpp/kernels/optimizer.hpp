#pragma once
// Parameter updates on flat buffers, vectorised by Eigen.

#include <Eigen/Core>
#include <cstddef>

#include "unetpp/kernels/pointwise.hpp"

namespace unetpp::kernels {

/// Parameters of one piece of work.
inline constexpr std::size_t parameter_block = 16384;

using Floats = Eigen::Map<Eigen::ArrayXf>;
using ConstFloats = Eigen::Map<const Eigen::ArrayXf>;

/// The numbers of one step of Adam; keep and add of a moment are β and 1 − β.
struct AdamStep {
  float rate;  // with both bias corrections
  float keep1, add1;
  float keep2, add2;
  float epsilon;
};

/// m ← β1·m + (1 − β1)·g,  v ← β2·v + (1 − β2)·g²,  p ← p − rate·m / (√v + ε).
inline void adam(std::size_t count, const AdamStep& step, const float* gradient, float* m, float* v, float* p,
                 int threads) {
  parallel_blocks(threads, count, parameter_block, [&](std::size_t first, std::size_t last) {
    const Eigen::Index n = static_cast<Eigen::Index>(last - first);
    const ConstFloats g(gradient + first, n);
    Floats mean(m + first, n), square(v + first, n), parameter(p + first, n);
    mean = step.keep1 * mean + step.add1 * g;
    square = step.keep2 * square + step.add2 * g.square();
    parameter -= step.rate * mean / (square.sqrt() + step.epsilon);
  });
}

/// v ← momentum·v − rate·g,  p ← p + v, or p + momentum·v − rate·g if nesterov.
inline void sgd(std::size_t count, float rate, float momentum, bool nesterov, const float* gradient, float* v, float* p,
                int threads) {
  parallel_blocks(threads, count, parameter_block, [&](std::size_t first, std::size_t last) {
    const Eigen::Index n = static_cast<Eigen::Index>(last - first);
    const ConstFloats g(gradient + first, n);
    Floats velocity(v + first, n), parameter(p + first, n);
    velocity = momentum * velocity - rate * g;
    if (nesterov)
      parameter += momentum * velocity - rate * g;
    else
      parameter += velocity;
  });
}

}  // namespace unetpp::kernels
