#pragma once
// Where a window lies in a sample.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "unetpp/io/data/augment/draws.hpp"
#include "unetpp/io/image/pixels.hpp"

// Counts and positions are int, sizes std::size_t; none is negative.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace unetpp::detail {

/// The first row and column of a window; half a pixel more where one that is larger than the sample lies centred on it.
struct Window {
  double y;
  double x;
};

/// A pixel of one of some classes, drawn as AugmentConfig::Crop says; the number of pixels where there is none.
inline std::size_t drawn_pixel(const Mask& mask, const std::vector<std::uint8_t>& classes, const Draws& draws) {
  std::array<std::uint32_t, 256> count{};
  for (const std::uint8_t label : mask.values) ++count[label];
  std::vector<std::uint8_t> present;
  for (const std::uint8_t label : classes)
    if (count[label] > 0) present.push_back(label);
  if (present.empty()) return mask.values.size();
  const std::uint8_t label = present[draws.below(static_cast<std::uint32_t>(present.size()), 1)];
  std::uint32_t before = draws.below(count[label], 2);
  std::size_t pixel = 0;
  while (mask.values[pixel] != label || before-- > 0) ++pixel;
  return pixel;
}

/// Where a window begins on a line of `pixels`: anywhere (draw `i`), or about a pixel that is on it, if there is one.
inline double window_begin(int pixels, int window, const int* centre, const Draws& draws, std::uint64_t i) {
  const int room = pixels - window;
  if (room < 0) return room / 2.0;
  if (centre != nullptr) return std::clamp(*centre - window / 2, 0, room);
  return draws.below(static_cast<std::uint32_t>(room) + 1, i);
}

/// A window of a size in a mask.
inline Window drawn_window(const Mask& mask, int height, int width, const AugmentConfig::Crop& crop,
                           const Draws& draws) {
  const std::size_t pixel =
      draws.happens(crop.rare_share) ? drawn_pixel(mask, crop.classes, draws) : mask.values.size();
  const bool rare = pixel < mask.values.size();
  const int y = static_cast<int>(pixel / mask.width), x = static_cast<int>(pixel % mask.width);
  return {window_begin(mask.height, height, rare ? &y : nullptr, draws, 3),
          window_begin(mask.width, width, rare ? &x : nullptr, draws, 4)};
}

}  // namespace unetpp::detail

#pragma GCC diagnostic pop
