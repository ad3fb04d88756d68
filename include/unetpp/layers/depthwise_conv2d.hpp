#pragma once

#include <array>
#include <cstddef>

#include "unetpp/kernels/convolution/depthwise.hpp"
#include "unetpp/layers/convolution_layer.hpp"
#include "unetpp/layers/footprint.hpp"
#include "unetpp/layers/layer.hpp"
#include "unetpp/layers/padding.hpp"

namespace unetpp {

struct DepthwiseConv2DConfig {
  Extent kernel = 3;                         ///< taps; the U-Net's
  Extent stride = 1;                         ///< input pixels from one output to the next; Keras's default
  Extent dilation = 1;                       ///< input pixels from one tap to the next; Keras's default
  Padding padding = Padding::same;           ///< Conv2DConfig's; Keras's default is valid
  Activation activation = Activation::none;  ///< fused to the end; Keras's default
  bool bias = true;                          ///< whether a number is added to each channel; Keras's default
};

/// Zero-padded 2-D cross-correlation of each channel with a kernel of its own, with bias and ReLU fused.
/// Shapes  x: n×In.  y: n×out.  weight: kernel.height×kernel.width×In.channels×1, Keras's with a depth multiplier of 1.
///         bias: In.channels.
/// Extent  as in window_axis, with the window (kernel − 1)·dilation + 1   [Dumoulin & Visin 2016]
/// Errors  A filter larger than a valid-padded input does not compile.
/// Source  Howard et al., "MobileNets", 2017. The fans are those of one channel, which its outputs are sums of, as in
///         PyTorch; Keras counts all channels.
template <Shape In, DepthwiseConv2DConfig C = DepthwiseConv2DConfig{}>
struct DepthwiseConv2D : LayerDefaults {
  static_assert(C.kernel.height > 0 && C.kernel.width > 0 && C.stride.height > 0 && C.stride.width > 0 &&
                    C.dilation.height > 0 && C.dilation.width > 0,
                "unetpp: DepthwiseConv2D needs a kernel, a stride and a dilation of at least 1");

  static constexpr const char* kind = "depthwise_conv2d";
  static constexpr Extent window{(C.kernel.height - 1) * C.dilation.height + 1,
                                 (C.kernel.width - 1) * C.dilation.width + 1};
  static constexpr WindowAxis rows = window_axis(In.height, window.height, C.stride.height, C.padding);
  static constexpr WindowAxis columns = window_axis(In.width, window.width, C.stride.width, C.padding);

  static constexpr Shape in = In;
  static constexpr Shape out =
      (require_window_fits<DepthwiseConv2D, In, window, C.padding>(), Shape{rows.out, columns.out, In.channels});
  static constexpr kernels::ConvGeometry geometry{in, out, C.kernel, C.stride, C.dilation, rows.pad, columns.pad};
  static constexpr Footprint footprint{{window.height, C.stride.height, rows.pad},
                                       {window.width, C.stride.width, columns.pad}};
  static constexpr std::size_t multiply_adds = out.size() * C.kernel.size();
  static constexpr bool rectified = C.activation == Activation::relu;
  static constexpr auto tensors = [] {
    const int taps = C.kernel.height * C.kernel.width;
    const LayerTensor weight = weight_tensor("weight", {C.kernel.height, C.kernel.width, In.channels, 1}, taps, taps);
    if constexpr (C.bias)
      return std::array{weight, offset_tensor("bias", In.channels)};
    else
      return std::array{weight};
  }();
  enum { weight, bias };  // of `tensors`

  static constexpr std::size_t scratch(std::size_t batch, int) {
    return kernels::depthwise_gradient_scratch(geometry, batch);
  }

  template <class T>
  static void forward(Tensors<DepthwiseConv2D> p, BatchView<const T, in> x, OutputTarget<out, T> y,
                      const Context& context) {
    kernels::depthwise_convolve<T>({geometry, x.count(), pixels_of(x), p[weight].data(), pixels_of(y.view),
                                    fused_end<T, DepthwiseConv2D>(p, y.accumulate)},
                                   kernels::depthwise_taps(row_taps, column_taps), in, out, context.threads());
  }

  template <class T>
  static void backward(Tensors<DepthwiseConv2D> p, BatchView<const T, in> x, BatchView<const T, out>,
                       BatchView<const T, out> dy, Gradients<DepthwiseConv2D, T> to, const Context& context) {
    kernels::BiasGradient dbias;
    if constexpr (C.bias) dbias.filters = to.dp[bias].data();
    kernels::depthwise_weight_gradient<T>(
        {geometry, x.count(), pixels_of(x), pixels_of(dy), to.dp[weight].data(), dbias},
        kernels::depthwise_taps(row_taps, column_taps), context.scratch());
    if (to.dx.wanted())
      kernels::depthwise_convolve<T>(
          {geometry, x.count(), pixels_of(dy), p[weight].data(), pixels_of(to.dx.view), to.dx.epilogue(x)},
          kernels::depthwise_taps(rows_back, columns_back), out, in, context.threads());
  }

 private:
  static constexpr auto row_taps =
      kernels::tap_table<In.height, rows.out>(C.kernel.height, C.stride.height, C.dilation.height, rows.pad);
  static constexpr auto column_taps =
      kernels::tap_table<In.width, columns.out>(C.kernel.width, C.stride.width, C.dilation.width, columns.pad);
  static constexpr auto rows_back =
      kernels::transposed_tap_table<rows.out, In.height>(C.kernel.height, C.stride.height, C.dilation.height, rows.pad);
  static constexpr auto columns_back = kernels::transposed_tap_table<columns.out, In.width>(
      C.kernel.width, C.stride.width, C.dilation.width, columns.pad);
};

}  // namespace unetpp
