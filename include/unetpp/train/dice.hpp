#pragma once

#include <utility>
#include <vector>

#include "unetpp/train/tversky.hpp"

namespace unetpp {

struct DiceLossConfig {
  float smoothing = 1e-5f;                      ///< pixels added above and below in a class's Dice; MONAI's
  std::vector<int> left_out_classes = {};       ///< classes whose Dice is not asked for; none, as in MONAI
  int ignore_label = -1;                        ///< pixels with this label do not count; -1: all count
  OverlapRegion region = OverlapRegion::batch;  ///< segmentation_models.pytorch's; MONAI's is the image
  AbsentClass absent = AbsentClass::counted;    ///< MONAI's
};

/// The mean over the classes of 1 − (2·Σ p·t + s) / (Σ p + Σ t + s), where p is a pixel's softmax and t whether the pixel
/// is of the class, summed over the counted pixels: a TverskyLoss of α = β = ½ with half the smoothing, as to which all
/// else is said there.
/// Source  Milletari et al. 2016, "V-Net: fully convolutional neural networks for volumetric medical image segmentation",
///         without its squares, as in MONAI and segmentation_models.pytorch.
class DiceLoss : public TverskyLoss {
 public:
  /// Errors  ArgumentError for a smoothing that is negative or not finite, and for a class left out that is negative.
  explicit DiceLoss(DiceLossConfig config = {})
      : TverskyLoss({.smoothing = config.smoothing / 2,
                     .left_out_classes = std::move(config.left_out_classes),
                     .ignore_label = config.ignore_label,
                     .region = config.region,
                     .absent = config.absent}) {}
};

}  // namespace unetpp
