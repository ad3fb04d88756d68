#pragma once
// The classes of an image's own pixels, from a network's probabilities at the network's size.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/core/parallel.hpp"
#include "unetpp/core/tensor.hpp"
#include "unetpp/io/image/image.hpp"
#include "unetpp/io/image/resize.hpp"
#include "unetpp/nn/predict_classes.hpp"

// Counts and positions are int, sizes std::size_t; none is negative.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace unetpp {

namespace detail {

/// A number for each class of each pixel of one image; pixels lie `stride` floats apart.
struct ClassMaps {
  const float* data;
  int height, width, classes;
  std::size_t stride;

  const float* pixel(int y, int x) const { return data + (std::size_t{1} * y * width + x) * stride; }
};

/// The largest class at each place of `columns` in a row of pixels, the first of equal ones.
inline void largest_classes(const float* row, int classes, const std::vector<Taps>& columns, std::uint8_t* to) {
  for (const Taps& column : columns) {
    const float* left = row + std::size_t{1} * classes * column.first;
    const float* right = row + std::size_t{1} * classes * column.second;
    float largest = left[0] + (right[0] - left[0]) * column.weight;
    int best = 0;
    for (int c = 1; c < classes; ++c)
      if (const float value = left[c] + (right[c] - left[c]) * column.weight; value > largest) {
        largest = value;
        best = c;
      }
    *to++ = static_cast<std::uint8_t>(best);
  }
}

/// Errors  NonFiniteError for a number that is NaN or infinite, between which and others there is nothing.
inline void require_finite(const ClassMaps& maps) {
  const std::size_t pixels = std::size_t{1} * maps.height * maps.width;
  std::size_t bad = 0;
  for (std::size_t i = 0; i < pixels; ++i) {
    const float* x = maps.data + i * maps.stride;
    bool has_other = false;
    for (int c = 0; c < maps.classes; ++c) has_other |= x[c] - x[c] != 0;
    bad += has_other;
  }
  if (bad > 0) throw no_class(bad, pixels, "NaN or infinities");
}

inline Mask classes_at(const ClassMaps& maps, int height, int width, int threads) {
  require_size(height, width, "a mask");
  require_finite(maps);
  const std::vector<Taps> rows = bilinear_taps(maps.height, height), columns = bilinear_taps(maps.width, width);
  const std::size_t line = std::size_t{1} * maps.width * maps.classes;
  std::vector<float> between(line * threads);  // a row of pixels for each thread
  Mask mask{width, height, std::vector<std::uint8_t>(pixel_count(width, height))};
  parallel_for(threads, rows.size(), [&](std::size_t y, int thread) {
    float* row = between.data() + line * thread;
    for (int x = 0; x < maps.width; ++x) {
      const float *above = maps.pixel(rows[y].first, x), *below = maps.pixel(rows[y].second, x);
      for (int c = 0; c < maps.classes; ++c)
        row[x * maps.classes + c] = above[c] + (below[c] - above[c]) * rows[y].weight;
    }
    largest_classes(row, maps.classes, columns, mask.values.data() + y * width);
  });
  return mask;
}

}  // namespace detail

/// The most probable class of each pixel of an image, from probabilities at another size: these are interpolated between
/// the centres of the nearest pixels, as resize_bilinear does it, and then the largest is chosen, the first of equal ones.
/// Edges are then smooth, while classes that are chosen first and then enlarged have steps as large as the network's pixels.
/// At the network's own size the classes are those of predict_classes.
///
/// Beside the mask it holds one row of the network's pixels for each thread.
/// Shapes  probabilities: 1×S.  result: height×width.
/// Errors  ArgumentError for another number of images than 1, an empty size, or a number of threads that parallel_for
///         refuses; NonFiniteError if a probability is NaN or infinite.
template <Shape S>
Mask classes_at(BatchView<const float, S> probabilities, int height, int width, int threads = max_threads()) {
  static_assert(S.channels <= 256, "unetpp: classes are 8 bits");
  if (probabilities.count() != 1)
    throw ArgumentError("unetpp: classes at another size: expected the probabilities of 1 image, found " +
                        std::to_string(probabilities.count()));
  require_threads(threads, "unetpp: classes at another size");
  return detail::classes_at({probabilities.data(), S.height, S.width, S.channels, probabilities.pixel_stride()}, height,
                            width, threads);
}

}  // namespace unetpp

#pragma GCC diagnostic pop
