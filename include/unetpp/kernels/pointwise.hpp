#pragma once
// Kernels that treat every pixel or value alone.

#include <algorithm>
#include <cstddef>
#include <type_traits>

#include "unetpp/core/buffer.hpp"
#include "unetpp/core/parallel.hpp"
#include "unetpp/kernels/epilogue.hpp"
#include "unetpp/kernels/micro_kernels.hpp"
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

/// And values of one.
inline constexpr std::size_t value_block = 1 << 16;

/// Makes `count` values zero; one thread alone does not keep memory busy.
inline void clear(std::size_t count, float* values, int threads) {
  parallel_blocks(threads, count, value_block,
                  [&](std::size_t first, std::size_t last) { std::fill(values + first, values + last, 0.0f); });
}

/// Calls work(run, end, first) for blocks of pixels, `end` being that of each block, which begins with pixel `first`.
/// Where pixels lie without gaps, all values of a block are the channels of one pixel.
template <class T, class Work>
void parallel_runs(std::size_t pixels, int channels, const GradientOperands<T>& of, int threads, const Work& work) {
  const std::size_t dense = channels;
  const bool gaps = of.x.stride != dense || of.dy.stride != dense || of.dx.stride != dense ||
                    (of.end.mask && of.end.mask_stride != dense);
  parallel_blocks(threads, pixels, pixel_block, [&](std::size_t first, std::size_t last) {
    Epilogue<T> end = of.end;
    if (end.mask) end.mask += first * end.mask_stride;
    const int count = static_cast<int>(last - first);
    work(PointwiseRun<T>{{of.x.data + first * of.x.stride, of.x.stride},
                         {of.dy.data + first * of.dy.stride, of.dy.stride},
                         {of.dx.data + first * of.dx.stride, of.dx.stride},
                         gaps ? count : 1,
                         gaps ? channels : count * channels},
         end, first);
  });
}

namespace detail {

/// y = end(f(x, other)) where there are no micro-kernels.
template <class T, class Other, class F>
void map_values(const PointwiseRun<T>& run, ConstPixels<Other> other, const Epilogue<T>& end, const F& f) {
  for (int i = 0; i < run.count; ++i)
    for (int c = 0; c < run.channels; ++c) {
      const float value = f(run.x.data[i * run.x.stride + c], other.data[i * other.stride + c]);
      end.store(&value, 1, c, i, run.y.data + i * run.y.stride + c);
    }
}

}  // namespace detail

/// y = end(x): a copy, an addition, a mask.
template <class T = float>
void transfer(std::size_t pixels, int channels, const MapOperands<T>& of, int threads,
              const MicroKernels& kernels = micro_kernels()) {
  const ImageKernels<T>& images = image_kernels<T>(kernels.set);
  parallel_runs<T>(pixels, channels, {of.x, of.x, of.y, of.end}, threads,
                   [&](const PointwiseRun<T>& run, const Epilogue<T>& end, std::size_t) {
                     if constexpr (has_micro_kernels)
                       images.copy(run, end);
                     else
                       detail::map_values(run, run.dy, end, [](float x, float) { return x; });
                   });
}

/// y = x, of `count` values, where one of the two is of floats and the other as values are stored.
template <class From, class To>
void convert(std::size_t count, const From* x, To* y, int threads, const MicroKernels& kernels = micro_kernels()) {
  parallel_blocks(threads, count, value_block, [&](std::size_t first, std::size_t last) {
    if constexpr (!has_micro_kernels)
      std::copy(x + first, x + last, y + first);
    else if constexpr (std::is_same_v<To, float>)
      image_kernels<From>(kernels.set).to_floats(x + first, last - first, y + first);
    else
      image_kernels<To>(kernels.set).from_floats(x + first, last - first, y + first);
  });
}

/// y += x, of `count` values.
inline void add(std::size_t count, const float* x, float* y, int threads) {
  parallel_blocks(threads, count, value_block, [&](std::size_t first, std::size_t last) {
    for (; first < last; ++first) y[first] += x[first];  // as fast as memory
  });
}

/// y = end(max(x, 0)).
template <class T = float>
void relu(std::size_t pixels, int channels, const MapOperands<T>& of, int threads,
          const MicroKernels& kernels = micro_kernels()) {
  const ImageKernels<T>& images = image_kernels<T>(kernels.set);
  parallel_runs<T>(pixels, channels, {of.x, of.x, of.y, of.end}, threads,
                   [&](const PointwiseRun<T>& run, const Epilogue<T>& end, std::size_t) {
                     if constexpr (has_micro_kernels)
                       images.relu(run, end);
                     else
                       detail::map_values(run, run.dy, end, [](float x, float) { return x < 0 ? 0 : x; });
                   });
}

/// dx = end(dy where x is positive, else 0).
template <class T = float>
void relu_gradient(std::size_t pixels, int channels, const GradientOperands<T>& of, int threads,
                   const MicroKernels& kernels = micro_kernels()) {
  const ImageKernels<T>& images = image_kernels<T>(kernels.set);
  parallel_runs(pixels, channels, of, threads, [&](const PointwiseRun<T>& run, const Epilogue<T>& end, std::size_t) {
    if constexpr (has_micro_kernels)
      images.relu_gradient(run, end);
    else
      detail::map_values(run, run.dy, end, [](float x, float dy) { return x > 0 ? dy : 0; });
  });
}

/// Floats of scratch that `bias_gradient` needs.
constexpr std::size_t bias_gradient_scratch(std::size_t pixels, int channels) {
  return aligned_floats(parts_of(pixels, pixel_block) * channels);
}

/// dbias += the sum of dy over the pixels.
template <class T = float>
void bias_gradient(std::size_t pixels, int channels, ConstPixels<T> dy, float* dbias, Scratch scratch) {
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
