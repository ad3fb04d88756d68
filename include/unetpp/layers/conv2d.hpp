#pragma once

#include "unetpp/kernels/convolution/convolution.hpp"
#include "unetpp/layers/convolution_layer.hpp"
#include "unetpp/layers/footprint.hpp"
#include "unetpp/layers/layer.hpp"
#include "unetpp/layers/padding.hpp"

namespace unetpp {

struct Conv2DConfig {
  int filters;                                         ///< channels of the output
  Extent kernel = 3;                                   ///< taps; the U-Net's
  Extent stride = 1;                                   ///< input pixels from one output to the next; Keras's default
  Extent dilation = 1;                                 ///< input pixels from one tap to the next; Keras's default
  Padding padding = Padding::same;                     ///< the U-Net's here; Keras's default is valid
  Activation activation = Activation::none;            ///< fused to the end; Keras's default
  bool bias = true;                                    ///< whether a number is added to each filter; Keras's default
  ConvAlgorithm algorithm = ConvAlgorithm::automatic;  ///< of all passes; automatic: choose_algorithm's
  Precision precision = Precision::float32;            ///< of the network's values: the same in all its layers
};

/// Zero-padded 2-D cross-correlation of NHWC batches, with bias and ReLU fused.
/// Shapes  x: n×In.  y: n×out.  weight: kernel.height×kernel.width×In.channels×filters.  bias: filters.
/// Extent  as in window_axis, with the window (kernel − 1)·dilation + 1   [Dumoulin & Visin 2016]
/// Errors  A filter larger than a valid-padded input does not compile, nor does an algorithm that cannot compute it.
template <Shape In, Conv2DConfig C>
struct Conv2D : LayerDefaults {
  static_assert(C.filters > 0 && C.kernel.height > 0 && C.kernel.width > 0 && C.stride.height > 0 &&
                    C.stride.width > 0 && C.dilation.height > 0 && C.dilation.width > 0,
                "unetpp: Conv2D needs filters, kernel, stride and dilation of at least 1");

  static constexpr const char* kind = "conv2d";
  static constexpr Extent window{(C.kernel.height - 1) * C.dilation.height + 1,
                                 (C.kernel.width - 1) * C.dilation.width + 1};
  static constexpr WindowAxis rows = window_axis(In.height, window.height, C.stride.height, C.padding);
  static constexpr WindowAxis columns = window_axis(In.width, window.width, C.stride.width, C.padding);

  static constexpr Shape in = In;
  static constexpr Shape out =
      (require_window_fits<Conv2D, In, window, C.padding>(), Shape{rows.out, columns.out, C.filters});
  static constexpr kernels::ConvGeometry geometry{in,         out,      C.kernel,    C.stride,
                                                  C.dilation, rows.pad, columns.pad, C.algorithm};
  static_assert(kernels::can_compute(geometry, C.algorithm),
                "unetpp: Conv2D's algorithm cannot compute this kernel, stride, dilation and padding");
  static constexpr Footprint footprint{{window.height, C.stride.height, rows.pad},
                                       {window.width, C.stride.width, columns.pad}};
  static constexpr ConvAlgorithm algorithm = kernels::choose_algorithm(geometry);
  static constexpr const char* algorithm_name = kernels::name_of(algorithm);
  static constexpr std::size_t multiply_adds = out.pixels() * geometry.weights();
  static constexpr bool rectified = C.activation == Activation::relu;
  static constexpr Precision precision = C.precision;
  static constexpr auto tensors = convolution_tensors<C.bias>(geometry, C.filters);
  enum { weight, bias };  // of `tensors`

  static constexpr std::size_t scratch(std::size_t batch, int threads) {
    return kernels::convolution_scratch<algorithm>(kernels::in_workspace(geometry, batch), batch, threads);
  }

  template <class T>
  static void forward(Tensors<Conv2D> p, BatchView<const T, in> x, OutputTarget<out, T> y, const Context& context) {
    convolution_pass<algorithm, false, T>(geometry, x, p[weight].data(), y.view, fused_end<T, Conv2D>(p, y.accumulate),
                                          context);
  }

  template <class T>
  static void backward(Tensors<Conv2D> p, BatchView<const T, in> x, BatchView<const T, out>, BatchView<const T, out> dy,
                       Gradients<Conv2D, T> to, const Context& context) {
    convolution_gradient<algorithm, T>(geometry, x, dy, to.dp[weight].data(),
                                       {.filters = C.bias ? to.dp[bias].data() : nullptr}, context);
    if (to.dx.wanted())
      convolution_pass<algorithm, true, T>(geometry, dy, p[weight].data(), to.dx.view, to.dx.epilogue(x), context);
  }
};

}  // namespace unetpp
