#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/kernels/cross_entropy.hpp"
#include "unetpp/train/loss.hpp"

namespace unetpp {

struct SoftmaxCrossEntropyConfig {
  std::vector<float> class_weights = {};  ///< what a pixel of each class weighs; none: 1, as in Keras and PyTorch
  int ignore_label = -1;                  ///< pixels with this label do not count; -1: all count
};

/// Sparse softmax cross-entropy: the mean over the pixels of −log softmax(logits)[label], weighted by the label's
/// class.
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

  const SoftmaxCrossEntropyConfig& config() const { return config_; }
  int ignored_label() const { return config_.ignore_label; }

  std::size_t scratch(std::size_t images, Shape shape) const {
    return kernels::cross_entropy_scratch(images * shape.pixels());
  }

  /// The sum of the counted pixels' weights.
  /// Errors  ArgumentError for a label that is neither a class nor ignored, and for another number of class weights than
  ///         there are classes.
  LossWeight weigh(const LossBatch& batch, kernels::Scratch scratch) const {
    const int classes = batch.shape.channels;
    if (!config_.class_weights.empty() && config_.class_weights.size() != static_cast<std::size_t>(classes))
      throw ArgumentError("unetpp: " + std::to_string(config_.class_weights.size()) + " class weights for " +
                          std::to_string(classes) + " classes");
    const double weight = kernels::label_weight(batch.pixels(), classes, batch.labels, label_weights(), scratch);
    if (weight != weight) throw_bad_label({batch.labels, batch.pixels()}, classes);
    return {{weight}};
  }

  LossSum evaluate(const LossBatch& batch, const LossShare& share, const LossGradient& gradient,
                   kernels::Scratch scratch) const {
    const double whole = share.whole.of_term[0];
    const LossGradient target{gradient.dlogits, whole > 0 ? static_cast<float>(gradient.scale / whole) : 0,
                              gradient.accumulate};
    const double loss = kernels::cross_entropy(
        {batch.pixels(), batch.shape.channels, batch.logits, batch.labels, label_weights(), target}, scratch);
    return {loss, share.own.of_term[0]};
  }

 private:
  kernels::LabelWeights label_weights() const {
    return {config_.class_weights.empty() ? nullptr : config_.class_weights.data(), config_.ignore_label};
  }

  void throw_bad_label(std::span<const std::uint8_t> labels, int classes) const {
    for (std::size_t i = 0; i < labels.size(); ++i)
      if (labels[i] >= classes && labels[i] != config_.ignore_label)
        throw ArgumentError("unetpp: label " + std::to_string(labels[i]) + " at pixel " + std::to_string(i) +
                            " of the batch is none of the classes 0 to " + std::to_string(classes - 1));
  }

  SoftmaxCrossEntropyConfig config_;
};

}  // namespace unetpp
