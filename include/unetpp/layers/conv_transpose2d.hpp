#pragma once

#include <algorithm>

#include "unetpp/kernels/convolution/convolution.hpp"
#include "unetpp/layers/convolution_layer.hpp"
#include "unetpp/layers/footprint.hpp"
#include "unetpp/layers/layer.hpp"
#include "unetpp/layers/padding.hpp"

namespace unetpp {

struct ConvTranspose2DConfig {
  int filters;                                         ///< channels of the output
  Extent kernel = 2;                                   ///< taps; the U-Net's
  Extent stride = 2;                                   ///< output pixels from one input to the next; the U-Net's
  Padding padding = Padding::same;                     ///< as of the convolution from output to input
  Activation activation = Activation::none;            ///< fused to the end; Keras's default
  bool bias = true;                                    ///< whether a number is added to each filter; Keras's default
  ConvAlgorithm algorithm = ConvAlgorithm::automatic;  ///< of all passes; automatic: choose_algorithm's
  Precision precision = Precision::float32;            ///< of the network's values: the same in all its layers
};

/// Transposed 2-D convolution: the input gradient of the convolution from `out` to `In`, with bias and ReLU fused.
/// Shapes  x: n×In.  y: n×out.  weight: kernel.height×kernel.width×filters×In.channels, as in Keras.  bias: filters.
/// Extent  same: out = in·stride; valid: out = in·stride + max(kernel − stride, 0).
/// Errors  An algorithm that cannot compute it does not compile.
/// Source  Keras's Conv2DTranspose. Where kernel − stride is odd, same padding cuts the last row and column off the
///         full result: for 3×3 stride 2 that is PyTorch's padding=0 with [..., :-1, :-1]; PyTorch's customary
///         padding=1, output_padding=1 cuts the first instead and is shifted by a pixel.
template <Shape In, ConvTranspose2DConfig C>
struct ConvTranspose2D : LayerDefaults {
  static_assert(C.filters > 0 && C.kernel.height > 0 && C.kernel.width > 0 && C.stride.height > 0 && C.stride.width > 0,
                "unetpp: ConvTranspose2D needs filters, kernel and stride of at least 1");

  static constexpr const char* kind = "conv2d_transpose";
  static constexpr int extent(int size, int kernel, int stride) {
    return size * stride + (C.padding == Padding::valid ? std::max(kernel - stride, 0) : 0);
  }

  static constexpr Shape in = In;
  static constexpr Shape out{extent(In.height, C.kernel.height, C.stride.height),
                             extent(In.width, C.kernel.width, C.stride.width), C.filters};
  /// The convolution whose input gradient this layer is.
  static constexpr kernels::ConvGeometry geometry{
      out,
      in,
      C.kernel,
      C.stride,
      1,
      window_axis(out.height, C.kernel.height, C.stride.height, C.padding).pad,
      window_axis(out.width, C.kernel.width, C.stride.width, C.padding).pad,
      C.algorithm};
  static_assert(kernels::can_compute(geometry, C.algorithm),
                "unetpp: ConvTranspose2D's algorithm cannot compute this kernel, stride and padding");
  static constexpr Footprint footprint{{C.kernel.height, C.stride.height, geometry.pad_top, true},
                                       {C.kernel.width, C.stride.width, geometry.pad_left, true}};
  static constexpr ConvAlgorithm algorithm = kernels::choose_algorithm(geometry);
  static constexpr const char* algorithm_name = kernels::name_of(algorithm);
  static constexpr std::size_t multiply_adds = in.pixels() * geometry.weights();
  static constexpr bool rectified = C.activation == Activation::relu;
  static constexpr Precision precision = C.precision;
  static constexpr auto tensors = convolution_tensors<C.bias>(geometry, C.filters);
  enum { weight, bias };  // of `tensors`

  static constexpr std::size_t scratch(std::size_t batch, int threads) {
    return kernels::convolution_scratch<algorithm>(kernels::in_workspace(geometry, batch), batch, threads);
  }

  template <class T>
  static void forward(Tensors<ConvTranspose2D> p, BatchView<const T, in> x, OutputTarget<out, T> y,
                      const Context& context) {
    convolution_pass<algorithm, true, T>(geometry, x, p[weight].data(), y.view,
                                         fused_end<T, ConvTranspose2D>(p, y.accumulate), context);
  }

  template <class T>
  static void backward(Tensors<ConvTranspose2D> p, BatchView<const T, in> x, BatchView<const T, out>,
                       BatchView<const T, out> dy, Gradients<ConvTranspose2D, T> to, const Context& context) {
    convolution_gradient<algorithm, T>(geometry, dy, x, to.dp[weight].data(),
                                       {.channels = C.bias ? to.dp[bias].data() : nullptr}, context);
    if (to.dx.wanted())
      convolution_pass<algorithm, false, T>(geometry, dy, p[weight].data(), to.dx.view, to.dx.epilogue(x), context);
  }
};

}  // namespace unetpp
