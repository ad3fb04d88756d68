#pragma once
// Which way up a photograph is: cameras store pixels as their sensor reads them, and write beside them how to turn them.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "unetpp/io/image/pixels.hpp"

namespace unetpp {

namespace detail {

/// The orientation in a block of EXIF data; 1, which is as stored, where it has none of 1 to 8.
/// Only a SHORT counts, as the standard has it; what XMP or a PNG's text say is not looked at.
/// Source  CIPA DC-008 (Exif 2.32), sections 4.5 and 4.6.4.A: a TIFF header, and the entries of its first directory.
[[gnu::cold]] inline int exif_orientation(std::string_view exif) {
  const bool big = exif.starts_with("MM");
  if (!big && !exif.starts_with("II")) return 1;
  const auto number = [&](std::size_t at, int count) {
    std::size_t value = 0;
    for (int i = 0; i < count; ++i) {
      const std::size_t place = at + static_cast<std::size_t>(big ? i : count - 1 - i);
      value = value << 8 | (place < exif.size() ? static_cast<unsigned char>(exif[place]) : 0u);
    }
    return value;
  };
  constexpr std::size_t tag = 0x0112, type_short = 3, entry_bytes = 12;
  const std::size_t directory = number(4, 4), entries = number(directory, 2);
  for (std::size_t i = 0; i < entries; ++i) {
    const std::size_t entry = directory + 2 + i * entry_bytes;
    if (entry + entry_bytes > exif.size()) break;
    if (number(entry, 2) != tag) continue;
    const std::size_t value = number(entry + 8, 2);
    return number(entry + 2, 2) == type_short && value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

/// Whether width and height change places.
inline bool swaps_sides(int orientation) { return orientation >= 5; }

/// The values of an image as it is to be seen.
template <PixelValue T>
std::vector<T> turned(const PixelView<T>& stored, int orientation) {
  const bool swap = swaps_sides(orientation);
  const bool flip_x = orientation == 2 || orientation == 3 || orientation >= 7;
  const bool flip_y = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  const int width = swap ? stored.height : stored.width, height = swap ? stored.width : stored.height;
  std::vector<T> values(stored.values.size());
  T* to = values.data();
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const int across = swap ? y : x, down = swap ? x : y;
      const auto from_x = static_cast<std::size_t>(flip_x ? stored.width - 1 - across : across);
      const auto from_y = static_cast<std::size_t>(flip_y ? stored.height - 1 - down : down);
      const T* from = &stored.values[static_cast<std::size_t>(stored.channels) *
                                     (from_y * static_cast<std::size_t>(stored.width) + from_x)];
      for (int c = 0; c < stored.channels; ++c) *to++ = from[c];
    }
  }
  return values;
}

/// The image, a Raster or an Image, as it is to be seen. What its decoder warned of is lost where it is turned.
inline Image upright(Image stored, int orientation) {
  if (orientation == 1) return stored;
  const bool swap = swaps_sides(orientation);
  return {swap ? stored.height : stored.width, swap ? stored.width : stored.height,
          visit_pixels(stored, [&](const auto& pixels) { return turned(pixels, orientation); })};
}
inline Raster upright(Raster stored, int orientation) {
  if (orientation == 1) return stored;
  const bool swap = swaps_sides(orientation);
  return remade(stored, swap ? stored.width : stored.height, swap ? stored.height : stored.width,
                [&](const auto& pixels) { return turned(pixels, orientation); });
}

}  // namespace detail

}  // namespace unetpp
