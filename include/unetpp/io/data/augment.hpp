#pragma once
// Samples changed at random, so that a network never sees the same one twice.

#include <string>
#include <utility>

#include "unetpp/core/error.hpp"
#include "unetpp/core/random.hpp"
#include "unetpp/io/data/augment/augment_config.hpp"
#include "unetpp/io/data/augment/blur.hpp"
#include "unetpp/io/data/augment/check_config.hpp"
#include "unetpp/io/data/augment/colour.hpp"
#include "unetpp/io/data/augment/cutout.hpp"
#include "unetpp/io/data/augment/draws.hpp"
#include "unetpp/io/data/augment/geometric_map.hpp"
#include "unetpp/io/data/augment/hue_saturation.hpp"
#include "unetpp/io/data/augment/noise.hpp"
#include "unetpp/io/data/augment/warp.hpp"
#include "unetpp/io/data/sample.hpp"
#include "unetpp/io/image/image.hpp"

namespace unetpp {

/// A Transform for LoaderConfig that changes samples as its config says:
///
///   LoaderConfig{.transform = Augment({.flip = {.horizontal = 0.5f}, .rotation = {.probability = 1}})}
///
/// The image and its mask go through one map: crop, flip, scale, shear, rotation, shift and elastic, in this order, become
/// one place to read each pixel, of the image between its pixels, of the mask at the nearest one. Then the image alone
/// goes through gain, brightness, contrast and gamma, hue and saturation, blur, low resolution and noise; cutout is last.
///
/// Each operation draws from its own part of the Random, so that what one draws does not depend on the others. The result
/// has the sample's size, or the crop's.
class Augment {
 public:
  /// Errors  ArgumentError for a setting out of range.
  explicit Augment(AugmentConfig config = {}) : config_(detail::checked(std::move(config))) {}

  const AugmentConfig& config() const { return config_; }

  /// Errors  ArgumentError for an empty sample, a mask of another size than its image, and for an image of other than 3
  ///         channels where hue or saturation may happen.
  Sample operator()(const Sample& sample, Random random) const {
    require(sample);
    detail::GeometricMap map(sample.mask, config_, random);
    Sample made = map.identity() ? sample : detail::warped(sample, map, config_.border);
    detail::recolour(made.image, detail::DrawnColour(config_, random));
    detail::turn_colours(made.image, detail::drawn_hue_saturation(config_, random));
    detail::blur(made.image, config_.blur, {random, Operation::blur});
    detail::lower_resolution(made.image, config_.low_resolution, {random, Operation::low_resolution});
    detail::add_noise(made.image, config_.noise, {random, Operation::noise});
    detail::cut_out(made, config_.cutout, {random, Operation::cutout});
    return made;
  }

 private:
  using Operation = detail::Operation;

  void require(const Sample& sample) const {
    const auto& [image, mask] = sample;
    detail::visit_pixels(image, [](const auto& pixels) { detail::require_pixels(pixels); });
    detail::require_pixels(mask.height, mask.width, 1, mask.values.size());
    if (image.width != mask.width || image.height != mask.height)
      throw ArgumentError("an Augment: expected an image and a mask of its size, found " +
                          detail::size_text(image.width, image.height) + " and " +
                          detail::size_text(mask.width, mask.height));
    if ((config_.hue.probability > 0 || config_.saturation.probability > 0) && image.channels != 3)
      throw ArgumentError("an Augment's hue and saturation: expected an image of 3 channels, found " +
                          std::to_string(image.channels));
  }

  AugmentConfig config_;
};

}  // namespace unetpp
