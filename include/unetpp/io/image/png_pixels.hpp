#pragma once
// What a PNG's pixels mean: a mask, a picture, or a raster.

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "unetpp/io/image/image_source.hpp"
#include "unetpp/io/image/orientation.hpp"
#include "unetpp/io/image/pixels.hpp"
#include "unetpp/io/image/png.hpp"

namespace unetpp {

namespace detail {

/// Errors  FormatError for a mask that is to be turned before it is seen.
[[gnu::cold]] inline void require_upright_mask(const ImageSource& source, const PngPixels& png) {
  if (png.orientation != 1)
    source.refuse("a mask as it is to be seen", " one of EXIF orientation " + std::to_string(png.orientation));
}

/// Whether colours, the first 3 of `channels` each, are all greys.
inline bool are_grey(const std::vector<std::uint8_t>& values, std::size_t channels = 3) {
  for (std::size_t i = 0; i < values.size(); i += channels)
    if (values[i] != values[i + 1] || values[i] != values[i + 2]) return false;
  return true;
}

/// Puts the greys of a palette of nothing else in place of their indices.
inline void undo_grey_palette(PngPixels& png) {
  if (!png.has_palette || !are_grey(png.palette)) return;
  for (std::uint8_t& value : png.values) value = png.palette[std::size_t{3} * value];
  png.has_palette = false;
  png.palette.clear();
  png.depth = 8;
}

/// The mask in a PNG of one channel. Of a palette of greys alone the values are the greys, which a program that made the
/// file smaller has listed; of any other palette they are the indices.
[[gnu::cold]] inline Mask decode_png_mask(const ImageSource& source) {
  PngPixels png = decode_png(source, PngUse::mask);
  require_upright_mask(source, png);
  undo_grey_palette(png);
  return {png.width, png.height, std::move(png.values)};
}

/// The red, green and blue of one channel of greys or indices.
inline std::vector<std::uint8_t> colours_of(const PngPixels& png) {
  std::vector<std::uint8_t> rgb(3 * png.values.size());
  std::uint8_t* to = rgb.data();
  for (const std::uint8_t value : png.values)
    for (std::size_t c = 0; c < 3; ++c) *to++ = png.has_palette ? png.palette[std::size_t{3} * value + c] : value;
  return rgb;
}

[[gnu::cold]] inline Image decode_png_image(const ImageSource& source) {
  PngPixels png = decode_png(source, PngUse::picture);
  const int orientation = png.orientation;
  return upright(Image{png.width, png.height, png.channels == 3 ? std::move(png.values) : colours_of(png)},
                 orientation);
}

/// 1 to 4 channels of 8 or 16 bits: grey, or red, green and blue, and alpha if there is any. A palette's colours.
inline Raster decode_png_raster(const ImageSource& source) {
  PngPixels png = decode_png(source, PngUse::raster);
  Raster raster{png.width, png.height, png.has_palette ? 3 : png.channels, {}};
  if (png.has_palette) {
    raster.values = colours_of(png);
  } else if (png.depth < 16) {
    raster.values = std::move(png.values);
  } else {
    raster.values16.resize(png.values.size() / 2);
    for (std::size_t i = 0; i < raster.values16.size(); ++i)
      raster.values16[i] = static_cast<std::uint16_t>(png.values[2 * i] << 8 | png.values[2 * i + 1]);
  }
  return upright(std::move(raster), png.orientation);
}

}  // namespace detail

}  // namespace unetpp
