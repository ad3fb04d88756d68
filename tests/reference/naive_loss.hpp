#pragma once
// Softmax and sparse softmax cross-entropy as their formulas read.

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "array.hpp"

namespace reference {

/// y = exp(x) / Σ exp(x) over the channels of each pixel.
inline Array softmax(Array x) {
  for (auto pixel = x.v.begin(); pixel != x.v.end(); pixel += x.c) {
    const double largest = *std::max_element(pixel, pixel + x.c);
    double sum = 0;
    for (int c = 0; c < x.c; ++c) sum += pixel[c] = std::exp(pixel[c] - largest);
    for (int c = 0; c < x.c; ++c) pixel[c] /= sum;
  }
  return x;
}

/// Σ weight[label]·(log Σ exp(x) − x[label]) / Σ weight[label] over the pixels whose label is not ignored.
/// No class weights: all are 1, the mean over the counted pixels. No counted pixel: 0 (PyTorch says NaN).
/// Source  torch.nn.functional.cross_entropy, weight and ignore_index.
/// Errors  std::invalid_argument unless there is one label a pixel; std::out_of_range for a label that is no class.
inline double sparse_cross_entropy(const Array& logits, const std::vector<int>& labels,
                                   const std::vector<double>& class_weights = {}, std::optional<int> ignore = {}) {
  if (labels.size() * logits.c != logits.v.size())
    throw std::invalid_argument("cross-entropy: one label a pixel expected");
  double sum = 0, counted = 0;
  for (std::size_t p = 0; p < labels.size(); ++p) {
    if (ignore && labels[p] == *ignore) continue;
    if (labels[p] < 0 || labels[p] >= logits.c) throw std::out_of_range("cross-entropy: label is no class");
    const double* pixel = logits.v.data() + p * logits.c;
    const double largest = *std::max_element(pixel, pixel + logits.c);
    double exponentials = 0;
    for (int c = 0; c < logits.c; ++c) exponentials += std::exp(pixel[c] - largest);
    const double weight = class_weights.empty() ? 1 : class_weights.at(labels[p]);
    sum += weight * (std::log(exponentials) + largest - pixel[labels[p]]);
    counted += weight;
  }
  return counted > 0 ? sum / counted : 0;
}

}  // namespace reference
