#pragma once
// What the losses of labelled pixels have in common.

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "unetpp/kernels/operands.hpp"
#include "unetpp/kernels/pointwise.hpp"
#include "unetpp/kernels/softmax.hpp"

namespace unetpp::kernels {

/// The classes' weights (none: all 1) and the label that does not count (negative: none).
struct LabelWeights {
  const float* of_class = nullptr;
  int ignored = -1;

  float operator()(int label) const { return label == ignored ? 0 : of_class ? of_class[label] : 1; }
};

/// The sum of the pixels' weights; NaN if a label is neither a class nor ignored.
/// Extent  scratch: pixel_sum_scratch.
inline double label_weight(std::size_t pixels, int classes, const std::uint8_t* labels, const LabelWeights& weights,
                           Scratch scratch) {
  return sum_over_pixels(pixels, scratch, [&](std::size_t first, std::size_t last) {
    float sum = 0;
    for (std::size_t i = first; i < last; ++i)
      sum += labels[i] < classes || labels[i] == weights.ignored ? weights(labels[i]) : NAN;
    return sum;
  });
}

/// Shapes  labels: one for each pixel, all of them valid.
struct LabelLossOperands {
  std::size_t pixels;
  int classes;
  ConstPixels<float> logits;
  const std::uint8_t* labels;
  LabelWeights weights = {};
  LossGradient gradient = {};

  bool counts(std::size_t pixel) const { return labels[pixel] != weights.ignored; }
  /// The gradient of a pixel that does not count.
  void store_nothing(std::size_t pixel) const {
    if (!gradient.dlogits.data) return;
    for (int c = 0; c < classes; ++c) gradient.store(pixel, c, 0);
  }
};

/// A pixel's loss for weight 1, and what its gradient has softmax(logits) − the label's indicator multiplied by.
struct PixelLoss {
  float loss;
  float slope;
};

/// The weighted sum of loss_of(−ln p, p), a PixelLoss, of each pixel's softmax p at its label; NaN if one of the logits
/// is, whatever its pixel's weight; its gradient as `gradient` says.
/// Extent  scratch: pixel_sum_scratch.
template <class LossOf>
double label_loss(const LabelLossOperands& of, Scratch scratch, const MicroKernels& kernels, const LossOf& loss_of) {
  const LossGradient& to = of.gradient;
  return sum_over_pixels(of.pixels, scratch, [&](std::size_t first, std::size_t last) {
    double sum = 0;
    for_each_softmax(first, last, of.classes, of.logits, kernels,
                     [&](std::size_t i, const float* y, int step, float log_sum) {
                       const int label = of.labels[i];  // an ignored one may be no class
                       const float weight = of.weights(label);
                       if (weight == 0) {
                         sum += 0 * log_sum;  // logits that are not numbers show, also where the label is ignored
                         return of.store_nothing(i);
                       }
                       const float* logits = of.logits.data + i * of.logits.stride;
                       const PixelLoss pixel = loss_of(log_sum - logits[label], y[label * step]);
                       sum += weight * pixel.loss;
                       if (!to.dlogits.data) return;
                       for (int c = 0; c < of.classes; ++c)
                         to.store(i, c, weight * to.scale * pixel.slope * (y[c * step] - (c == label ? 1.0f : 0.0f)));
                     });
    return sum;
  });
}

}  // namespace unetpp::kernels
