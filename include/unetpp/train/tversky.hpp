#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/kernels/region_overlap.hpp"
#include "unetpp/train/label_weights.hpp"
#include "unetpp/train/loss.hpp"

namespace unetpp {

/// Where a loss of overlap sums a class's pixels: in the whole batch, or in each image.
enum class OverlapRegion { batch, image };

/// What a class that no counted pixel of a region has adds to a loss of overlap: what it would add if it were there, its
/// true positives being 0 (`counted`, as in MONAI), or 0 (`zero`, as in segmentation_models.pytorch). The mean over the
/// classes divides by their number either way.
enum class AbsentClass { counted, zero };

struct TverskyLossConfig {
  float alpha = 0.5f;                           ///< weight of false positives; Dice's
  float beta = 0.5f;                            ///< weight of false negatives; Dice's
  float gamma = 1;                              ///< exponent of a class's loss; 1: none
  float smoothing = 1e-5f;                      ///< pixels added above and below in a class's index; MONAI's
  std::vector<int> left_out_classes = {};       ///< classes whose overlap is not asked for; none, as in MONAI
  int ignore_label = -1;                        ///< pixels with this label do not count; -1: all count
  OverlapRegion region = OverlapRegion::batch;  ///< segmentation_models.pytorch's; MONAI's is the image
  AbsentClass absent = AbsentClass::counted;    ///< MONAI's
};

/// The mean over the classes of (1 − T)ᵞ, where T = (TP + s) / (TP + α·FP + β·FN + s) is a class's Tversky index of the
/// softmax: over the counted pixels, TP sums it where the pixel is of the class, FP where it is not, and FN sums what it
/// lacks of 1 where the pixel is of the class.
///
/// Pixels of a class that is left out still count against the other classes. A class with TP = FP = FN = 0 is perfect, also
/// without smoothing.
///
/// A batch weighs its counted pixels. So a step of several batches has the mean of their losses by pixels, which is not the
/// loss of all their pixels together. With OverlapRegion::image it weighs its images with a counted pixel, and a step's loss
/// is the mean over all of these.
///
/// segmentation_models.pytorch raises the mean over the classes to the power γ, not each class's loss. What Abraham and
/// Khan call γ is 1/γ here. The slope of a loss of 0 is taken to be 0 for γ < 1.
/// Source  Salehi et al. 2017, "Tversky loss function for image segmentation using 3D fully convolutional deep networks";
///         γ: Abraham and Khan 2019, "A novel focal Tversky loss function with improved attention U-Net for lesion
///         segmentation".
class TverskyLoss {
 public:
  /// Errors  ArgumentError for α, β or a smoothing that is negative or not finite, α = β = 0, a γ that is not positive or
  ///         not finite, and a class left out that is negative.
  explicit TverskyLoss(TverskyLossConfig config = {}) : config_(std::move(config)) {
    const auto require = [](bool good, const char* what, double found) {
      if (!good || !std::isfinite(found))
        throw ArgumentError(std::string("unetpp: a loss of overlap: expected ") + what + ", found " +
                            std::to_string(found));
    };
    require(config_.alpha >= 0, "a finite weight of false positives of at least 0", config_.alpha);
    require(config_.beta >= 0, "a finite weight of false negatives of at least 0", config_.beta);
    require(config_.alpha + config_.beta > 0, "weights of false positives and negatives whose sum is positive",
            config_.alpha + config_.beta);
    require(config_.gamma > 0, "a finite positive exponent", config_.gamma);
    require(config_.smoothing >= 0, "a finite smoothing of at least 0", config_.smoothing);
    for (const int c : config_.left_out_classes) require(c >= 0, "classes to leave out, which are at least 0", c);
  }

  const TverskyLossConfig& config() const { return config_; }
  int ignored_label() const { return config_.ignore_label; }

  std::size_t scratch(std::size_t images, Shape shape) const {
    return kernels::RegionSums::size(images, shape.pixels(), shape.channels) +
           2 * images * static_cast<std::size_t>(shape.channels);
  }

