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

/// The middle of an image, which has it.
template <PixelValue T>
std::vector<T> centre(const PixelView<T>& image, int height, int width) {
  const auto channels = static_cast<std::size_t>(image.channels);
  const std::size_t length = channels * static_cast<std::size_t>(width);
  std::vector<T> values(length * static_cast<std::size_t>(height));
  const int top = (image.height - height) / 2, left = (image.width - width) / 2;
  for (int y = 0; y < height; ++y)
    std::copy_n(&image.values[channels * (pixel_count(image.width, top + y) + static_cast<std::size_t>(left))], length,
                &values[length * static_cast<std::size_t>(y)]);
  return values;
}

[[gnu::cold]] inline void require_crop(Extent image, Extent crop) {
  require_size(crop.height, crop.width, "the size to crop to");
  if (const std::string problem = crop_problem(image, crop); !problem.empty())
    throw ArgumentError("a crop: " + problem);
}

}  // namespace detail

/// The middle of an image or a mask as it is; of an odd number of pixels left over, the larger half is below and right.
/// Errors  ArgumentError for an empty image or size, and for an image that is smaller.
template <detail::Pixels P>
P centre_crop(const P& image, int height, int width) {
  detail::require_pixels(image);
  detail::require_crop({image.height, image.width}, {height, width});
  return detail::remade(image, height, width,
                        [&](const auto& pixels) { return detail::centre(pixels, height, width); });
}
inline Mask centre_crop(const Mask& mask, int height, int width) {
  detail::require_pixels(mask.height, mask.width, 1, mask.values.size());
  detail::require_crop({mask.height, mask.width}, {height, width});
  return {width, height,
          detail::centre(detail::PixelView<std::uint8_t>{mask.width, mask.height, 1, mask.values}, height, width)};
}

}  // namespace unetpp
