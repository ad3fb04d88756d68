#pragma once
// Samples for the tests of augmentation.

#include <cstdint>
#include <vector>

#include "unetpp/core/random.hpp"
#include "unetpp/io/data/augment.hpp"

namespace augment_tests {

using unetpp::Augment;
using unetpp::AugmentConfig;
using unetpp::Random;
using unetpp::Sample;

/// Values without order, and classes 0 to 2.
inline Sample random_sample(int width, int height, int channels = 3) {
  const Random random(1);
  Sample sample{{width, height, channels, {}}, {width, height, {}}};
  for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(width * height); ++i) {
    for (int c = 0; c < channels; ++c)
      sample.image.values.push_back(static_cast<std::uint8_t>(random.below(256, sample.image.values.size())));
    sample.mask.values.push_back(static_cast<std::uint8_t>(random.below(3, 1'000'000 + i)));
  }
  return sample;
}

/// The value of a channel of a pixel.
inline std::uint8_t value(const Sample& sample, int y, int x, int c) {
  const unetpp::Raster& image = sample.image;
  return image.values.at(static_cast<std::size_t>((y * image.width + x) * image.channels + c));
}
inline std::uint8_t label(const Sample& sample, int y, int x) {
  return sample.mask.values.at(static_cast<std::size_t>(y * sample.mask.width + x));
}

/// What an operation makes of a sample with the numbers of a seed.
inline Sample made(const AugmentConfig& config, const Sample& sample, std::uint64_t seed = 1) {
  return Augment(config)(sample, Random(seed));
}

inline bool same(const Sample& a, const Sample& b) {
  return a.image.values == b.image.values && a.mask.values == b.mask.values && a.mask.width == b.mask.width &&
         a.mask.height == b.mask.height;
}

}  // namespace augment_tests
