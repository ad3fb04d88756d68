#pragma once
// Images and masks as bytes.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "unetpp/core/error.hpp"

namespace unetpp {

/// An image of any number of channels, 8 bits a channel.
/// Shapes  values: height×width×channels.
struct Raster {
  int width = 0;
  int height = 0;
  int channels = 0;
  std::vector<std::uint8_t> values;
  std::string doubt{};  ///< what its decoder warned of, which began with the file's name; empty for most
};

/// An RGB picture, 8 bits a channel. It is a Raster of 3 channels wherever one is asked for.
/// Shapes  rgb: height×width×3.
struct Image {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> rgb;
  std::string doubt{};  ///< as a Raster's

  operator Raster() const& { return {width, height, 3, rgb, doubt}; }  // NOLINT: implicit, for a Sample's image
  operator Raster() && { return {width, height, 3, std::move(rgb), std::move(doubt)}; }  // NOLINT: as above
};

/// The picture in a raster of 3 channels.
/// Errors  ArgumentError for another number of channels.
inline Image to_image(Raster raster) {
  if (raster.channels != 3)
    throw ArgumentError("a picture: expected a raster of 3 channels, found " + std::to_string(raster.channels));
  return {raster.width, raster.height, std::move(raster.values), std::move(raster.doubt)};
}

/// One number a pixel: a class, or the value that stands for it in a file.
/// Shapes  values: height×width.
struct Mask {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> values;
};

namespace detail {

inline std::size_t pixel_count(int width, int height) {
  return static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
}

/// Bytes as a network reads them, divided in float32.
/// Shapes  out: bytes.size() values.
/// Units   out: [0, 1].
inline void to_float(std::span<const std::uint8_t> bytes, float* out) {
  std::transform(bytes.begin(), bytes.end(), out, [](std::uint8_t v) { return v / 255.0f; });
}

}  // namespace detail

}  // namespace unetpp
