#pragma once
// The middle of images and masks.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/core/shape.hpp"
#include "unetpp/io/image/image.hpp"
#include "unetpp/io/image/image_source.hpp"
#include "unetpp/io/image/pixels.hpp"

namespace unetpp {

namespace detail {

/// What is wrong with a crop of an image; empty if nothing is.
[[gnu::cold]] inline std::string crop_problem(Extent image, Extent crop) {
  if (image.height >= crop.height && image.width >= crop.width) return {};
  return "expected an image of at least " + size_text(crop.width, crop.height) + ", the crop's size, found " +
         size_text(image.width, image.height) + " (take a smaller crop, or leave it out)";
}

template <PixelValue T>
std::vector<T> centre(const PixelView<T>& image, int height, int width) {
  require_size(height, width, "the size to crop to");
  require_pixels(image);
  if (const std::string problem = crop_problem({image.height, image.width}, {height, width}); !problem.empty())
    throw ArgumentError("a crop: " + problem);
  const auto channels = static_cast<std::size_t>(image.channels);
  const std::size_t length = channels * static_cast<std::size_t>(width);
  std::vector<T> values;
  values.reserve(length * static_cast<std::size_t>(height));
  const int top = (image.height - height) / 2, left = (image.width - width) / 2;
  for (int y = top; y < top + height; ++y) {
    const auto line = image.values.subspan(channels * (pixel_count(image.width, y) + static_cast<std::size_t>(left)));
    values.insert(values.end(), line.begin(), line.begin() + static_cast<std::ptrdiff_t>(length));
  }
  return values;
}

}  // namespace detail

/// The middle of an image or a mask as it is; of an odd number of pixels left over, the larger half is below and right.
/// Errors  ArgumentError for an empty image or size, and for an image that is smaller.
inline Raster centre_crop(const Raster& image, int height, int width) {
  return detail::remade(image, height, width,
                        [&](const auto& pixels) { return detail::centre(pixels, height, width); });
}
inline Image centre_crop(const Image& image, int height, int width) {
  return {width, height,
          detail::visit_pixels(image, [&](const auto& pixels) { return detail::centre(pixels, height, width); })};
}
inline Mask centre_crop(const Mask& mask, int height, int width) {
  return {width, height,
          detail::centre(detail::PixelView<std::uint8_t>{mask.width, mask.height, 1, mask.values}, height, width)};
}

}  // namespace unetpp
