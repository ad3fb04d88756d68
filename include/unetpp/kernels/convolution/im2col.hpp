#pragma once
// Gathering the pixels under a kernel's taps into the rows of a matrix.

#include <algorithm>
#include <cstddef>
#include <numeric>

#include "unetpp/core/parallel.hpp"
#include "unetpp/core/shape.hpp"
#include "unetpp/kernels/operands.hpp"

// Counts and positions are int, sizes std::size_t; none is negative.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace unetpp::kernels {

/// The taps of a kernel along one axis: tap i is kernel row (or column) kernel_first + i·kernel_step and reads the
/// source at position·step + offset_first + i·offset_step.
struct TapAxis {
  int count;
  int kernel_first;
  int kernel_step;
  int offset_first;
  int offset_step;
  int step;
};

/// Taps of a convolution: output position q reads q·stride − pad + i·dilation.
constexpr TapAxis forward_taps(int kernel, int stride, int dilation, int pad) {
  return {kernel, 0, 1, -pad, dilation, stride};
}

/// Taps of the transposed convolution for the output positions q·stride + phase: only the kernel rows i for which
/// phase + pad − i·dilation divides by the stride reach them, and they read q + (phase + pad − i·dilation) / stride.
constexpr TapAxis transposed_taps(int kernel, int stride, int dilation, int pad, int phase) {
  const int kernel_step = stride / std::gcd(stride, dilation);
  int first = 0;
  while (first < kernel_step && (phase + pad - first * dilation) % stride != 0) ++first;
  if (first == kernel_step || first >= kernel) return {0, 0, 1, 0, 0, 1};
  return {(kernel - first + kernel_step - 1) / kernel_step,
          first,
          kernel_step,
          (phase + pad - first * dilation) / stride,
          -dilation * kernel_step / stride,
          1};
}

/// A lattice of positions and what each reads of a batch of images.
template <class T>
struct Gather {
  ConstPixels<T> source;
  Shape shape;  // of one source image
  int rows;     // lattice positions of one image
  int columns;
  TapAxis vertical;
  TapAxis horizontal;

  constexpr int taps() const { return vertical.count * horizontal.count; }
  constexpr std::size_t positions() const { return std::size_t{1} * rows * columns; }
};

/// A block of the taps×channels columns of the gathered matrix: whole taps, or a piece of one tap's channels.
struct TapBlock {
  int first_tap;
  int taps;
  int first_channel;
  int channels;

  constexpr int width() const { return taps * channels; }
  constexpr std::size_t row(int all_channels) const {
    return std::size_t{1} * first_tap * all_channels + first_channel;
  }
};

/// How taps×channels columns are cut into blocks of at most `width` columns.
struct TapBlocks {
  int taps;
  int channels;
  int width;

  constexpr int pieces() const { return parts_of(channels, width); }
  constexpr int tap_blocks() const { return parts_of(taps, std::max(1, width / channels)); }
  constexpr int count() const { return pieces() > 1 ? taps * pieces() : tap_blocks(); }
  constexpr TapBlock operator[](int i) const {
    if (pieces() > 1) {
      const int first = i % pieces() * width;
      return {i / pieces(), 1, first, std::min(width, channels - first)};
    }
    const int first = taps * i / tap_blocks();
    return {first, taps * (i + 1) / tap_blocks() - first, 0, channels};
  }
};

/// Writes the positions [first, first + count) of the lattice (images one after the other) as rows of `block.width()`
/// values; a tap outside the image reads zero.
template <class T = float>
void im2col(const Gather<T>& g, std::size_t first, int count, TapBlock block, float* column) {
  const int height = g.shape.height, width = g.shape.width, taps_of_row = g.horizontal.count;
  const int end = block.first_tap + block.taps;
  // Neighbouring taps of a row read neighbouring memory if all channels are read and lie without gaps.
  const bool runs = g.horizontal.offset_step == 1 && g.source.stride == static_cast<std::size_t>(block.channels);
  for (int i = 0; i < count; ++i) {
    const std::size_t position = first + i;
    const std::size_t image = position / g.positions();
    const int in_image = static_cast<int>(position % g.positions());
    const int row = in_image / g.columns * g.vertical.step + g.vertical.offset_first;
    const int col = in_image % g.columns * g.horizontal.step + g.horizontal.offset_first;
    const T* pixels = g.source.data + image * g.shape.pixels() * g.source.stride + block.first_channel;
    for (int tap = block.first_tap; tap < end;) {
      const int h = row + tap / taps_of_row * g.vertical.offset_step;
      const int w = col + tap % taps_of_row * g.horizontal.offset_step;
      int run = runs ? std::min(end - tap, taps_of_row - tap % taps_of_row) : 1;
      if (w < 0 || w + run > width) run = 1;
      const int values = run * block.channels;
      if (h < 0 || h >= height || w < 0 || w >= width) {
        std::fill_n(column, values, 0.0f);
      } else {
        const T* from = pixels + (std::size_t{1} * h * width + w) * g.source.stride;
        for (int v = 0; v < values; ++v) column[v] = from[v];
      }
      column += values;
      tap += run;
    }
  }
}

}  // namespace unetpp::kernels

#pragma GCC diagnostic pop
