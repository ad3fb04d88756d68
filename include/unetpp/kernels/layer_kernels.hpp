#pragma once
// The innermost loops of layers that the default U-Net does not have, compiled as those of micro_kernels.hpp are, in programs
// that use one of them.

#include <cstddef>
#include <cstdint>

#include "unetpp/kernels/epilogue.hpp"
#include "unetpp/kernels/micro_kernels.hpp"
#include "unetpp/kernels/operands.hpp"

namespace unetpp::kernels {

/// What the outputs of one axis are sums of: output o of count[o] inputs from first[o] on, times its weights, which begin
/// at weights[o·most].
struct AxisTaps {
  const int* first;
  const int* count;
  const float* weights;
  int most;
};

/// Rows of pixels that are summed, and the weight of each.
template <class T>
struct WeightedRows {
  const T* x;
  std::size_t row;    // values from one row to the next
  std::size_t pixel;  // and from one pixel to the next
  int rows;
  const float* weights;
};

/// Pixels to write, `stride` values apart; `pixel` is the first one's index, for a mask.
template <class T>
struct PixelRun {
  T* data;
  std::size_t stride;
  std::size_t pixel;
};

/// The taps of an output that lie on an input, along one axis: the first one, and the input that it lies on.
struct TapRun {
  int input;
  int tap;
  int count;
};

/// What a row of a depthwise convolution reads: of the first of its rows, and from one input (of `input` values) to the
/// next; from one tap to the next `row` and `pixel` values of x, weight_row and weight_pixel of the weight.
template <class T>
struct DepthwiseRow {
  const T* x;
  std::ptrdiff_t row;
  std::ptrdiff_t input;
  std::ptrdiff_t pixel;
  int rows;
  const float* weight;
  std::ptrdiff_t weight_row;
  std::ptrdiff_t weight_pixel;
};

/// What the gradients of a row of a depthwise convolution are added to: those of the weight from its first row of taps on,
/// and those of the bias, unless null.
struct DepthwiseGradient {
  float* weight;
  float* bias;
};

/// How factors are drawn at random: a run of them at a time, each from a word of a Philox counter.
struct Draw {
  static constexpr int run = 64;     // factors
  static constexpr int blocks = 16;  // counters, of four words each
  std::uint64_t seed;
  std::uint64_t stream;
  std::uint32_t limit;  // words below it draw 0
  float scale;          // others this
};

/// The kernels of one instruction set, of images that are stored as T; simd/*.inc.hpp says what each does.
template <class T>
struct LayerKernels {
  void (*weighted_row)(const WeightedRows<T>&, const AxisTaps& columns, int count, int channels, const PixelRun<T>& to,
                       const Epilogue<T>&);
  void (*multiply)(const PointwiseRun<T>&, ConstPixels<float> factors, const Epilogue<T>&);
  void (*leaky_relu)(const PointwiseRun<T>&, float slope, const Epilogue<T>&);
  void (*silu)(const PointwiseRun<T>&, const Epilogue<T>&);
  void (*silu_gradient)(const PointwiseRun<T>&, const Epilogue<T>&);
  void (*moments)(const PointwiseRun<T>&, float* to);
  void (*gradient_moments)(const PointwiseRun<T>&, const float* scale_shift, float* to);
  void (*linear)(const PointwiseRun<T>&, const float* of_channels, const Epilogue<T>&);
  void (*depthwise_row)(const DepthwiseRow<T>&, const TapRun* columns, int count, int channels, const PixelRun<T>& to,
                        const Epilogue<T>&);
  void (*depthwise_gradient_row)(const DepthwiseRow<T>&, const TapRun* columns, ConstPixels<T> dy, int count,
                                 int channels, const DepthwiseGradient&);
  void (*draw)(const Draw&, std::uint64_t first_run, int runs, float* to);
};

inline namespace define_UNETPP_DEFINE_KERNELS_in_one_source_file {
template <class T>
const LayerKernels<T>& layer_kernels(InstructionSet set);
}  // namespace define_UNETPP_DEFINE_KERNELS_in_one_source_file

/// Those that the library runs with.
template <class T>
const LayerKernels<T>& layer_kernels() {
  static const LayerKernels<T>& widest = layer_kernels<T>(instruction_set());
  return widest;
}

}  // namespace unetpp::kernels

#if !defined(UNETPP_SEPARATE_KERNELS) || defined(UNETPP_DEFINE_KERNELS)
#include "unetpp/kernels/compiled_layer_kernels.hpp"
#endif
