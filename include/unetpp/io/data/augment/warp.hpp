#pragma once
// Images and masks read at other places.

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

#include "unetpp/io/data/augment/augment_config.hpp"
#include "unetpp/io/data/augment/geometric_map.hpp"
#include "unetpp/io/data/sample.hpp"
#include "unetpp/io/image/pixels.hpp"

// Counts and positions are int, sizes std::size_t; none is negative.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace unetpp::detail {

/// Pixel i of a line of `pixels` that goes on at both ends as its mirror image, the last pixel being twice there.
inline std::int64_t mirrored(std::int64_t i, int pixels) {
  if (i < 0) i = -1 - i;
  if (i < pixels) return i;
  i %= 2 * std::int64_t{pixels};
  return i < pixels ? i : 2 * std::int64_t{pixels} - 1 - i;
}

inline bool inside(std::int64_t x, std::int64_t y, int width, int height) {
  return x >= 0 && y >= 0 && x < width && y < height;
}

/// What holds a sum of T's times weights of 22 bits.
template <PixelValue T>
using WeightedSum = std::conditional_t<std::is_same_v<T, float>, double,
                                       std::conditional_t<std::is_same_v<T, std::uint8_t>, int, std::int64_t>>;

/// Such a sum over the sum of the weights, rounded.
template <PixelValue T>
T weighted_mean(WeightedSum<T> sum) {
  constexpr int bits = 22;
  if constexpr (std::is_same_v<T, float>)
    return static_cast<float>(sum / (1 << bits));
  else
    return static_cast<T>((sum + (1 << (bits - 1))) >> bits);
}

/// Reads a sample anywhere.
template <PixelValue T>
class SampleReader {
 public:
  /// What is given must outlive it.
  SampleReader(const PixelView<T>& image, const Mask& mask, const AugmentConfig::Border& border)
      : image_(image), mask_(mask), border_(border), outside_(image_.channels, from_8_bits<T>(border.value)) {}

  /// Writes the image at some places, interpolated between four pixels with weights of 11 bits and rounded once. Channels
  /// is their number, or 0 for any.
  template <int Channels>
  void image(const std::vector<Position>& places, T* to) const {
    constexpr int bits = 11, one = 1 << bits;
    const auto fraction = [](std::int64_t at) { return static_cast<int>(at >> (Position::bits - bits)) & (one - 1); };
    const int channels = Channels > 0 ? Channels : image_.channels;
    for (const Position& at : places) {
      const auto [top_left, top_right, bottom_left, bottom_right] = corners(at, channels);
      const WeightedSum<T> right = fraction(at.x), bottom = fraction(at.y), left = one - right, top = one - bottom;
      const WeightedSum<T> weights[] = {top * left, top * right, bottom * left, bottom * right};
      for (int c = 0; c < channels; ++c)
        *to++ = weighted_mean<T>(top_left[c] * weights[0] + top_right[c] * weights[1] + bottom_left[c] * weights[2] +
                                 bottom_right[c] * weights[3]);
    }
  }

  /// The label of the nearest pixel.
  std::uint8_t label(const Position& at) const {
    constexpr std::int64_t half = std::int64_t{1} << (Position::bits - 1);
    const std::int64_t x = (at.x + half) >> Position::bits, y = (at.y + half) >> Position::bits;
    if (!inside(x, y, mask_.width, mask_.height)) {
      if (border_.fill) return border_.label;
      return mask_.values[mirrored(y, mask_.height) * mask_.width + mirrored(x, mask_.width)];
    }
    return mask_.values[y * mask_.width + x];
  }

 private:
  struct Corners {
    const T *top_left, *top_right, *bottom_left, *bottom_right;
  };

  /// The four pixels around a place.
  Corners corners(const Position& at, int channels) const {
    const std::int64_t x = at.x >> Position::bits, y = at.y >> Position::bits;
    if (!inside(x, y, image_.width - 1, image_.height - 1))
      return {pixel(x, y), pixel(x + 1, y), pixel(x, y + 1), pixel(x + 1, y + 1)};
    const T* top = image_.values.data() + (y * image_.width + x) * channels;
    const T* bottom = top + std::size_t{1} * image_.width * channels;
    return {top, top + channels, bottom, bottom + channels};
  }

  const T* pixel(std::int64_t x, std::int64_t y) const {
    if (border_.fill && !inside(x, y, image_.width, image_.height)) return outside_.data();
    const std::int64_t index = mirrored(y, image_.height) * image_.width + mirrored(x, image_.width);
    return image_.values.data() + index * image_.channels;
  }

  PixelView<T> image_;
  const Mask& mask_;
  AugmentConfig::Border border_;
  std::vector<T> outside_;  // a pixel
};

/// Writes the labels of what a map makes of a sample; returns the image's values.
template <PixelValue T>
std::vector<T> warp(const SampleReader<T>& reader, int channels, GeometricMap& map, std::uint8_t* labels) {
  std::vector<T> values(pixel_count(map.width(), map.height()) * channels);
  std::vector<Position> places;
  for (std::size_t y = 0; y < static_cast<std::size_t>(map.height()); ++y) {
    map.row(static_cast<int>(y), places);
    T* image = values.data() + y * map.width() * channels;
    channels == 3 ? reader.template image<3>(places, image) : reader.template image<0>(places, image);
    for (const Position& at : places) *labels++ = reader.label(at);
  }
  return values;
}

/// A sample through a map.
inline Sample warped(const Sample& sample, GeometricMap& map, const AugmentConfig::Border& border) {
  Mask mask{map.width(), map.height(), std::vector<std::uint8_t>(pixel_count(map.width(), map.height()))};
  Raster image = remade(sample.image, map.height(), map.width(), [&]<class T>(const PixelView<T>& pixels) {
    return warp(SampleReader<T>(pixels, sample.mask, border), pixels.channels, map, mask.values.data());
  });
  return {std::move(image), std::move(mask)};
}

}  // namespace unetpp::detail

#pragma GCC diagnostic pop
