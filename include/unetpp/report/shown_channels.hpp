#pragma once
// Images of any number of channels and any values as pictures.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/io/image/pixels.hpp"

namespace unetpp {

/// Which channels of an image are shown, and which of their values are black and white.
struct ShownChannels {
  /// Those shown as red, green and blue, or one as grey, counted from 0. None: the first three, of one or two the first.
  std::vector<int> rgb{};
  /// From the 1st to the 99th percentile of the image's shown values, as images of floats without a full scale need it,
  /// and those of 16 bits that use a part of them; otherwise from 0 to full scale.
  bool stretch = false;
};

namespace detail {

/// Errors  ArgumentError unless there are none, one or three, each less than `channels`.
inline std::array<int, 3> shown_channels(const std::vector<int>& rgb, int channels) {
  if (rgb.empty()) return channels < 3 ? std::array{0, 0, 0} : std::array{0, 1, 2};
  const bool known = std::all_of(rgb.begin(), rgb.end(), [&](int c) { return c >= 0 && c < channels; });
  if ((rgb.size() != 1 && rgb.size() != 3) || !known)
    throw ArgumentError("shown channels: expected one or three from 0 to " + std::to_string(channels - 1) + ", found " +
                        std::to_string(rgb.size()) + (known ? "" : " of which one is none of these"));
  return {rgb[0], rgb[rgb.size() / 2], rgb.back()};
}

/// The values that are black and white.
struct ShownRange {
  float black = 0;
  float white = 1;

  /// Of a value that is NaN, 0.
  std::uint8_t operator()(float value) const {
    const float share = white > black ? (value - black) / (white - black) : 0;
    return static_cast<std::uint8_t>((share > 0 ? std::min(share, 1.0f) : 0.0f) * 255 + 0.5f);
  }
};

/// The 1st and 99th percentile of what at(pixel, channel) is, of large images in every so manieth pixel.
template <class At>
ShownRange percentiles(std::size_t pixels, const std::array<int, 3>& rgb, const At& at) {
  std::vector<float> values;
  const std::size_t step = pixels / 100'000 + 1;
  for (std::size_t pixel = 0; pixel < pixels; pixel += step)
    for (const int c : rgb)
      if (const float value = at(pixel, c); std::isfinite(value)) values.push_back(value);
  if (values.empty()) return {};
  const auto percentile = [&](std::size_t hundredths) {
    const auto place = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) * hundredths / 100);
    std::nth_element(values.begin(), place, values.end());
    return *place;
  };
  const float black = percentile(1);
  return {black, percentile(99)};
}

/// A picture of `channels` channels of which at(pixel, channel) are the values over their full scale.
template <class At>
Image shown_image(Image size, int channels, const ShownChannels& shown, const At& at) {
  const std::array<int, 3> rgb = shown_channels(shown.rgb, channels);
  const std::size_t pixels = pixel_count(size.width, size.height);
  const ShownRange range = shown.stretch ? percentiles(pixels, rgb, at) : ShownRange{};
  size.rgb.reserve(3 * pixels);
  for (std::size_t pixel = 0; pixel < pixels; ++pixel)
    for (const int c : rgb) size.rgb.push_back(range(at(pixel, c)));
  return size;
}

}  // namespace detail

/// An image as a picture; of floats always stretched, since they have no full scale that all programs share, and of 16 bits,
/// since cameras mostly use a part of them.
/// Errors  ArgumentError for channels that the image does not have.
inline Image to_picture(const Raster& image, ShownChannels shown = {}) {
  return detail::visit_pixels(image, [&]<class T>(const detail::PixelView<T>& pixels) {
    shown.stretch |= !std::is_same_v<T, std::uint8_t>;
    const auto channels = static_cast<std::size_t>(pixels.channels);
    return detail::shown_image({pixels.width, pixels.height, {}}, pixels.channels, shown,
                               [&](std::size_t pixel, int c) {
                                 const T value = pixels.values[pixel * channels + static_cast<std::size_t>(c)];
                                 return static_cast<float>(value) / detail::full_scale<T>;
                               });
  });
}

}  // namespace unetpp
