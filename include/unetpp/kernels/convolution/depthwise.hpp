#pragma once
// Convolutions of each channel by itself, which read and write more than they multiply: nothing is gathered or packed.

#include <algorithm>
#include <array>
#include <cstddef>
#include <numeric>

#include "unetpp/core/buffer.hpp"
#include "unetpp/core/parallel.hpp"
#include "unetpp/kernels/convolution/geometry.hpp"
#include "unetpp/kernels/convolution/operands.hpp"
#include "unetpp/kernels/epilogue.hpp"
#include "unetpp/kernels/layer_kernels.hpp"
#include "unetpp/kernels/operands.hpp"

// Counts and positions are int, sizes std::size_t; none is negative but steps.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace unetpp::kernels {

/// One axis of a convolution, or of its transpose, from `In` to `Out` places: the taps of each output that lie on an
/// input. From one tap to the next, `input_step` inputs and `tap_step` taps are passed.
template <int Out>
struct TapTable {
  std::array<TapRun, Out> runs{};
  int input_step = 0;
  int tap_step = 0;
};

template <int In, int Out>
constexpr TapTable<Out> tap_table(int kernel, int stride, int dilation, int pad) {
  TapTable<Out> axis{.input_step = dilation, .tap_step = 1};
  for (int o = 0; o < Out; ++o)
    for (int tap = 0; tap < kernel; ++tap) {
      const int input = o * stride + tap * dilation - pad;
      if (input < 0 || input >= In) continue;
      if (axis.runs[o].count++ == 0) axis.runs[o] = {input, tap, 1};
    }
  return axis;
}

/// Of the convolution from `Out` to `In` places.
template <int In, int Out>
constexpr TapTable<Out> transposed_tap_table(int kernel, int stride, int dilation, int pad) {
  const int common = std::gcd(stride, dilation);
  TapTable<Out> axis{.input_step = -dilation / common, .tap_step = stride / common};
  for (int o = 0; o < Out; ++o)
    for (int tap = 0; tap < kernel; ++tap) {
      const int at = o + pad - tap * dilation;
      if (at < 0 || at % stride != 0 || at / stride >= In) continue;
      if (axis.runs[o].count++ == 0) axis.runs[o] = {at / stride, tap, 1};
    }
  return axis;
}

/// Rows and columns of a depthwise convolution, or of its transpose.
struct DepthwiseTaps {
  const TapRun* rows;
  const TapRun* columns;
  Extent input_step;
  Extent tap_step;
};

template <int Rows, int Columns>
constexpr DepthwiseTaps depthwise_taps(const TapTable<Rows>& rows, const TapTable<Columns>& columns) {
  return {
      rows.runs.data(), columns.runs.data(), {rows.input_step, columns.input_step}, {rows.tap_step, columns.tap_step}};
}

namespace detail {

/// One row of outputs where there are no micro-kernels; as theirs.
template <class T = float>
void depthwise_row(const DepthwiseRow<T>& from, const TapRun* columns, int count, int channels, const PixelRun<T>& to,
                   const Epilogue<T>& end) {
  for (int o = 0; o < count; ++o)
    for (int c = 0; c < channels; ++c) {
      const T* x = from.x + columns[o].input * from.input + c;
      const float* weight = from.weight + columns[o].tap * channels + c;
      float sum = 0;
      for (int r = 0; r < from.rows; ++r)
        for (int t = 0; t < columns[o].count; ++t)
          sum += x[r * from.row + t * from.pixel] * weight[r * from.weight_row + t * from.weight_pixel];
      end.store(&sum, 1, c, to.pixel + o, to.data + o * to.stride + c);
    }
}

/// The gradients of one row of outputs where there are no micro-kernels; as theirs.
template <class T = float>
void depthwise_gradient_row(const DepthwiseRow<T>& from, const TapRun* columns, ConstPixels<T> dy, int count,
                            int channels, const DepthwiseGradient& to) {
  for (int o = 0; o < count; ++o)
    for (int c = 0; c < channels; ++c) {
      const T* x = from.x + columns[o].input * from.input + c;
      const float gradient = dy.data[o * dy.stride + c];
      float* sums = to.weight + columns[o].tap * from.weight_pixel + c;
      if (to.bias) to.bias[c] += gradient;
      for (int r = 0; r < from.rows; ++r)
        for (int t = 0; t < columns[o].count; ++t)
          sums[r * from.weight_row + t * from.weight_pixel] += x[r * from.row + t * from.pixel] * gradient;
    }
}

/// What a row of outputs reads, but for the weight: the inputs of these rows of taps, in the image that begins at x.
template <class T = float>
DepthwiseRow<T> depthwise_inputs(const ConvGeometry& g, const DepthwiseTaps& taps, TapRun rows, ConstPixels<T> x,
                                 int width) {
  const std::ptrdiff_t pixel = x.stride, row = pixel * width, channels = g.out.channels;
  return {.x = x.data + rows.input * row,
          .row = taps.input_step.height * row,
          .input = pixel,
          .pixel = taps.input_step.width * pixel,
          .rows = rows.count,
          .weight = nullptr,
          .weight_row = taps.tap_step.height * g.kernel.width * channels,
          .weight_pixel = taps.tap_step.width * channels};
}

}  // namespace detail

