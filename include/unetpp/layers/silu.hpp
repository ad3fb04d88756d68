#pragma once

#include "unetpp/kernels/activation.hpp"
#include "unetpp/layers/footprint.hpp"
#include "unetpp/layers/layer.hpp"

namespace unetpp {

/// y = x / (1 + e⁻ˣ), also called swish.
/// Shapes  x, y: n×In.
/// Source  Hendrycks & Gimpel, "Gaussian Error Linear Units", 2016; Elfwing, Uchibe & Doya, Neural Networks 2018.
template <Shape In>
struct SiLU : LayerDefaults {
  static constexpr const char* kind = "silu";
  static constexpr Shape in = In;
  static constexpr Shape out = In;
  static constexpr Footprint footprint{};

  template <class T>
  static void forward(Tensors<SiLU>, BatchView<const T, in> x, OutputTarget<out, T> y, const Context& context) {
    kernels::silu<T>(x.pixels(), in.channels, {pixels_of(x), pixels_of(y.view), {.accumulate = y.accumulate}},
                     context.threads());
  }

  template <class T>
  static void backward(Tensors<SiLU>, BatchView<const T, in> x, BatchView<const T, out>, BatchView<const T, out> dy,
                       Gradients<SiLU, T> to, const Context& context) {
    if (to.dx.wanted())
      kernels::silu_gradient<T>(x.pixels(), in.channels,
                                {pixels_of(x), pixels_of(dy), pixels_of(to.dx.view), to.dx.epilogue(x)},
                                context.threads());
  }
};

}  // namespace unetpp
