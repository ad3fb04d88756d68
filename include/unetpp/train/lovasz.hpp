#pragma once
// unet.hpp does not include it.

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>

#include "unetpp/core/error.hpp"
#include "unetpp/kernels/lovasz.hpp"
#include "unetpp/train/label_weights.hpp"
#include "unetpp/train/loss.hpp"

namespace unetpp {

struct LovaszSoftmaxLossConfig {
  int ignore_label = -1;  ///< pixels with this label do not count; -1: all count
};

/// Lovász-softmax: the mean over the classes that occur of a convex stand-in for 1 − IoU, which sorts a class's errors over
/// the counted pixels of the whole batch: 1 − p of its own pixels, p of the others, p being its softmax. Equal errors are
/// sorted by the pixel's place. The classes and the batch are those of classes="present" and per_image=False of the authors'
/// program and of segmentation_models.pytorch.
///
/// A batch weighs its counted pixels. So a step of several batches has the mean of their losses by pixels, which is not the
/// loss of all their pixels together. It takes 16 bytes of memory for each logit of a batch, and sorts on no more
/// threads than there are classes.
/// Source  Berman et al. 2018, "The Lovász-softmax loss: a tractable surrogate for the optimization of the
///         intersection-over-union measure in neural networks".
class LovaszSoftmaxLoss {
 public:
  explicit LovaszSoftmaxLoss(LovaszSoftmaxLossConfig config = {}) : config_(config) {}

  const LovaszSoftmaxLossConfig& config() const { return config_; }
  int ignored_label() const { return config_.ignore_label; }

  /// Errors  ArgumentError for more than 2³² − 1 pixels.
  std::size_t scratch(std::size_t images, Shape shape) const {
    const std::size_t pixels = images * shape.pixels();
    if (pixels > std::numeric_limits<std::uint32_t>::max())
      throw ArgumentError("unetpp: Lovász-softmax: expected less than 2^32 pixels in a batch, found " +
                          std::to_string(pixels));
    return kernels::LovaszMemory::size(pixels, shape.channels);
  }

  /// The number of counted pixels.
  /// Errors  ArgumentError for a label that is neither a class nor ignored.
  LossWeight weigh(const LossBatch& batch, kernels::Scratch scratch) const {
    return detail::weigh_labels(batch, {}, config_.ignore_label, scratch);
  }

  LossSum evaluate(const LossBatch& batch, const LossShare& share, const LossGradient& gradient,
                   kernels::Scratch scratch) const {
    const double own = share.own.of_term[0];
    const double loss = kernels::lovasz_softmax(
        detail::label_loss_operands(batch, {}, config_.ignore_label, detail::part_of_mean(gradient, share, own)),
        scratch);
    return {loss * own, own};
  }

 private:
  LovaszSoftmaxLossConfig config_;
};

}  // namespace unetpp
