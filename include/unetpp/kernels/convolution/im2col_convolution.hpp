#pragma once
// Convolutions and their input gradients as im2col and matrix products: the general path for every kernel, stride, dilation
// and padding, and the reference for every faster one (kernels/convolution/convolution.hpp chooses).
//
// One geometry serves both layers: the input gradient of a convolution is the transposed convolution of its output
// gradient, and the other way round. Transposed convolutions are computed phase by phase (the output positions that
// share a remainder modulo the stride), each a dense convolution with the taps that reach it: no zero is multiplied.

#include <algorithm>
#include <cstddef>

#include "unetpp/core/buffer.hpp"
#include "unetpp/core/parallel.hpp"
#include "unetpp/kernels/convolution/geometry.hpp"
#include "unetpp/kernels/convolution/im2col.hpp"
#include "unetpp/kernels/convolution/operands.hpp"
#include "unetpp/kernels/gemm.hpp"

// Counts and positions are int, sizes std::size_t; none is negative.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace unetpp::kernels {

namespace detail {

/// Output channels of one piece of work: few where there are few pixels to share out.
constexpr int channel_block(std::size_t pixels, int channels) {
  return std::min(channels, pixels >= 8 * gemm_rows ? gemm_columns : gemm_columns / 4);
}

/// Floats that one thread needs for a gathered block and its product, or what it is multiplied by.
inline constexpr std::size_t thread_scratch = gemm_rows * gemm_depth + gemm_depth * gemm_columns;

/// What each output pixel of a convolution reads.
template <class T = float>
Gather<T> forward_gather(const ConvGeometry& g, ConstPixels<T> x) {
  return {x,
          g.in,
          g.out.height,
          g.out.width,
          forward_taps(g.kernel.height, g.stride.height, g.dilation.height, g.pad_top),
          forward_taps(g.kernel.width, g.stride.width, g.dilation.width, g.pad_left)};
}

/// What a product of gathered pixels and weights reads and writes.
template <class T>
struct GatherProduct {
  Gather<T> gather;
  std::size_t batch;
  const float* weight;
  int filters;
  Pixels<T> y;
  Epilogue<T> end;
};

/// y = gathered x · weight, position by position; `place(position)` is the pixel of y that a lattice position is.
template <class T, class Place>
void gather_product(const GatherProduct<T>& of, const Place& place, Scratch scratch) {
  const Gather<T>& gather = of.gather;
  const std::size_t positions = of.batch * gather.positions();
  const TapBlocks taps{gather.taps(), gather.shape.channels, gemm_depth};
  const int filter_block = channel_block(positions, of.filters);
  const int filter_blocks = parts_of(of.filters, filter_block);
  const std::size_t position_blocks = parts_of(positions, gemm_rows);
  parallel_for(scratch.threads, position_blocks * filter_blocks, [&](std::size_t unit, int thread) {
    float* column = scratch.data + thread * thread_scratch;
    float* product = column + gemm_rows * gemm_depth;
    const std::size_t first = unit / filter_blocks * gemm_rows;
    const int count = static_cast<int>(std::min<std::size_t>(gemm_rows, positions - first));
    const int first_filter = static_cast<int>(unit % filter_blocks) * filter_block;
    const int width = std::min(filter_block, of.filters - first_filter);
    const std::size_t filters = of.filters, columns = width;
    std::fill_n(product, count * width, 0.0f);
    for (int b = 0; b < taps.count(); ++b) {
      const TapBlock block = taps[b];
      const std::size_t depth = block.width();
      im2col(gather, first, count, block, column);
      gemm_piece(count, width, block.width(), {column, depth},
                 {of.weight + block.row(gather.shape.channels) * filters + first_filter, filters}, {product, columns});
    }
    for (int i = 0; i < count; ++i) {
      const std::size_t pixel = place(first + i);
      of.end.store(product + i * width, width, first_filter, pixel, of.y.data + pixel * of.y.stride + first_filter);
    }
  });
}

}  // namespace detail

/// Floats of scratch that the two functions below need.
constexpr std::size_t im2col_scratch(const ConvGeometry& g, int threads) {
  return threads * detail::thread_scratch + aligned_floats(g.weights());
}

/// y = x ∗ weight.
/// Shapes  scratch: im2col_scratch floats.
template <class T = float>
void im2col_convolve(const ConvOperands<T>& of, Scratch scratch) {
  const auto place = [](std::size_t position) { return position; };
  detail::gather_product<T>({detail::forward_gather(of.g, of.x), of.batch, of.weight, of.g.out.channels, of.y, of.end},
                            place, scratch);
}

/// y = the transposed convolution of x: the input gradient of `im2col_convolve` for the output gradient x.
/// Shapes  scratch: im2col_scratch floats.
template <class T = float>
void im2col_convolve_transposed(const ConvOperands<T>& of, Scratch scratch) {
  const ConvGeometry& g = of.g;
  float* packed = scratch.data + scratch.threads * detail::thread_scratch;
  const std::size_t in_channels = g.in.channels, out_channels = g.out.channels;
  for (int a = 0; a < g.stride.height; ++a) {
    for (int b = 0; b < g.stride.width; ++b) {
      const int rows = parts_of(g.in.height - a, g.stride.height);
      const int columns = parts_of(g.in.width - b, g.stride.width);
      if (rows <= 0 || columns <= 0) continue;
      const Gather<T> gather{of.x,
                             g.out,
                             rows,
                             columns,
                             transposed_taps(g.kernel.height, g.stride.height, g.dilation.height, g.pad_top, a),
                             transposed_taps(g.kernel.width, g.stride.width, g.dilation.width, g.pad_left, b)};
      // The taps of this phase, each weight matrix transposed to out.channels×in.channels.
      parallel_for(scratch.threads, gather.taps(), [&](std::size_t tap, int) {
        const int i = static_cast<int>(tap) / gather.horizontal.count,
                  j = static_cast<int>(tap) % gather.horizontal.count;
        const int row = gather.vertical.kernel_first + i * gather.vertical.kernel_step;
        const int column = gather.horizontal.kernel_first + j * gather.horizontal.kernel_step;
        const float* from = of.weight + (row * g.kernel.width + column) * in_channels * out_channels;
        float* to = packed + tap * in_channels * out_channels;
        for (std::size_t o = 0; o < out_channels; ++o)
          for (std::size_t c = 0; c < in_channels; ++c) to[o * in_channels + c] = from[c * out_channels + o];
      });
      const auto place = [&](std::size_t position) {
        const std::size_t in_image = gather.positions();
        const std::size_t q = position % in_image, width = columns;
        const std::size_t h = q / width * g.stride.height + a;
        const std::size_t w = q % width * g.stride.width + b;
        return position / in_image * g.in.pixels() + h * g.in.width + w;
      };
      detail::gather_product<T>({gather, of.batch, packed, g.in.channels, of.y, of.end}, place, scratch);
    }
  }
}

}  // namespace unetpp::kernels

#pragma GCC diagnostic pop
