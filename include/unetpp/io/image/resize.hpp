#pragma once
// Images and masks at another size.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/core/nearest.hpp"
#include "unetpp/io/image/image.hpp"

// Counts and positions are int, sizes std::size_t; none is negative.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace unetpp {

namespace detail {

/// Where one row or column of the output reads: two neighbours in the input, and the weight of the second.
struct Taps {
  int first;
  int second;
  float weight;
};

[[gnu::cold]] inline std::vector<Taps> bilinear_taps(int in, int out) {
  std::vector<Taps> taps(static_cast<std::size_t>(out));
  const float scale = static_cast<float>(in) / static_cast<float>(out);
  for (int i = 0; i < out; ++i) {
    const float at = (static_cast<float>(i) + 0.5f) * scale - 0.5f;
    const float below = std::floor(at);
    taps[i] = {std::clamp(static_cast<int>(below), 0, in - 1), std::clamp(static_cast<int>(std::ceil(at)), 0, in - 1),
               at - below};
  }
  return taps;
}

/// An image of as many rows and columns as there are taps for.
template <PixelValue T>
std::vector<T> bilinear(const PixelView<T>& image, const std::vector<Taps>& rows, const std::vector<Taps>& columns) {
  const std::size_t channels = image.channels;
  const std::size_t stride = channels * image.width;
  std::vector<T> resized(channels * rows.size() * columns.size());
  T* out = resized.data();
  for (const Taps& row : rows) {
    const T* above = image.values.data() + row.first * stride;
    const T* below = image.values.data() + row.second * stride;
    for (const Taps& column : columns) {
      const std::size_t left = channels * column.first;
      const std::size_t right = channels * column.second;
      for (std::size_t c = 0; c < channels; ++c) {
        const auto between = [&](const T* line) {
          const float a = line[left + c];
          return a + (line[right + c] - a) * column.weight;
        };
        const float top = between(above);
        *out++ = static_cast<T>(top + (between(below) - top) * row.weight + rounding<T>);
      }
    }
  }
  return resized;
}

}  // namespace detail

/// An image of any number of channels at another size, by linear interpolation between the centres of the nearest pixels,
/// rounded where values are of 8 or 16 bits.
///
/// Nothing is antialiased (resize_antialiased is). What others make of the same image:
///
///   TensorFlow 2.21, antialias=False             the same, not rounded
///   PyTorch 1.13, interpolate, antialias=False   the same, not rounded; one off after rounding in 75 of 562,500 values
///   OpenCV 4.14 and 5.0, INTER_LINEAR_EXACT      the same to sides that divide 128, else one off: its weights have 8 bits
///   OpenCV 4.14 and 5.0, INTER_LINEAR            one off in a tenth of the values
///   Pillow 13; torchvision by default            antialiased: 4.4 off in the mean of 150 photographs to 128x128, at most 186
/// Source  tf.image.resize(images, size, "bilinear", antialias=False).
/// Errors  ArgumentError for an empty image or size.
template <detail::Pixels P>
P resize_bilinear(const P& image, int height, int width) {
  detail::require_size(height, width, "the size to resize to");
  detail::require_pixels(image);
  const std::vector<detail::Taps> rows = detail::bilinear_taps(image.height, height),
                                  columns = detail::bilinear_taps(image.width, width);
  const bool same_size = height == image.height && width == image.width;
  return detail::remade(image, height, width, [&]<class T>(const detail::PixelView<T>& pixels) {
    return same_size ? std::vector<T>(pixels.values.begin(), pixels.values.end())
                     : detail::bilinear(pixels, rows, columns);
  });
}

/// A mask at another size, smaller or larger: every pixel takes the value of the nearest one, so that no value appears
/// which was not there.
///
/// Pixel i of n reads pixel floor((i + 1/2) m / n) of m, nothing being rounded before (nearest_pixel). What others read,
/// in all pairs of sizes up to 300, and from 128 rows to 480:
///
///                                                         other pairs of 90,000    other rows of 480
///   nearest-exact (PyTorch 1.13)                                          1,845                    0
///   OpenCV 4.14 with INTER_NEAREST_EXACT                                 14,673                   32
///   Pillow 13; OpenCV 5.0 with INTER_NEAREST_EXACT                       17,312                   28
///   floor(i m / n): nearest (PyTorch), INTER_NEAREST (OpenCV)            88,233                   64
///
/// The first three differ at ties, where (i + 1/2) m / n is an integer: they read the pixel before it at some of them.
/// (OpenCV 4.14 differs in 77 places more.) The last is shifted by half a pixel.
/// Errors  ArgumentError for an empty mask or size.
inline Mask resize_nearest(const Mask& mask, int height, int width) {
  detail::require_size(height, width, "the size to resize to");
  detail::require_pixels(mask.height, mask.width, 1, mask.values.size());
  if (height == mask.height && width == mask.width) return mask;
  Mask out{width, height, std::vector<std::uint8_t>(std::size_t{1} * height * width)};
  std::uint8_t* to = out.values.data();
  for (int y = 0; y < height; ++y) {
    const std::uint8_t* line = mask.values.data() + std::size_t{1} * nearest_pixel(y, mask.height, height) * mask.width;
    for (int x = 0; x < width; ++x) *to++ = line[nearest_pixel(x, mask.width, width)];
  }
  return out;
}

}  // namespace unetpp

#pragma GCC diagnostic pop