  /// The number of counted pixels, or of images that have one.
  /// Errors  ArgumentError for a label that is neither a class nor ignored, for a class left out that is none, and where
  ///         all are left out.
  LossWeight weigh(const LossBatch& batch, kernels::Scratch scratch) const {
    const int classes = batch.shape.channels;
    for (const int c : config_.left_out_classes)
      if (c >= classes)
        throw ArgumentError("unetpp: a loss of overlap: expected classes to leave out of 0 to " +
                            std::to_string(classes - 1) + ", found " + std::to_string(c));
    if (counted_classes(classes) == 0)
      throw ArgumentError("unetpp: a loss of overlap: expected a class that is not left out, found none of " +
                          std::to_string(classes));
    const LossWeight pixels = detail::weigh_labels(batch, {}, config_.ignore_label, scratch);
    if (config_.region == OverlapRegion::batch) return pixels;
    double images = 0;
    for (std::size_t i = 0; i < batch.images; ++i) {
      const std::uint8_t* labels = batch.labels + i * batch.shape.pixels();
      images += std::any_of(labels, labels + batch.shape.pixels(), [&](int l) { return l != config_.ignore_label; });
    }
    return {{images}};
  }

  LossSum evaluate(const LossBatch& batch, const LossShare& share, const LossGradient& gradient,
                   kernels::Scratch scratch) const {
    const int classes = batch.shape.channels;
    const double own = share.own.of_term[0];
    const kernels::LabelLossOperands of =
        detail::label_loss_operands(batch, {}, config_.ignore_label, detail::part_of_mean(gradient, share, own));
    const kernels::RegionSums sums{of, batch.images, scratch.data};
    sums.compute(scratch.threads);
    const bool whole = config_.region == OverlapRegion::batch;
    const std::size_t regions = whole ? 1 : batch.images, images = whole ? batch.images : 1;
    const double terms = counted_classes(classes) * (whole ? 1 : std::max(own, 1.0));
    const std::size_t next = whole ? 0 : static_cast<std::size_t>(classes);
    auto* slopes = new (scratch.data + kernels::RegionSums::size(batch.images, batch.shape.pixels(), classes))
        kernels::RegionSlope[regions * static_cast<std::size_t>(classes)];
    double loss = sums.no_number();
    for (std::size_t r = 0; r < regions; ++r)
      for (int c = 0; c < classes; ++c) {
        const Term term = is_left_out(c) ? Term{} : term_of(sums.overlap(r * images, images, c));
        loss += term.loss / terms;
        slopes[r * next + static_cast<std::size_t>(c)] = {static_cast<float>(term.own / terms),
                                                          static_cast<float>(term.other / terms)};
      }
    if (gradient.dlogits.data) kernels::region_gradient(sums, slopes, next, scratch.threads);
    return {loss * own, own};
  }

 private:
  /// A class's loss, and its derivatives in the softmax of a pixel of the class and of another one.
  struct Term {
    double loss = 0, own = 0, other = 0;
  };

  Term term_of(const kernels::RegionOverlap& o) const {
    if (config_.absent == AbsentClass::zero && o.labelled == 0) return {};
    const double alpha = config_.alpha, beta = config_.beta, gamma = config_.gamma;
    const double wrong = alpha * o.false_positives + beta * o.false_negatives;
    const double all = o.true_positives() + wrong + config_.smoothing;
    if (all == 0) return {};
    const double lost = wrong / all;  // 1 − T without cancellation
    const double slope = lost > 0 || gamma >= 1 ? gamma * std::pow(lost, gamma - 1) / (all * all) : 0;
    return {std::pow(lost, gamma), -slope * (beta * all + (1 - beta) * wrong), slope * alpha * (all - wrong)};
  }

  bool is_left_out(int c) const {
    return std::find(config_.left_out_classes.begin(), config_.left_out_classes.end(), c) !=
           config_.left_out_classes.end();
  }
  int counted_classes(int classes) const {
    int counted = 0;
    for (int c = 0; c < classes; ++c) counted += !is_left_out(c);
    return counted;
  }

  TverskyLossConfig config_;
};

}  // namespace unetpp
