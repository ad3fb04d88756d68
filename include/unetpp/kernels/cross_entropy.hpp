#pragma once
// Sparse softmax cross-entropy and its gradient in one pass over the logits.

#include <algorithm>
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

/// The weighted sum of −log softmax(logits)[label]; writes dlogits = scale · its gradient if dlogits has memory.
/// Shapes  labels: one for each pixel, all of them valid.
inline double cross_entropy(std::size_t pixels, int classes, ConstPixels logits, const std::uint8_t* labels,
                            const LabelWeights& weights, float scale, Pixels dlogits, Scratch scratch) {
  parallel_blocks(scratch.threads, pixels, pixel_block, [&](std::size_t first, std::size_t last) {
    double sum = 0;
    for (std::size_t i = first; i < last; ++i) {
      const float* x = logits.data + i * logits.stride;
      const float weight = weights(labels[i]);
      const float largest = *std::max_element(x, x + classes);
      const float of_label = weight == 0 ? 0 : x[labels[i]];  // an ignored label may be no class
      float* dx = dlogits.data ? dlogits.data + i * dlogits.stride : nullptr;
      float total = 0;
      for (int c = 0; c < classes; ++c) {
        const float power = std::exp(x[c] - largest);
        total += power;
        if (dx) dx[c] = power;
      }
      if (weight != 0) sum += weight * (std::log(total) + largest - of_label);
      for (int c = 0; dx && c < classes; ++c)
        dx[c] = weight == 0 ? 0 : weight * scale * (dx[c] / total - (c == labels[i] ? 1.0f : 0.0f));
    }
    scratch.data[first / pixel_block] = static_cast<float>(sum);
  });
  double total = 0;
  for (std::size_t i = 0; i < parts_of(pixels, pixel_block); ++i) total += scratch.data[i];
  return total;
}

}  // namespace unetpp::kernels
