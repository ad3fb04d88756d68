#pragma once
// Colours turned in hue and saturation.

#include <algorithm>
#include <cstddef>

#include "unetpp/core/random.hpp"
#include "unetpp/io/data/augment/augment_config.hpp"
#include "unetpp/io/data/augment/draws.hpp"
#include "unetpp/io/image/pixels.hpp"

namespace unetpp::detail {

/// What becomes of a colour's hue and saturation (HSV).
struct HueSaturation {
  float turn = 0;        ///< added to the hue; in sixths of a circle, from 0 to 6
  float saturation = 1;  ///< factor

  /// Changes three values; rounds once. A colour cannot become more saturated than one that has a channel of 0; floats
  /// below 0 stay as saturated as they are at most.
  /// Source  Smith, "Color gamut transform pairs", SIGGRAPH 1978.
  template <PixelValue T>
  void apply(T* rgb) const {
    const auto [least, most] = std::minmax({rgb[0], rgb[1], rgb[2]});
    if (least == most) return;  // grey has no hue
    const float value = most, chroma = static_cast<float>(most - least);
    const auto between = [&](int a, int b) { return static_cast<float>(rgb[a] - rgb[b]) / chroma; };
    float hue = most == rgb[0] ? between(1, 2) : most == rgb[1] ? 2 + between(2, 0) : 4 + between(0, 1);
    hue += turn + 6;  // at least 5
    const float new_chroma = std::min(saturation * chroma, std::max(value, chroma));
    const auto channel = [&](float offset) {
      float at = hue + offset;
      while (at >= 6) at -= 6;
      return static_cast<T>(value - new_chroma * std::clamp(std::min(at, 4 - at), 0.0f, 1.0f) + rounding<T>);
    };
    rgb[0] = channel(5);
    rgb[1] = channel(3);
    rgb[2] = channel(1);
  }
};

inline HueSaturation drawn_hue_saturation(const AugmentConfig& config, Random random) {
  HueSaturation drawn;
  if (const Draws draws(random, Operation::hue); draws.happens(config.hue.probability)) {
    const float turn = draws.between(config.hue.degrees, 1) / 60;  // from -6 to 6
    drawn.turn = turn < 0 ? turn + 6 : turn;
  }
  if (const Draws draws(random, Operation::saturation); draws.happens(config.saturation.probability))
    drawn.saturation = draws.between(config.saturation.factor, 1);
  return drawn;
}

/// Shapes  image: of 3 channels, if any of the two happens.
inline void turn_colours(Raster& image, const HueSaturation& drawn) {
  if (drawn.turn == 0 && drawn.saturation == 1) return;
  visit_values(image, [&](auto& values) {
    for (std::size_t i = 0; i < values.size(); i += 3) drawn.apply(&values[i]);
  });
}

}  // namespace unetpp::detail
