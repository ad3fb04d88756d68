#pragma once
// Softmax and losses of it as their formulas read.

#include <algorithm>
#include <cmath>
#include <optional>
#include <stdexcept>
#include <utility>
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

/// Σ over the pixels of Σ t·−ln softmax(x), t being weight·((1 − smoothing)·[c is the label] + smoothing/classes) of class c,
/// over Σ weight[label].
/// Source  torch.nn.functional.cross_entropy, label_smoothing.
inline double smoothed_cross_entropy(const Array& logits, const std::vector<int>& labels,
                                     const std::vector<double>& class_weights, int ignore, double smoothing) {
  const Array y = softmax(logits);
  double sum = 0, counted = 0;
  for (std::size_t p = 0; p < labels.size(); ++p) {
    if (labels[p] == ignore) continue;
    for (int c = 0; c < y.c; ++c)
      sum -= class_weights[c] * ((c == labels[p] ? 1 - smoothing : 0) + smoothing / y.c) * std::log(y.v[p * y.c + c]);
    counted += class_weights[labels[p]];
  }
  return sum / counted;
}

/// Σ −weight[label]·(1 − p)^gamma·ln p over the pixels for p = softmax(x)[label], over Σ weight[label].
inline double focal(const Array& logits, const std::vector<int>& labels, const std::vector<double>& class_weights,
                    int ignore, double gamma) {
  const Array y = softmax(logits);
  double sum = 0, counted = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] == ignore) continue;
    const double p = y.v[i * y.c + labels[i]];
    sum -= class_weights[labels[i]] * std::pow(1 - p, gamma) * std::log(p);
    counted += class_weights[labels[i]];
  }
  return sum / counted;
}

struct Tversky {
  double alpha, beta, gamma, smoothing;
  std::vector<bool> counted;  // of each class
  int ignore = -1;
  bool each_image = false;
  bool absent_is_zero = false;
};

/// The mean over the regions with a counted pixel and over the counted classes of (1 − T)^gamma,
/// T = (TP + s) / (TP + alpha·FP + beta·FN + s).
inline double tversky(const Array& logits, const std::vector<int>& labels, const Tversky& how) {
  const Array y = softmax(logits);
  const std::size_t regions = how.each_image ? y.n : 1, pixels = labels.size() / regions;
  double sum = 0, terms = 0;
  for (std::size_t r = 0; r < regions; ++r)
    for (int c = 0; c < y.c; ++c) {
      double hit = 0, predicted = 0, labelled = 0, all = 0;
      for (std::size_t i = r * pixels; i < (r + 1) * pixels; ++i) {
        if (labels[i] == how.ignore) continue;
        const double p = y.v[i * y.c + c];
        hit += labels[i] == c ? p : 0;
        predicted += p;
        labelled += labels[i] == c;
        ++all;
      }
      if (!how.counted[c] || all == 0) continue;
      ++terms;
      if (labelled == 0 && how.absent_is_zero) continue;
      const double below = hit + how.alpha * (predicted - hit) + how.beta * (labelled - hit) + how.smoothing;
      sum += std::pow(1 - (hit + how.smoothing) / below, how.gamma);
    }
  return sum / terms;
}

/// The mean over the classes that occur of Σ e·(J(k) − J(k − 1)), where e are the errors |[c is the label] − softmax(x)| in
/// falling order and J(k) is 1 − IoU when the first k of them are wrong.
inline double lovasz_softmax(const Array& logits, const std::vector<int>& labels, int ignore) {
  const Array y = softmax(logits);
  double sum = 0, classes = 0;
  for (int c = 0; c < y.c; ++c) {
    std::vector<std::pair<double, bool>> errors;
    double positives = 0;
    for (std::size_t i = 0; i < labels.size(); ++i) {
      if (labels[i] == ignore) continue;
      const bool positive = labels[i] == c;
      errors.emplace_back(std::abs((positive ? 1 : 0) - y.v[i * y.c + c]), positive);
      positives += positive;
    }
    if (positives == 0) continue;
    ++classes;
    std::sort(errors.begin(), errors.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    double missed = 0, added = 0, before = 0;
    for (const auto& [error, positive] : errors) {
      (positive ? missed : added) += 1;
      const double jaccard = 1 - (positives - missed) / (positives + added);
      sum += error * (jaccard - before);
      before = jaccard;
    }
  }
  return sum / classes;
}

}  // namespace reference
