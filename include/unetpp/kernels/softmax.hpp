#pragma once
// Softmax and its gradient.

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "unetpp/core/parallel.hpp"
#include "unetpp/kernels/operands.hpp"
#include "unetpp/kernels/pointwise.hpp"

namespace unetpp::kernels {

/// y = softmax(x) of one pixel; the largest logit is subtracted first.
inline void softmax_pixel(int channels, const float* x, float* y) {
  const float largest = *std::max_element(x, x + channels);
  float sum = 0;
  for (int c = 0; c < channels; ++c) sum += y[c] = std::exp(x[c] - largest);
  for (int c = 0; c < channels; ++c) y[c] /= sum;
}

/// y = softmax(x) over the channels of each pixel.
inline void softmax(std::size_t pixels, int channels, ConstPixels x, Pixels y, int threads) {
  parallel_blocks(threads, pixels, pixel_block, [&](std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) softmax_pixel(channels, x.data + i * x.stride, y.data + i * y.stride);
  });
}

/// dx = epilogue(y·(dy − Σ y·dy)) for y = softmax(x).
inline void softmax_gradient(std::size_t pixels, int channels, ConstPixels x, ConstPixels dy, Pixels dx,
                             const Epilogue& epilogue, Scratch scratch) {
  parallel_for(scratch.threads, parts_of(pixels, pixel_block), [&](std::size_t unit, int thread) {
    float* y = scratch.data + thread * aligned_floats(channels);
    for (std::size_t i = unit * pixel_block; i < std::min(pixels, (unit + 1) * pixel_block); ++i) {
      softmax_pixel(channels, x.data + i * x.stride, y);
      const float* g = dy.data + i * dy.stride;
      float dot = 0;
      for (int c = 0; c < channels; ++c) dot += y[c] * g[c];
      for (int c = 0; c < channels; ++c) y[c] *= g[c] - dot;
      epilogue.store(y, channels, 0, i, dx.data + i * dx.stride);
    }
  });
}

}  // namespace unetpp::kernels
