#pragma once
// A sample, and how it becomes what a network reads.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/core/shape.hpp"
#include "unetpp/io/image/image.hpp"
#include "unetpp/io/image/preprocessing.hpp"
#include "unetpp/io/image/resize.hpp"
#include "unetpp/io/image/resize_antialiased.hpp"

namespace unetpp {

/// An image of any number of channels (an Image has 3) and the class of each of its pixels: of a pet, 0 pet,
/// 1 background, 2 outline.
struct Sample {
  Raster image;
  Mask mask;
};

/// A sample at another size: the image interpolated, the mask by nearest neighbour.
/// Errors  ArgumentError for an empty sample or size.
inline Sample resize(const Sample& sample, int height, int width, Resize how = Resize::bilinear) {
  return {resize(sample.image, height, width, how), resize_nearest(sample.mask, height, width)};
}

namespace detail {

/// A sample that has the network's size already.
inline void write_resized(const Sample& sample, std::span<float> image, std::span<std::uint8_t> labels) {
  to_float(sample.image.values, image.data());
  std::copy(sample.mask.values.begin(), sample.mask.values.end(), labels.begin());
}

}  // namespace detail

/// Writes an image as a network reads it.
/// Shapes  image: height×width×channels, as out.
/// Units   out: [0, 1].
/// Errors  ArgumentError when out has another size.
inline void to_float(const Raster& image, std::span<float> out) {
  detail::require_pixels(image.height, image.width, image.channels, out.size());
  detail::to_float(image.values, out.data());
}
inline void to_float(const Image& image, std::span<float> out) {
  detail::require_pixels(image.height, image.width, 3, out.size());
  detail::to_float(image.rgb, out.data());
}

/// Writes a sample of any size as a network reads it, with the same bits as a Loader that resizes as `how`.
/// Shapes  image: size.  labels: size, without the channels.
/// Errors  ArgumentError for an empty sample or one of other channels, and for outputs of another size.
inline void write_sample(const Sample& sample, Shape size, std::span<float> image, std::span<std::uint8_t> labels,
                         Resize how = Resize::bilinear) {
  detail::require_pixels(size.height, size.width, size.channels, image.size());
  detail::require_pixels(size.height, size.width, 1, labels.size());
  if (sample.image.channels != size.channels)
    throw ArgumentError("a sample: expected an image of " + std::to_string(size.channels) + " channels, found " +
                        std::to_string(sample.image.channels));
  detail::write_resized(resize(sample, size.height, size.width, how), image, labels);
}

}  // namespace unetpp
