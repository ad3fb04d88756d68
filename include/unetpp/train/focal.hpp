#pragma once
// unet.hpp does not include it.

#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/kernels/focal.hpp"
#include "unetpp/train/label_weights.hpp"
#include "unetpp/train/loss.hpp"

namespace unetpp {

struct FocalLossConfig {
  float gamma = 2;                        ///< exponent of what the label's softmax lacks of 1; the paper's
  std::vector<float> class_weights = {};  ///< what a pixel of each class weighs, the paper's α; none: 1
  int ignore_label = -1;                  ///< pixels with this label do not count; -1: all count
};

/// Focal loss of several classes: the mean over the pixels of −(1 − p)ᵞ·ln p for p = softmax(logits)[label], weighted by
/// the label's class.
///
/// The mean divides by the sum of the counted pixels' weights, so that it is SoftmaxCrossEntropy where γ is 0. MONAI's
/// FocalLoss(use_softmax=True, to_onehot_y=True) divides by pixels times classes instead, and Keras's
/// CategoricalFocalCrossentropy, which weighs by α = 0.25, by pixels. segmentation_models.pytorch has another loss: the sum
/// over the classes of binary focal losses of sigmoids. Where no pixel counts, the gradient is 0 and the mean no number.
/// Source  Lin et al. 2017, "Focal loss for dense object detection".
class FocalLoss {
 public:
  /// Errors  ArgumentError for a γ or a class weight that is negative or not finite.
  explicit FocalLoss(FocalLossConfig config = {}) : config_(std::move(config)) {
    detail::require_class_weights(config_.class_weights);
    if (!(config_.gamma >= 0) || !std::isfinite(config_.gamma))
      throw ArgumentError("unetpp: focal loss: expected a finite gamma of at least 0, found " +
                          std::to_string(config_.gamma));
  }

  const FocalLossConfig& config() const { return config_; }
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
    const double loss =
        kernels::focal_loss(detail::label_loss_operands(batch, config_.class_weights, config_.ignore_label,
                                                        detail::part_of_mean(gradient, share)),
                            config_.gamma, scratch);
    return {loss, share.own.of_term[0]};
  }

 private:
  FocalLossConfig config_;
};

}  // namespace unetpp
