#pragma once
// Convolution and its two gradients as im2col and matrix products: the general path for every kernel, stride, dilation
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
#include "unetpp/kernels/epilogue.hpp"
#include "unetpp/kernels/gemm.hpp"
#include "unetpp/kernels/operands.hpp"

// Counts and positions are int, sizes std::size_t; none is negative.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace unetpp::kernels {

namespace detail {

/// Output channels of one piece of work: few where there are few pixels to share out.
constexpr int channel_block(std::size_t pixels, int channels) {
  return std::min(channels, pixels >= 8 * gemm_rows ? gemm_columns : gemm_columns / 4);
}

/// How the weight gradient is cut: blocks of weight rows, blocks of filters, and runs of pixels that are summed apart
/// and added in order, so many that a machine's cores find work.
struct WeightGradientPlan {
  TapBlocks rows;
  int filter_block;
  int filter_blocks;
  int runs;
  std::size_t run_pixels;

  constexpr WeightGradientPlan(const ConvGeometry& g, std::size_t batch)
      : rows{static_cast<int>(g.taps()), g.in.channels, gemm_rows},
        filter_block(std::min(g.out.channels, gemm_columns)),
        filter_blocks(parts_of(g.out.channels, filter_block)) {
    const std::size_t pixels = batch * g.out.pixels();
    const std::size_t wanted = parts_of(32, rows.count() * filter_blocks), most = parts_of(pixels, 8 * gemm_depth);
    runs = static_cast<int>(std::max<std::size_t>(1, std::min(wanted, most)));
    run_pixels = parts_of(parts_of(pixels, gemm_depth), runs) * gemm_depth;
  }
};

/// Floats that one thread needs for a gathered block and its product.
inline constexpr std::size_t thread_scratch = gemm_rows * gemm_depth + gemm_rows * gemm_columns;

/// What each output pixel of a convolution reads.
inline Gather forward_gather(const ConvGeometry& g, ConstPixels x) {
  return {x,
          g.in,
          g.out.height,
          g.out.width,
          forward_taps(g.kernel.height, g.stride.height, g.dilation.height, g.pad_top),
          forward_taps(g.kernel.width, g.stride.width, g.dilation.width, g.pad_left)};
}

/// y = gathered x · weight, position by position; `place(position)` is the pixel of y that a lattice position is.
template <class Place>
void gather_product(const Gather& gather, std::size_t batch, const float* weight, int filters, Pixels y,
                    const Epilogue& epilogue, const Place& place, Scratch scratch) {
  const std::size_t positions = batch * gather.positions();
  const TapBlocks taps{gather.taps(), gather.shape.channels, gemm_depth};
  const int filter_block = channel_block(positions, filters);
  const int filter_blocks = parts_of(filters, filter_block);
  const std::size_t position_blocks = parts_of(positions, gemm_rows);
  parallel_for(scratch.threads, position_blocks * filter_blocks, [&](std::size_t unit, int thread) {
    float* column = scratch.data + thread * thread_scratch;
    float* product = column + gemm_rows * gemm_depth;
    const std::size_t first = unit / filter_blocks * gemm_rows;
    const int count = static_cast<int>(std::min<std::size_t>(gemm_rows, positions - first));
    const int first_filter = static_cast<int>(unit % filter_blocks) * filter_block;
    const int width = std::min(filter_block, filters - first_filter);
    std::fill_n(product, count * width, 0.0f);
    for (int b = 0; b < taps.count(); ++b) {
      const TapBlock block = taps[b];
      im2col(gather, first, count, block, column);
      gemm_piece(count, width, block.width(), column, block.width(),
                 weight + block.row(gather.shape.channels) * filters + first_filter, filters, product, width);
    }
    for (int i = 0; i < count; ++i) {
      const std::size_t pixel = place(first + i);
      epilogue.store(product + i * width, width, first_filter, pixel, y.data + pixel * y.stride + first_filter);
    }
  });
}

}  // namespace detail

/// Floats of scratch that any of the functions below needs.
constexpr std::size_t im2col_scratch(const ConvGeometry& g, std::size_t batch, int threads) {
  const detail::WeightGradientPlan plan(g, batch);
  const std::size_t partials = plan.runs > 1 ? plan.runs * g.weights() : 0;
  return threads * detail::thread_scratch + aligned_floats(std::max(partials, g.weights()));
}

