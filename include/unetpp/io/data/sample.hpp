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
#include "unetpp/io/image/centre_crop.hpp"
#include "unetpp/io/image/channel_scaling.hpp"
#include "unetpp/io/image/image.hpp"
#include "unetpp/io/image/pixels.hpp"
#include "unetpp/io/image/preprocessing.hpp"
#include "unetpp/io/image/resize.hpp"
#include "unetpp/io/image/resize_antialiased.hpp"
#include "unetpp/io/image/to_float.hpp"

namespace unetpp {

/// An image of any number of channels (an Image has 3) and the class of each of its pixels: of a pet, 0 pet,
/// 1 background, 2 outline.
struct Sample {
  Raster image;
  Mask mask;
};

/// A sample at another size: the image as `how` says, the mask by nearest neighbour, or its crop.
/// Errors  ArgumentError for an empty sample or size, and for a sample that is smaller than its crop.
inline Sample resize(const Sample& sample, int height, int width, Resize how = Resize::bilinear) {
  return {resize(sample.image, height, width, how),
          how == Resize::crop ? centre_crop(sample.mask, height, width) : resize_nearest(sample.mask, height, width)};
}

namespace detail {

/// A sample that has the network's size already.
inline void write_resized(const Sample& sample, std::span<float> image, std::span<std::uint8_t> labels,
                          const ChannelScaling& scaling) {
  to_float(sample.image, image, scaling);
  std::copy(sample.mask.values.begin(), sample.mask.values.end(), labels.begin());
}

}  // namespace detail

/// Writes a sample of any size as a network reads it, with the same bits as a Loader that resizes as `how` and scales so.
/// Shapes  image: size.  labels: size, without the channels.
/// Errors  ArgumentError for an empty sample or one of other channels, for outputs of another size, and for a scaling of
///         other channels.
inline void write_sample(const Sample& sample, Shape size, std::span<float> image, std::span<std::uint8_t> labels,
                         Resize how = Resize::bilinear, const ChannelScaling& scaling = {}) {
  detail::require_pixels(size.height, size.width, size.channels, image.size());
  detail::require_pixels(size.height, size.width, 1, labels.size());
  if (sample.image.channels != size.channels)
    throw ArgumentError("a sample: expected an image of " + std::to_string(size.channels) + " channels, found " +
                        std::to_string(sample.image.channels));
  detail::write_resized(resize(sample, size.height, size.width, how), image, labels, scaling);
}

}  // namespace unetpp