/// y = end(each channel's convolution), or its transpose from images of shape g.out to such of shape g.in, by its taps.
/// Shapes  weight: kernel.height×kernel.width×channels.
template <class T = float>
void depthwise_convolve(const ConvOperands<T>& of, const DepthwiseTaps& taps, Shape in, Shape out, int threads,
                        const LayerKernels<T>& kernels = layer_kernels<T>()) {
  const int channels = out.channels;
  parallel_for(threads, of.batch * out.height, [&](std::size_t unit, int) {
    const TapRun rows = taps.rows[unit % out.height];
    const ConstPixels<T> image{of.x.data + unit / out.height * in.pixels() * of.x.stride, of.x.stride};
    DepthwiseRow<T> from = detail::depthwise_inputs(of.g, taps, rows, image, in.width);
    from.weight = of.weight + rows.tap * of.g.kernel.width * channels;
    const PixelRun<T> to{of.y.data + unit * out.width * of.y.stride, of.y.stride, unit * out.width};
    (has_micro_kernels ? kernels.depthwise_row : detail::depthwise_row<T>)(from, taps.columns, out.width, channels, to,
                                                                           of.end);
  });
}

namespace detail {

/// Output rows whose products are summed as floats: about 4096 pixels.
constexpr int depthwise_rows(const ConvGeometry& g) { return std::clamp(4096 / g.out.width, 1, g.out.height); }

constexpr std::size_t depthwise_blocks(const ConvGeometry& g) { return parts_of(g.out.height, depthwise_rows(g)); }

/// The sums of a block: of the weight, then of the bias.
constexpr std::size_t depthwise_sums(const ConvGeometry& g) { return (g.taps() + 1) * g.out.channels; }

}  // namespace detail

/// Floats of scratch that the weight gradient needs.
constexpr std::size_t depthwise_gradient_scratch(const ConvGeometry& g, std::size_t batch) {
  return aligned_floats(batch * detail::depthwise_blocks(g) * detail::depthwise_sums(g));
}

/// dweight += the sum of x·dy over the pixels, for each tap and channel; dbias.filters += that of dy, where wanted.
template <class T = float>
void depthwise_weight_gradient(const WeightGradientOperands<T>& of, const DepthwiseTaps& taps, Scratch scratch,
                               const LayerKernels<T>& kernels = layer_kernels<T>()) {
  const ConvGeometry& g = of.g;
  const std::size_t blocks = detail::depthwise_blocks(g), sums = detail::depthwise_sums(g);
  const std::size_t channels = g.out.channels, weights = sums - channels;
  const int rows = detail::depthwise_rows(g);
  parallel_for(scratch.threads, of.batch * blocks, [&](std::size_t unit, int) {
    const std::size_t image = unit / blocks;
    const int first = static_cast<int>(unit % blocks) * rows, last = std::min(g.out.height, first + rows);
    const ConstPixels<T> x{of.x.data + image * g.in.pixels() * of.x.stride, of.x.stride};
    float* sum = scratch.data + unit * sums;
    std::fill_n(sum, sums, 0.0f);
    for (int h = first; h < last; ++h) {
      const DepthwiseRow<T> from = detail::depthwise_inputs(g, taps, taps.rows[h], x, g.in.width);
      const ConstPixels<T> dy{of.dy.data + (image * g.out.height + h) * g.out.width * of.dy.stride, of.dy.stride};
      const DepthwiseGradient to{sum + taps.rows[h].tap * g.kernel.width * channels,
                                 of.dbias.filters ? sum + weights : nullptr};
      (has_micro_kernels ? kernels.depthwise_gradient_row
                         : detail::depthwise_gradient_row<T>)(from, taps.columns, dy, g.out.width, g.out.channels, to);
    }
  });
  for (std::size_t unit = 0; unit < of.batch * blocks; ++unit) {
    const float* sum = scratch.data + unit * sums;
    for (std::size_t i = 0; i < weights; ++i) of.dweight[i] += sum[i];
    for (std::size_t c = 0; c < channels && of.dbias.filters; ++c) of.dbias.filters[c] += sum[weights + c];
  }
}

}  // namespace unetpp::kernels

#pragma GCC diagnostic pop
