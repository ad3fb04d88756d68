#pragma once
// Whether an AugmentConfig can be followed.

#include <string>
#include <utility>

#include "unetpp/core/error.hpp"
#include "unetpp/io/data/augment/augment_config.hpp"

namespace unetpp::detail {

/// Errors  ArgumentError for a probability out of [0, 1].
[[gnu::cold]] inline void require_probability(const char* name, float value) {
  if (!(value >= 0 && value <= 1))
    throw ArgumentError(std::string("an Augment's ") + name + ": expected a probability, 0 to 1, found " +
                        std::to_string(value));
}

/// Errors  ArgumentError for a range that is empty or reaches out of `within`.
[[gnu::cold]] inline void require_range(const char* name, Range found, Range within) {
  if (!(found.low >= within.low && found.low <= found.high && found.high <= within.high))
    throw ArgumentError(std::string("an Augment's ") + name + ": expected low <= high, within " +
                        std::to_string(within.low) + " to " + std::to_string(within.high) + ", found " +
                        std::to_string(found.low) + " to " + std::to_string(found.high));
}

/// Errors  ArgumentError for a number out of [low, high].
[[gnu::cold]] inline void require_within(const char* name, int value, int low, int high) {
  if (value < low || value > high)
    throw ArgumentError(std::string("an Augment's ") + name + ": expected " + std::to_string(low) + " to " +
                        std::to_string(high) + ", found " + std::to_string(value));
}

[[gnu::cold]] inline void check_geometry(const AugmentConfig& config) {
  require_probability("flip.horizontal", config.flip.horizontal);
  require_probability("flip.vertical", config.flip.vertical);
  require_probability("rotation.probability", config.rotation.probability);
  require_range("rotation.degrees", config.rotation.degrees, {-360, 360});
  require_probability("scale.probability", config.scale.probability);
  require_range("scale.factor", config.scale.factor, {0.1f, 10});
  require_probability("shift.probability", config.shift.probability);
  require_range("shift.height", config.shift.height, {-1, 1});
  require_range("shift.width", config.shift.width, {-1, 1});
  require_probability("shear.probability", config.shear.probability);
  require_range("shear.degrees", config.shear.degrees, {-60, 60});
  require_probability("elastic.probability", config.elastic.probability);
  require_range("elastic.amplitude", config.elastic.amplitude, {0, 1});
  require_within("elastic.grid", config.elastic.grid, 2, 64);
}

[[gnu::cold]] inline void check_crop(const AugmentConfig::Crop& crop) {
  constexpr int most = 1 << 20;
  const bool own = crop.height == 0 && crop.width == 0;
  require_within("crop.height", crop.height, own ? 0 : 1, most);
  require_within("crop.width", crop.width, own ? 0 : 1, most);
  require_probability("crop.rare_share", crop.rare_share);
  if (crop.rare_share > 0 && own)
    throw ArgumentError("an Augment's crop.rare_share: expected crop.height and crop.width with it, found neither");
  if (crop.rare_share > 0 && crop.classes.empty())
    throw ArgumentError("an Augment's crop.rare_share: expected crop.classes with it, found none");
}

[[gnu::cold]] inline void check_values(const AugmentConfig& config) {
  require_probability("gain.probability", config.gain.probability);
  require_range("gain.factor", config.gain.factor, {0, 10});
  require_probability("brightness.probability", config.brightness.probability);
  require_range("brightness.shift", config.brightness.shift, {-1, 1});
  require_probability("contrast.probability", config.contrast.probability);
  require_range("contrast.factor", config.contrast.factor, {0, 10});
  require_probability("gamma.probability", config.gamma.probability);
  require_range("gamma.exponent", config.gamma.exponent, {0.1f, 10});
  require_probability("hue.probability", config.hue.probability);
  require_range("hue.degrees", config.hue.degrees, {-360, 360});
  require_probability("saturation.probability", config.saturation.probability);
  require_range("saturation.factor", config.saturation.factor, {0, 10});
  require_probability("blur.probability", config.blur.probability);
  require_range("blur.sigma", config.blur.sigma, {0.1f, 100});
  require_probability("low_resolution.probability", config.low_resolution.probability);
  require_range("low_resolution.factor", config.low_resolution.factor, {0.01f, 1});
  require_probability("noise.probability", config.noise.probability);
  require_range("noise.sigma", config.noise.sigma, {0, 1});
}

/// Errors  ArgumentError for a setting out of range.
[[gnu::cold]] inline AugmentConfig checked(AugmentConfig config) {
  check_geometry(config);
  check_crop(config.crop);
  check_values(config);
  require_probability("cutout.probability", config.cutout.probability);
  require_within("cutout.holes", config.cutout.holes, 1, 1000);
  require_range("cutout.height", config.cutout.height, {0, 1});
  require_range("cutout.width", config.cutout.width, {0, 1});
  require_within("cutout.label", config.cutout.label, -1, 255);
  return config;
}

}  // namespace unetpp::detail
