#pragma once
// Images mirrored left for right.

#include <cstddef>

#include "unetpp/core/parallel.hpp"
#include "unetpp/kernels/operands.hpp"

// Counts and positions are int, sizes std::size_t; none is negative.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace unetpp::kernels {

/// Rows of pixels, those of all images of a batch.
struct Rows {
  std::size_t count;
  int width;
  int channels;
};

namespace detail {

/// Calls use(x, y) with each value of y and that of x at the mirrored place.
template <class Use>
void for_each_mirrored(const Rows& rows, ConstPixels<float> x, Pixels<float> y, int threads, const Use& use) {
  parallel_for(threads, rows.count, [&](std::size_t row, int) {
    const std::size_t first = row * rows.width;
    for (int i = 0; i < rows.width; ++i) {
      const float* from = x.data + (first + rows.width - 1 - i) * x.stride;
      float* to = y.data + (first + i) * y.stride;
      for (int c = 0; c < rows.channels; ++c) use(from[c], to[c]);
    }
  });
}

}  // namespace detail

/// y = the mirror image of x.
inline void mirror(const Rows& rows, ConstPixels<float> x, Pixels<float> y, int threads) {
  detail::for_each_mirrored(rows, x, y, threads, [](float from, float& to) { to = from; });
}

/// y = the mean of y and the mirror image of x.
inline void mean_with_mirrored(const Rows& rows, ConstPixels<float> x, Pixels<float> y, int threads) {
  detail::for_each_mirrored(rows, x, y, threads, [](float from, float& to) { to = 0.5f * (to + from); });
}

}  // namespace unetpp::kernels

#pragma GCC diagnostic pop
