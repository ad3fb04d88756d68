#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/core/labels.hpp"
#include "unetpp/core/tensor.hpp"
#include "unetpp/kernels/cross_entropy.hpp"
#include "unetpp/layers/layer.hpp"

namespace unetpp {

/// A sum of weighted losses and of the weights, so that losses of several batches can be averaged over their pixels.
struct LossSum {
  double loss = 0;
  double weight = 0;

  /// Not a number if no pixel counted.
  double mean() const { return loss / weight; }
  LossSum& operator+=(const LossSum& other) {
    loss += other.loss;
    weight += other.weight;
    return *this;
  }
};

struct SoftmaxCrossEntropyConfig {
  std::vector<float> class_weights = {};  // none: every class weighs 1
  int ignore_label = -1;                  // pixels with this label do not count; -1: all count
};

/// Sparse softmax cross-entropy: the mean over the pixels of −log softmax(logits)[label], weighted by the label's
/// class.
/// Shapes  logits: n×{height, width, classes}.  labels: n×{height, width, 1}, dense.
///
/// The mean divides by the sum of the counted pixels' weights, as PyTorch's CrossEntropyLoss with `weight` and
/// `ignore_index` does. Keras's equivalent is SparseCategoricalCrossentropy(from_logits=True, ignore_class=...,
/// reduction="mean_with_sample_weight") with each pixel's class weight as its sample_weight; by default Keras divides by
/// the number of pixels instead. Where no pixel counts, the gradient is 0 and the mean no number, as in PyTorch; Keras
/// has 0 there.
class SoftmaxCrossEntropy {
 public:
  /// Errors  ArgumentError for a class weight that is negative or not finite.
  explicit SoftmaxCrossEntropy(SoftmaxCrossEntropyConfig config = {}) : config_(std::move(config)) {
    for (const float weight : config_.class_weights)
      if (!(weight >= 0) || !std::isfinite(weight))
        throw ArgumentError("unetpp: class weights must be finite and not negative, found " + std::to_string(weight));
  }

  /// The loss; the gradient of its mean is written to dlogits if that has memory.
  /// Errors  ArgumentError for a label that is neither a class nor ignored, and for another number of class weights or
  ///         of labels than there are classes or logits.
  template <Shape S>
  LossSum operator()(BatchView<const float, S> logits, LabelView<S> labels, BatchView<float, S> dlogits,
                     kernels::Scratch scratch) const {
    if (!config_.class_weights.empty() && config_.class_weights.size() != static_cast<std::size_t>(S.channels))
      throw ArgumentError("unetpp: " + std::to_string(config_.class_weights.size()) + " class weights for " +
                          std::to_string(S.channels) + " classes");
    static_assert(S.channels <= 256, "unetpp: labels are 8 bits, so that there are at most 256 classes");
    if (!labels.dense()) throw ArgumentError("unetpp: the labels must lie densely, found a slice of channels");
    if (labels.count() != logits.count())
      throw ArgumentError("unetpp: labels of " + std::to_string(labels.count()) + " images for logits of " +
                          std::to_string(logits.count()));
    const kernels::LabelWeights weights{config_.class_weights.empty() ? nullptr : config_.class_weights.data(),
                                        config_.ignore_label};
    const std::size_t pixels = logits.pixels();
    LossSum sum;
    sum.weight = kernels::label_weight(pixels, S.channels, labels.data(), weights, scratch);
    if (sum.weight != sum.weight) throw_bad_label({labels.data(), pixels}, S.channels);
    const float scale = sum.weight > 0 ? static_cast<float>(1 / sum.weight) : 0;
    sum.loss = kernels::cross_entropy(
        {pixels, S.channels, pixels_of(logits), labels.data(), weights, scale, pixels_of(dlogits)}, scratch);
    return sum;
  }

  const SoftmaxCrossEntropyConfig& config() const { return config_; }

 private:
  void throw_bad_label(std::span<const std::uint8_t> labels, int classes) const {
    for (std::size_t i = 0; i < labels.size(); ++i)
      if (labels[i] >= classes && labels[i] != config_.ignore_label)
        throw ArgumentError("unetpp: label " + std::to_string(labels[i]) + " at pixel " + std::to_string(i) +
                            " of the batch is none of the classes 0 to " + std::to_string(classes - 1));
  }

  SoftmaxCrossEntropyConfig config_;
};

}  // namespace unetpp
