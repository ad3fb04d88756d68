#pragma once

#include "unetpp/kernels/activation.hpp"
#include "unetpp/layers/footprint.hpp"
#include "unetpp/layers/layer.hpp"

namespace unetpp {

struct LeakyReLUConfig {
  int slope_per_thousand = 10;  ///< slope of the negative side, in thousandths; PyTorch's default
};

/// y = x where x is positive, else slope·x.
/// Shapes  x, y: n×In.
/// Source  Maas, Hannun & Ng, ICML 2013.
template <Shape In, LeakyReLUConfig C = LeakyReLUConfig{}>
struct LeakyReLU : LayerDefaults {
  static constexpr const char* kind = "leaky_re_lu";
  static constexpr Shape in = In;
  static constexpr Shape out = In;
  static constexpr Footprint footprint{};
  static constexpr float slope = static_cast<float>(C.slope_per_thousand) / 1000;

  template <class T>
  static void forward(Tensors<LeakyReLU>, BatchView<const T, in> x, OutputTarget<out, T> y, const Context& context) {
    kernels::leaky_relu<T>(x.pixels(), in.channels, slope,
                           {pixels_of(x), pixels_of(y.view), {.accumulate = y.accumulate}}, context.threads());
  }

  template <class T>
  static void backward(Tensors<LeakyReLU>, BatchView<const T, in> x, BatchView<const T, out>,
                       BatchView<const T, out> dy, Gradients<LeakyReLU, T> to, const Context& context) {
    if (to.dx.wanted())
      kernels::leaky_relu_gradient<T>(x.pixels(), in.channels, slope,
                                      {pixels_of(x), pixels_of(dy), pixels_of(to.dx.view), to.dx.epilogue(x)},
                                      context.threads());
  }
};

}  // namespace unetpp