/// y = x ∗ weight.
/// Shapes  x: batch×in, y: batch×out; scratch: im2col_scratch floats.
inline void im2col_convolve(const ConvGeometry& g, std::size_t batch, ConstPixels x, const float* weight, Pixels y,
                            const Epilogue& epilogue, Scratch scratch) {
  const auto place = [](std::size_t position) { return position; };
  detail::gather_product(detail::forward_gather(g, x), batch, weight, g.out.channels, y, epilogue, place, scratch);
}

/// x = the transposed convolution of y: the input gradient of `im2col_convolve` for the output gradient y.
/// Shapes  as in `im2col_convolve`.
inline void im2col_convolve_transposed(const ConvGeometry& g, std::size_t batch, ConstPixels y, const float* weight,
                                       Pixels x, const Epilogue& epilogue, Scratch scratch) {
  float* packed = scratch.data + scratch.threads * detail::thread_scratch;
  const std::size_t in_channels = g.in.channels, out_channels = g.out.channels;
  for (int a = 0; a < g.stride.height; ++a) {
    for (int b = 0; b < g.stride.width; ++b) {
      const int rows = parts_of(g.in.height - a, g.stride.height);
      const int columns = parts_of(g.in.width - b, g.stride.width);
      if (rows <= 0 || columns <= 0) continue;
      const Gather gather{y,
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
        const float* from = weight + (row * g.kernel.width + column) * in_channels * out_channels;
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
      detail::gather_product(gather, batch, packed, g.in.channels, x, epilogue, place, scratch);
    }
  }
}

/// dweight += the gradient of `im2col_convolve`'s weight for the input x and the output gradient dy.
/// Shapes  as in `im2col_convolve`.
inline void im2col_weight_gradient(const ConvGeometry& g, std::size_t batch, ConstPixels x, ConstPixels dy,
                                   float* dweight, Scratch scratch) {
  const detail::WeightGradientPlan plan(g, batch);
  const std::size_t pixels = batch * g.out.pixels(), filters = g.out.channels;
  float* partials = scratch.data + scratch.threads * detail::thread_scratch;
  const Gather gather = detail::forward_gather(g, x);
  const std::size_t row_blocks = plan.rows.count();
  const std::size_t filter_blocks = plan.filter_blocks;
  parallel_for(scratch.threads, row_blocks * filter_blocks * plan.runs, [&](std::size_t unit, int thread) {
    float* column = scratch.data + thread * detail::thread_scratch;
    const TapBlock block = plan.rows[static_cast<int>(unit % row_blocks)];
    const std::size_t first_filter = unit / row_blocks % filter_blocks * plan.filter_block;
    const int width = static_cast<int>(std::min<std::size_t>(plan.filter_block, filters - first_filter));
    const std::size_t run = unit / row_blocks / filter_blocks;
    float* to =
        (plan.runs > 1 ? partials + run * g.weights() : dweight) + block.row(g.in.channels) * filters + first_filter;
    if (plan.runs > 1)
      for (int r = 0; r < block.width(); ++r) std::fill_n(to + r * filters, width, 0.0f);
    const std::size_t end = std::min(pixels, (run + 1) * plan.run_pixels);
    for (std::size_t first = run * plan.run_pixels; first < end; first += gemm_depth) {
      const int count = static_cast<int>(std::min<std::size_t>(gemm_depth, end - first));
      im2col(gather, first, count, block, column);
      gemm_piece_transposed(block.width(), width, count, column, block.width(),
                            dy.data + first * dy.stride + first_filter, dy.stride, to, filters);
    }
  });
  if (plan.runs == 1) return;
  constexpr std::size_t slice = 4096;
  parallel_for(scratch.threads, parts_of(g.weights(), slice), [&](std::size_t unit, int) {
    const std::size_t end = std::min(g.weights(), (unit + 1) * slice);
    for (int run = 0; run < plan.runs; ++run)
      for (std::size_t i = unit * slice; i < end; ++i) dweight[i] += partials[run * g.weights() + i];
  });
}

}  // namespace unetpp::kernels

#pragma GCC diagnostic pop
