#pragma once
// Images and masks as numbers.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "unetpp/core/error.hpp"

namespace unetpp {

/// An image of any number of channels, whose values are of 8 bits, of 16 bits or floats: one of three vectors holds them,
/// and the others are empty. Their full scale, white, is 255, 65535 and 1; floats may lie beyond it.
/// Shapes  values, values16 or floats: height×width×channels.
struct Raster {
  int width = 0;
  int height = 0;
  int channels = 0;
  std::vector<std::uint8_t> values;
  std::string doubt{};  ///< what its decoder warned of, which began with the file's name; empty for most
  std::vector<std::uint16_t> values16{};
  std::vector<float> floats{};
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

/// The picture in a raster of 3 channels of 8 bits.
/// Errors  ArgumentError for another number of channels, and for other values.
inline Image to_image(Raster raster) {
  if (raster.channels != 3)
    throw ArgumentError("a picture: expected a raster of 3 channels, found " + std::to_string(raster.channels));
  if (!raster.values16.empty() || !raster.floats.empty())
    throw ArgumentError(std::string("a picture: expected values of 8 bits, found ") +
                        (raster.floats.empty() ? "16 bits" : "floats"));
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

/// An image's value: of 8 bits, of 16 bits, or a float.
template <class T>
concept PixelValue = std::is_same_v<T, std::uint8_t> || std::is_same_v<T, std::uint16_t> || std::is_same_v<T, float>;

/// White.
template <PixelValue T>
inline constexpr float full_scale = std::is_same_v<T, float> ? 1.0f : static_cast<float>(static_cast<T>(-1));

/// What is added to a number before it becomes a T, so that it is rounded.
template <PixelValue T>
inline constexpr float rounding = std::is_integral_v<T> ? 0.5f : 0.0f;

/// A number that `rounding` was added to as the nearest T; floats are not cut to [0, 1].
template <PixelValue T>
T cut_to(float value) {
  if constexpr (std::is_same_v<T, float>)
    return value;
  else
    return static_cast<T>(std::clamp(value, 0.0f, full_scale<T>));
}

/// A value of 8 bits as the same share of T's full scale.
template <PixelValue T>
constexpr T from_8_bits(std::uint8_t value) {
  if constexpr (std::is_same_v<T, float>)
    return value / 255.0f;
  else
    return static_cast<T>(value * (full_scale<T> / 255));
}

/// The values of an image that are read.
/// Shapes  values: height×width×channels.
template <PixelValue T>
struct PixelView {
  int width;
  int height;
  int channels;
  std::span<const T> values;
};

/// A raster's vector of values of type T, whether it holds any or not.
template <PixelValue T, class R>
auto& values_of(R& raster) {
  if constexpr (std::is_same_v<T, std::uint8_t>)
    return raster.values;
  else if constexpr (std::is_same_v<T, std::uint16_t>)
    return raster.values16;
  else
    return raster.floats;
}

/// Errors  ArgumentError for a raster with values in more than one of its vectors.
[[gnu::cold]] inline void require_one_kind(const Raster& raster) {
  if (!raster.values.empty() + !raster.values16.empty() + !raster.floats.empty() > 1)
    throw ArgumentError("an image: expected its values in one of values, values16 and floats, found them in more");
}

/// Calls f with the vector that holds a raster's values, which may be changed if the raster may.
/// Errors  As require_one_kind.
template <class R, class F>
decltype(auto) visit_values(R& raster, const F& f) {
  require_one_kind(raster);
  if (!raster.values16.empty()) return f(raster.values16);
  if (!raster.floats.empty()) return f(raster.floats);
  return f(raster.values);
}

/// An image of either kind.
template <class P>
concept Pixels = std::is_same_v<P, Raster> || std::is_same_v<P, Image>;

/// Calls f with an image as a PixelView.
/// Errors  As visit_values.
template <class F>
decltype(auto) visit_pixels(const Raster& image, const F& f) {
  return visit_values(image, [&]<class T>(const std::vector<T>& values) {
    return f(PixelView<T>{image.width, image.height, image.channels, values});
  });
}
template <class F>
decltype(auto) visit_pixels(const Image& image, const F& f) {
  return f(PixelView<std::uint8_t>{image.width, image.height, 3, image.rgb});
}

/// An image of another size, or of other values, from what f makes of it.
template <class F>
Raster remade(const Raster& image, int height, int width, const F& f) {
  Raster made{width, height, image.channels, {}};
  visit_pixels(image, [&]<class T>(const PixelView<T>& pixels) { values_of<T>(made) = f(pixels); });
  return made;
}
template <class F>
Image remade(const Image& image, int height, int width, const F& f) {
  return {width, height, visit_pixels(image, f)};
}

/// Values over their full scale, divided in float32.
/// Shapes  out: values.size() values.
template <PixelValue T>
void to_float(std::span<const T> values, float* out) {
  if constexpr (std::is_same_v<T, float>)
    std::copy(values.begin(), values.end(), out);
  else
    std::transform(values.begin(), values.end(), out, [](T v) { return v / full_scale<T>; });
}

}  // namespace detail

}  // namespace unetpp
