#pragma once
// Sums over the pixels of each channel, block by block, and linear functions of its values: what normalisations are made
// of.

#include <algorithm>
#include <cstddef>

#include "unetpp/core/parallel.hpp"
#include "unetpp/core/shape.hpp"
#include "unetpp/kernels/epilogue.hpp"
#include "unetpp/kernels/layer_kernels.hpp"
#include "unetpp/kernels/operands.hpp"
#include "unetpp/kernels/pointwise.hpp"

// Counts and positions are int, sizes std::size_t; none is negative.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace unetpp::kernels {

/// Pixels that are summed as floats: what is read twice of them is in a core's first cache the second time.
inline constexpr std::size_t moment_block = 256;

/// Blocks of one image.
constexpr std::size_t moment_blocks(Shape s) { return parts_of(s.pixels(), moment_block); }

/// Pixels of a block, counted over all images.
inline double block_size(Shape s, std::size_t block) {
  return static_cast<double>(std::min(moment_block, s.pixels() - block % moment_blocks(s) * moment_block));
}

/// Calls work(run, end, block) for the blocks of all images, one after the other; none is of two images.
template <class T, class Work>
void for_each_moment_block(Shape s, std::size_t batch, const GradientOperands<T>& of, int threads, const Work& work) {
  parallel_for(threads, batch * moment_blocks(s), [&](std::size_t block, int) {
    const std::size_t image = block / moment_blocks(s), begin = block % moment_blocks(s) * moment_block;
    const std::size_t first = image * s.pixels() + begin;
    const auto from = [&](auto pixels) {
      if (pixels.data) pixels.data += first * pixels.stride;
      return pixels;
    };
    Epilogue<T> end = of.end;
    if (end.mask) end.mask += first * end.mask_stride;
    const int count = static_cast<int>(std::min(moment_block, s.pixels() - begin));
    work(PointwiseRun<T>{from(of.x), from(of.dy), from(of.dx), count, s.channels}, end, block);
  });
}

namespace detail {

/// As those of simd/normalise.inc.hpp, with loops where there are no micro-kernels.
template <class T = float>
void moments(const PointwiseRun<T>& run, float* to, const LayerKernels<T>& kernels) {
  if constexpr (has_micro_kernels) return kernels.moments(run, to);
  for (int c = 0; c < run.channels; ++c) {
    const T* x = run.x.data + c;
    float sum = 0, squares = 0;
    for (int i = 0; i < run.count; ++i) sum += x[i * run.x.stride] - x[0];
    const float mean = x[0] + sum / static_cast<float>(run.count);
    for (int i = 0; i < run.count; ++i) squares += (x[i * run.x.stride] - mean) * (x[i * run.x.stride] - mean);
    to[c] = mean;
    to[run.channels + c] = squares;
  }
}

template <class T = float>
void gradient_moments(const PointwiseRun<T>& run, const float* scale_shift, float* to, const LayerKernels<T>& kernels) {
  if constexpr (has_micro_kernels) return kernels.gradient_moments(run, scale_shift, to);
  for (int c = 0; c < run.channels; ++c) {
    float sum = 0, products = 0;
    for (int i = 0; i < run.count; ++i) {
      const float dy = run.dy.data[i * run.dy.stride + c], x = run.x.data[i * run.x.stride + c];
      sum += dy;
      products += dy * (x * scale_shift[c] + scale_shift[run.channels + c]);
    }
    to[c] = sum;
    to[run.channels + c] = products;
  }
}

template <class T = float>
void linear(const PointwiseRun<T>& run, const float* of_channels, const Epilogue<T>& end,
            const LayerKernels<T>& kernels) {
  if constexpr (has_micro_kernels) return kernels.linear(run, of_channels, end);
  for (int i = 0; i < run.count; ++i)
    for (int c = 0; c < run.channels; ++c) {
      float value = of_channels[c] * run.x.data[i * run.x.stride + c] + of_channels[run.channels + c];
      if (run.dy.data) value += of_channels[2 * run.channels + c] * run.dy.data[i * run.dy.stride + c];
      end.store(&value, 1, c, i, run.y.data + i * run.y.stride + c);
    }
}

}  // namespace detail

}  // namespace unetpp::kernels

#pragma GCC diagnostic pop
