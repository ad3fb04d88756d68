#pragma once
// Kernels that treat every pixel or value alone.

#include <algorithm>
#include <cstddef>

#include "unetpp/core/buffer.hpp"
#include "unetpp/core/parallel.hpp"
#include "unetpp/kernels/epilogue.hpp"
#include "unetpp/kernels/operands.hpp"

// Counts and positions are int, sizes std::size_t; none is negative.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace unetpp::kernels {

/// Pixels of one piece of work.
inline constexpr std::size_t pixel_block = 1024;

/// Calls work(first, last) for consecutive blocks of [0, count).
template <class Work>
void parallel_blocks(int threads, std::size_t count, std::size_t block, const Work& work) {
  parallel_for(threads, parts_of(count, block),
               [&](std::size_t unit, int) { work(unit * block, std::min(count, (unit + 1) * block)); });
}

/// Floats of scratch that `sum_over_pixels` needs.
constexpr std::size_t pixel_sum_scratch(std::size_t pixels) { return parts_of(pixels, pixel_block); }

/// The sum of sum_of(first, last) over blocks of the pixels.
template <class SumOf>
double sum_over_pixels(std::size_t pixels, Scratch scratch, const SumOf& sum_of) {
  parallel_blocks(scratch.threads, pixels, pixel_block, [&](std::size_t first, std::size_t last) {
    scratch.data[first / pixel_block] = static_cast<float>(sum_of(first, last));
  });
  double total = 0;
  for (std::size_t i = 0; i < parts_of(pixels, pixel_block); ++i) total += scratch.data[i];
  return total;
}

/// Makes `count` values zero; one thread alone does not keep memory busy.
inline void clear(std::size_t count, float* values, int threads) {
  constexpr std::size_t block = 1 << 16;
  parallel_blocks(threads, count, block,
                  [&](std::size_t first, std::size_t last) { std::fill(values + first, values + last, 0.0f); });
}

/// y = epilogue(x), pixel by pixel: a copy, an addition, a ReLU, a mask.
inline void transfer(std::size_t pixels, int channels, ConstPixels x, Pixels y, const Epilogue& epilogue, int threads) {
  parallel_blocks(threads, pixels, pixel_block, [&](std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i)
      epilogue.store(x.data + i * x.stride, channels, 0, i, y.data + i * y.stride);
  });
}

/// y = end(max(x, 0)).
inline void relu(std::size_t pixels, int channels, const MapOperands& of, int threads) {
  parallel_blocks(threads, pixels, pixel_block, [&](std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i)
      for (int c = 0; c < channels; ++c) {
        const float x = of.x.data[i * of.x.stride + c], value = x < 0 ? 0 : x;
        of.end.store(&value, 1, c, i, of.y.data + i * of.y.stride + c);
      }
  });
}

/// dx = end(dy where x is positive, else 0).
inline void relu_gradient(std::size_t pixels, int channels, const GradientOperands& of, int threads) {
  parallel_blocks(threads, pixels, pixel_block, [&](std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i)
      for (int c = 0; c < channels; ++c) {
        const float value = of.x.data[i * of.x.stride + c] > 0 ? of.dy.data[i * of.dy.stride + c] : 0;
        of.end.store(&value, 1, c, i, of.dx.data + i * of.dx.stride + c);
      }
  });
}

/// Floats of scratch that `bias_gradient` needs.
constexpr std::size_t bias_gradient_scratch(std::size_t pixels, int channels) {
  return aligned_floats(parts_of(pixels, pixel_block) * channels);
}

/// dbias += the sum of dy over the pixels.
inline void bias_gradient(std::size_t pixels, int channels, ConstPixels dy, float* dbias, Scratch scratch) {
  parallel_blocks(scratch.threads, pixels, pixel_block, [&](std::size_t first, std::size_t last) {
    float* sum = scratch.data + first / pixel_block * channels;
    std::fill_n(sum, channels, 0.0f);
    for (std::size_t i = first; i < last; ++i)
      for (int c = 0; c < channels; ++c) sum[c] += dy.data[i * dy.stride + c];
  });
  for (std::size_t block = 0; block * pixel_block < pixels; ++block)
    for (int c = 0; c < channels; ++c) dbias[c] += scratch.data[block * channels + c];
}

}  // namespace unetpp::kernels

#pragma GCC diagnostic pop
