#pragma once
// Rectangles that are covered.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "unetpp/io/data/augment/augment_config.hpp"
#include "unetpp/io/data/augment/draws.hpp"
#include "unetpp/io/data/sample.hpp"
#include "unetpp/io/image/pixels.hpp"

namespace unetpp::detail {

/// The pixels from `begin` to before `end` of a line.
struct Stretch {
  std::size_t begin;
  std::size_t end;
};

/// A stretch of a line of `pixels`, of a drawn length of at least one; draws `i` and `i` + 1.
inline Stretch drawn_stretch(int pixels, Range share, const Draws& draws, std::uint64_t i) {
  const long wanted = std::lround(draws.between(share, i) * static_cast<float>(pixels));
  const int length = static_cast<int>(std::clamp<long>(wanted, 1, pixels));
  const std::size_t begin = draws.below(static_cast<std::uint32_t>(pixels - length) + 1, i + 1);
  return {begin, begin + static_cast<std::size_t>(length)};
}

inline void cut_out(Sample& sample, const AugmentConfig::Cutout& config, const Draws& draws) {
  if (!draws.happens(config.probability)) return;
  const auto width = static_cast<std::size_t>(sample.mask.width);
  const auto channels = static_cast<std::size_t>(sample.image.channels);
  for (int hole = 0; hole < config.holes; ++hole) {
    const std::uint64_t first = 1 + 4 * static_cast<std::uint64_t>(hole);
    const Stretch rows = drawn_stretch(sample.mask.height, config.height, draws, first);
    const Stretch columns = drawn_stretch(sample.mask.width, config.width, draws, first + 2);
    for (std::size_t y = rows.begin; y < rows.end; ++y) {
      const std::size_t begin = y * width + columns.begin, count = columns.end - columns.begin;
      visit_values(sample.image, [&]<class T>(std::vector<T>& values) {
        std::fill_n(values.begin() + static_cast<std::ptrdiff_t>(begin * channels), count * channels,
                    from_8_bits<T>(config.value));
      });
      if (config.label >= 0)
        std::fill_n(sample.mask.values.begin() + static_cast<std::ptrdiff_t>(begin), count,
                    static_cast<std::uint8_t>(config.label));
    }
  }
}

}  // namespace unetpp::detail
