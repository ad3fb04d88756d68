#pragma once
// Sparse softmax cross-entropy and its gradient in one pass over the logits.

#include <cstddef>

#include "unetpp/kernels/label_loss.hpp"

namespace unetpp::kernels {

/// The weighted sum of −log softmax(logits)[label], NaN if one of the logits is, whatever its pixel's weight; its gradient
/// as `gradient` says.
/// Extent  scratch: pixel_sum_scratch.
inline double cross_entropy(const LabelLossOperands& of, Scratch scratch,
                            const MicroKernels& kernels = micro_kernels()) {
  return label_loss(of, scratch, kernels, [](float loss, float) { return PixelLoss{loss, 1}; });
}

/// The same with labels of which the share `smoothing` is spread evenly over the classes: the sum over the counted pixels
/// of Σ t·−log softmax(logits), where a class has t = weight·((1 − smoothing)·(1 at the label, else 0) + smoothing/classes).
/// Extent  scratch: pixel_sum_scratch.
inline double smoothed_cross_entropy(const LabelLossOperands& of, float smoothing, Scratch scratch,
                                     const MicroKernels& kernels = micro_kernels()) {
  const LossGradient& to = of.gradient;
  const float spread = smoothing / static_cast<float>(of.classes);
  const auto weight_of = [&](int c) { return of.weights.of_class ? of.weights.of_class[c] : 1; };
  float everywhere = 0;  // Σ t of a pixel, but for its label's part
  for (int c = 0; c < of.classes; ++c) everywhere += spread * weight_of(c);
  return sum_over_pixels(of.pixels, scratch, [&](std::size_t first, std::size_t last) {
    double sum = 0;
    for_each_softmax(first, last, of.classes, of.logits, kernels,
                     [&](std::size_t i, const float* y, int step, float log_sum) {
                       if (!of.counts(i)) {
                         sum += 0 * log_sum;
                         return of.store_nothing(i);
                       }
                       const float* logits = of.logits.data + i * of.logits.stride;
                       const float at_label = (1 - smoothing) * weight_of(of.labels[i]);
                       for (int c = 0; c < of.classes; ++c) {
                         const float target = (c == of.labels[i] ? at_label : 0) + spread * weight_of(c);
                         sum += target * (log_sum - logits[c]);
                         if (to.dlogits.data)
                           to.store(i, c, to.scale * ((at_label + everywhere) * y[c * step] - target));
                       }
                     });
    return sum;
  });
}

}  // namespace unetpp::kernels
