#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/kernels/cross_entropy.hpp"
#include "unetpp/train/label_weights.hpp"
#include "unetpp/train/loss.hpp"

namespace unetpp {

struct SoftmaxCrossEntropyConfig {
  std::vector<float> class_weights = {};  ///< what a pixel of each class weighs; none: 1, as in Keras and PyTorch
  int ignore_label = -1;                  ///< pixels with this label do not count; -1: all count
  float label_smoothing = 0;  ///< share of a label that is spread evenly over all classes, 0 to 1; 0 as in both
};

/// Sparse softmax cross-entropy: the mean over the pixels of −log softmax(logits)[label], weighted by the label's
/// class.
///
/// The mean divides by the sum of the counted pixels' weights, as PyTorch's CrossEntropyLoss with `weight` and
/// `ignore_index` does. Keras's equivalent is SparseCategoricalCrossentropy(from_logits=True, ignore_class=...,
/// reduction="mean_with_sample_weight") with each pixel's class weight as its sample_weight; by default Keras divides by
/// the number of pixels instead. Where no pixel counts, the gradient is 0 and the mean no number, as in PyTorch; Keras
/// has 0 there.
///
/// With smoothing, what is spread to a class has that class's weight, and the mean still divides by the labels' weights,
/// as in PyTorch. Keras smooths in CategoricalCrossentropy only, the same way; a weight of a pixel there weighs all of its
/// smoothed label, so that with class weights the two differ.
class SoftmaxCrossEntropy {
 public:
  /// Errors  ArgumentError for a class weight that is negative or not finite, and for a smoothing out of 0 to 1.
  explicit SoftmaxCrossEntropy(SoftmaxCrossEntropyConfig config = {}) : config_(std::move(config)) {
    detail::require_class_weights(config_.class_weights);
    if (!(config_.label_smoothing >= 0 && config_.label_smoothing <= 1))
      throw ArgumentError("unetpp: label smoothing: expected 0 to 1, found " + std::to_string(config_.label_smoothing));
  }

  const SoftmaxCrossEntropyConfig& config() const { return config_; }
  int ignored_label() const { return config_.ignore_label; }

  std::size_t scratch(std::size_t images, Shape shape) const {
    return kernels::pixel_sum_scratch(images * shape.pixels());
  }

  /// The sum of the counted pixels' weights.
  /// Errors  ArgumentError for a label that is neither a class nor ignored, and for another number of class weights than
  ///         there are classes.
  LossWeight weigh(const LossBatch& batch, kernels::Scratch scratch) const {
    return detail::weigh_labels(batch, config_.class_weights, config_.ignore_label, scratch);
  }

  LossSum evaluate(const LossBatch& batch, const LossShare& share, const LossGradient& gradient,
                   kernels::Scratch scratch) const {
    const kernels::LabelLossOperands of = detail::label_loss_operands(
        batch, config_.class_weights, config_.ignore_label, detail::part_of_mean(gradient, share));
    const double loss = config_.label_smoothing > 0
                            ? kernels::smoothed_cross_entropy(of, config_.label_smoothing, scratch)
                            : kernels::cross_entropy(of, scratch);
    const double own = share.own.of_term[0];
    return {own > 0 ? loss : 0 * loss, own};  // smoothed labels have a loss where their own class weighs nothing
  }

 private:
  SoftmaxCrossEntropyConfig config_;
};

}  // namespace unetpp
