#pragma once
// Images to images of another size, each pixel a weighted sum of a window of others: what average pooling, upsampling, and
// the gradients of both are.

#include <algorithm>
#include <array>
#include <cstddef>

#include "unetpp/core/parallel.hpp"
#include "unetpp/core/shape.hpp"
#include "unetpp/kernels/epilogue.hpp"
#include "unetpp/kernels/layer_kernels.hpp"
#include "unetpp/kernels/operands.hpp"

// Counts and positions are int, sizes std::size_t; none is negative.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace unetpp::kernels {

/// How values between pixels are had. nearest: each pixel is repeated. bilinear: the weighted mean of the four pixels
/// around, by the distances between the pixels' centres; beyond the centres of the outermost pixels as at these.
/// bilinear_aligned: the same, but that the outermost pixels before and after lie on each other: how far a pixel moves
/// depends on where it is, and on the size of the image.
enum class Interpolation { nearest, bilinear, bilinear_aligned };

/// The taps of the `Out` outputs of one axis, at most `Most` each.
template <int Out, int Most>
struct AxisTable {
  std::array<int, Out> first{};
  std::array<int, Out> count{};
  std::array<float, std::size_t{1} * Out * Most> weights{};

  constexpr void add(int output, int input, float weight) {
    if (count[output] == 0) first[output] = input;
    weights[output * Most + count[output]++] = weight;
  }
  constexpr AxisTaps taps() const { return {first.data(), count.data(), weights.data(), Most}; }
};

/// The means of the inputs in each window that lie in the image.
template <int In, int Out, int Window, int Stride, int Pad>
constexpr auto mean_table() {
  AxisTable<Out, std::min(Window, In)> table;
  for (int o = 0; o < Out; ++o) {
    const int first = std::max(0, o * Stride - Pad), last = std::min(In, o * Stride - Pad + Window);
    for (int i = first; i < last; ++i) table.add(o, i, 1.0f / static_cast<float>(last - first));
  }
  return table;
}

/// `Factor` outputs for each input.
/// Source  The centre of output o is at (o + ½) / Factor − ½ of the input: PyTorch's align_corners=False, and Keras's way.
///         Aligned, it is at o · (In − 1) / (In · Factor − 1): PyTorch's align_corners=True.
template <int In, int Factor, Interpolation I>
constexpr auto upsampling_table() {
  AxisTable<In * Factor, I == Interpolation::nearest ? 1 : 2> table;
  for (int o = 0; o < In * Factor; ++o) {
    if (I == Interpolation::nearest) {
      table.add(o, o / Factor, 1);
      continue;
    }
    constexpr bool aligned = I == Interpolation::bilinear_aligned;
    constexpr int unit = aligned ? std::max(1, In * Factor - 1) : 2 * Factor;
    const int at = aligned ? o * (In - 1) : std::max(0, 2 * o + 1 - Factor);
    const int i = at / unit, beyond = i + 1 < In ? at % unit : 0;
    table.add(o, i, static_cast<float>(unit - beyond) / unit);
    if (beyond > 0) table.add(o, i + 1, static_cast<float>(beyond) / unit);  // else infinity times zero would be NaN
  }
  return table;
}

/// The same map backwards, from outputs to the `In` inputs, of which none has more than `Uses` outputs.
template <int In, int Uses, int Out, int Most>
constexpr auto transposed_table(const AxisTable<Out, Most>& forward) {
  AxisTable<In, Uses> table;
  for (int o = 0; o < Out; ++o)
    for (int t = 0; t < forward.count[o]; ++t) table.add(forward.first[o] + t, o, forward.weights[o * Most + t]);
  return table;
}

/// Images of shape `in` to images of shape `out`, whose pixels have these taps.
struct Resampling {
  Shape in;
  Shape out;
  AxisTaps rows;
  AxisTaps columns;
};

namespace detail {

/// One output row where there are no micro-kernels; as theirs.
template <class T = float>
void weighted_row(const WeightedRows<T>& from, const AxisTaps& columns, int count, int channels, const PixelRun<T>& to,
                  const Epilogue<T>& end) {
  for (int o = 0; o < count; ++o)
    for (int c = 0; c < channels; ++c) {
      const T* x = from.x + columns.first[o] * from.pixel + c;
      float sum = 0;
      for (int r = 0; r < from.rows; ++r)
        for (int t = 0; t < columns.count[o]; ++t)
          sum += from.weights[r] * columns.weights[o * columns.most + t] * x[r * from.row + t * from.pixel];
      end.store(&sum, 1, c, to.pixel + o, to.data + o * to.stride + c);
    }
}

}  // namespace detail

/// y = end(the weighted sums of x).
/// Shapes  x: batch×in, y: batch×out.
template <class T = float>
void resample(const Resampling& g, std::size_t batch, const MapOperands<T>& of, int threads,
              const LayerKernels<T>& kernels = layer_kernels<T>()) {
  const std::size_t row = g.in.width * of.x.stride;
  parallel_for(threads, batch * g.out.height, [&](std::size_t unit, int) {
    const std::size_t image = unit / g.out.height, h = unit % g.out.height;
    const WeightedRows<T> from{of.x.data + (image * g.in.height + g.rows.first[h]) * row, row, of.x.stride,
                               g.rows.count[h], g.rows.weights + h * g.rows.most};
    const std::size_t pixel = unit * g.out.width;
    const PixelRun<T> to{of.y.data + pixel * of.y.stride, of.y.stride, pixel};
    (has_micro_kernels ? kernels.weighted_row : detail::weighted_row<T>)(from, g.columns, g.out.width, g.out.channels,
                                                                         to, of.end);
  });
}

}  // namespace unetpp::kernels

#pragma GCC diagnostic pop
