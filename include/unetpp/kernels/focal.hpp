#pragma once
// The focal loss and its gradient in one pass over the logits.

#include <algorithm>
#include <cmath>

#include "unetpp/kernels/label_loss.hpp"

namespace unetpp::kernels {

/// The weighted sum of −(1 − p)ᵞ·ln p for p = softmax(logits)[label], NaN if one of the logits is, whatever its pixel's
/// weight; its gradient as `gradient` says.
/// Extent  scratch: pixel_sum_scratch.
inline double focal_loss(const LabelLossOperands& of, float gamma, Scratch scratch,
                         const MicroKernels& kernels = micro_kernels()) {
  return label_loss(of, scratch, kernels, [gamma](float loss, float p) {
    const float rest = std::max(0.0f, 1 - p), power = std::pow(rest, gamma);
    return PixelLoss{power * loss, power + (rest > 0 ? gamma * p * loss * power / rest : 0)};
  });
}

}  // namespace unetpp::kernels
