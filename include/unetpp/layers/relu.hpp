#pragma once

#include "unetpp/kernels/pointwise.hpp"
#include "unetpp/layers/footprint.hpp"
#include "unetpp/layers/layer.hpp"

namespace unetpp {

/// y = max(x, 0). A convolution with Activation::relu does the same on its way out, for nothing.
/// Shapes  x, y: n×In.
template <Shape In>
struct ReLU : LayerDefaults {
  static constexpr const char* kind = "re_lu";
  static constexpr Shape in = In;
  static constexpr Shape out = In;
  static constexpr Footprint footprint{};

  template <class T>
  static void forward(Tensors<ReLU>, BatchView<const T, in> x, OutputTarget<out, T> y, const Context& context) {
    kernels::relu<T>(x.pixels(), in.channels, {pixels_of(x), pixels_of(y.view), {.accumulate = y.accumulate}},
                     context.threads());
  }

  template <class T>
  static void backward(Tensors<ReLU>, BatchView<const T, in> x, BatchView<const T, out>, BatchView<const T, out> dy,
                       Gradients<ReLU, T> to, const Context& context) {
    if (to.dx.wanted())
      kernels::relu_gradient<T>(x.pixels(), in.channels,
                                {pixels_of(x), pixels_of(dy), pixels_of(to.dx.view), to.dx.epilogue(x)},
                                context.threads());
  }
};

}  // namespace unetpp
