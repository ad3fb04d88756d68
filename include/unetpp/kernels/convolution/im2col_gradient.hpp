#pragma once
// The weight gradient of a convolution by im2col and matrix products.

#include <algorithm>
#include <cstddef>

#include "unetpp/core/buffer.hpp"
#include "unetpp/core/parallel.hpp"
#include "unetpp/kernels/convolution/im2col_convolution.hpp"
#include "unetpp/kernels/gemm.hpp"

// Counts and positions are int, sizes std::size_t; none is negative.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace unetpp::kernels {

namespace detail {

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

/// Pixels as floats: themselves, or else what is written to `memory`.
template <class T>
ConstPixels<float> as_floats(ConstPixels<T> x, int count, int channels, float* memory) {
  if constexpr (std::is_same_v<T, float>) {
    return x;
  } else {
    for (int i = 0; i < count; ++i)
      for (int c = 0; c < channels; ++c) memory[i * channels + c] = x.data[i * x.stride + c];
    return {memory, static_cast<std::size_t>(channels)};
  }
}

}  // namespace detail

/// Floats of scratch that the function below needs.
constexpr std::size_t im2col_gradient_scratch(const ConvGeometry& g, std::size_t batch, int threads) {
  const detail::WeightGradientPlan plan(g, batch);
  return threads * detail::thread_scratch + (plan.runs > 1 ? aligned_floats(plan.runs * g.weights()) : 0);
}

/// dweight += the gradient of `im2col_convolve`'s weight for the input x and the output gradient dy; not dbias.
/// Shapes  scratch: im2col_gradient_scratch floats.
template <class T = float>
void im2col_weight_gradient(const WeightGradientOperands<T>& of, Scratch scratch) {
  const ConvGeometry& g = of.g;
  const detail::WeightGradientPlan plan(g, of.batch);
  const std::size_t pixels = of.batch * g.out.pixels(), filters = g.out.channels;
  float* partials = scratch.data + scratch.threads * detail::thread_scratch;
  const Gather<T> gather = detail::forward_gather(g, of.x);
  const std::size_t row_blocks = plan.rows.count();
  const std::size_t filter_blocks = plan.filter_blocks;
  parallel_for(scratch.threads, row_blocks * filter_blocks * plan.runs, [&](std::size_t unit, int thread) {
    float* column = scratch.data + thread * detail::thread_scratch;
    const TapBlock block = plan.rows[static_cast<int>(unit % row_blocks)];
    const std::size_t first_filter = unit / row_blocks % filter_blocks * plan.filter_block;
    const int width = static_cast<int>(std::min<std::size_t>(plan.filter_block, filters - first_filter));
    const std::size_t run = unit / row_blocks / filter_blocks;
    float* to =
        (plan.runs > 1 ? partials + run * g.weights() : of.dweight) + block.row(g.in.channels) * filters + first_filter;
    if (plan.runs > 1)
      for (int r = 0; r < block.width(); ++r) std::fill_n(to + r * filters, width, 0.0f);
    const std::size_t end = std::min(pixels, (run + 1) * plan.run_pixels);
    for (std::size_t first = run * plan.run_pixels; first < end; first += gemm_depth) {
      const int count = static_cast<int>(std::min<std::size_t>(gemm_depth, end - first));
      im2col(gather, first, count, block, column);
      const std::size_t columns = block.width();
      const ConstPixels<T> dy{of.dy.data + first * of.dy.stride + first_filter, of.dy.stride};
      gemm_piece<Eigen::ColMajor>(block.width(), width, count, {column, columns},
                                  detail::as_floats(dy, count, width, column + gemm_rows * gemm_depth), {to, filters});
    }
  });
  if (plan.runs == 1) return;
  constexpr std::size_t slice = 4096;
  parallel_for(scratch.threads, parts_of(g.weights(), slice), [&](std::size_t unit, int) {
    const std::size_t end = std::min(g.weights(), (unit + 1) * slice);
    for (int run = 0; run < plan.runs; ++run)
      for (std::size_t i = unit * slice; i < end; ++i) of.dweight[i] += partials[run * g.weights() + i];
  });
}

}  // namespace unetpp::kernels

#pragma GCC diagnostic pop
