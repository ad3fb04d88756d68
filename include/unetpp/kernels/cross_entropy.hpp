#pragma once
// Sparse softmax cross-entropy and its gradient in one pass over the logits.

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

/// Floats of scratch that the functions below need.
constexpr std::size_t cross_entropy_scratch(std::size_t pixels) { return parts_of(pixels, pixel_block); }

/// The sum of the pixels' weights; NaN if a label is neither a class nor ignored.
inline double label_weight(std::size_t pixels, int classes, const std::uint8_t* labels, const LabelWeights& weights,
                           Scratch scratch) {
  parallel_blocks(scratch.threads, pixels, pixel_block, [&](std::size_t first, std::size_t last) {
    float sum = 0;
    for (std::size_t i = first; i < last; ++i)
      sum += labels[i] < classes || labels[i] == weights.ignored ? weights(labels[i]) : NAN;
    scratch.data[first / pixel_block] = sum;
  });
  double total = 0;
  for (std::size_t i = 0; i < parts_of(pixels, pixel_block); ++i) total += scratch.data[i];
  return total;
}

/// Shapes  labels: one for each pixel, all of them valid.
struct CrossEntropyOperands {
  std::size_t pixels;
  int classes;
  ConstPixels logits;
  const std::uint8_t* labels;
  LabelWeights weights;
  LossGradient gradient = {};
};

/// The weighted sum of −log softmax(logits)[label], NaN if one of the logits is, whatever its pixel's weight; its gradient
/// as `gradient` says.
inline double cross_entropy(const CrossEntropyOperands& of, Scratch scratch,
                            const MicroKernels& kernels = micro_kernels()) {
  const LossGradient& to = of.gradient;
  parallel_blocks(scratch.threads, of.pixels, pixel_block, [&](std::size_t first, std::size_t last) {
    double sum = 0;
    for_each_softmax(
        first, last, of.classes, of.logits, kernels, [&](std::size_t i, const float* y, int step, float log_sum) {
          const int label = of.labels[i];  // an ignored one may be no class
          const float weight = of.weights(label);
          const float* logits = of.logits.data + i * of.logits.stride;
          // Logits that are not numbers show, also where the label is ignored.
          sum += weight != 0 ? weight * (log_sum - logits[label]) : 0 * log_sum;
          if (!to.dlogits.data) return;
          float* dx = to.dlogits.data + i * to.dlogits.stride;
          for (int c = 0; c < of.classes; ++c) {
            const float d = weight == 0 ? 0 : weight * to.scale * (y[c * step] - (c == label ? 1.0f : 0.0f));
            dx[c] = to.accumulate ? dx[c] + d : d;
          }
        });
    scratch.data[first / pixel_block] = static_cast<float>(sum);
  });
  double total = 0;
  for (std::size_t i = 0; i < parts_of(of.pixels, pixel_block); ++i) total += scratch.data[i];
  return total;
}

}  // namespace unetpp::kernels
