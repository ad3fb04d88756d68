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

  static void forward(Tensors<SiLU>, BatchView<const float, in> x, OutputTarget<out> y, const Context& context) {
    kernels::silu(x.pixels(), in.channels, {pixels_of(x), pixels_of(y.view), {.accumulate = y.accumulate}},
                  context.threads());
  }

  static void backward(Tensors<SiLU>, BatchView<const float, in> x, BatchView<const float, out>,
                       BatchView<const float, out> dy, Gradients<SiLU> to, const Context& context) {
    if (to.dx.wanted())
      kernels::silu_gradient(x.pixels(), in.channels,
                             {pixels_of(x), pixels_of(dy), pixels_of(to.dx.view), to.dx.epilogue(x)},
                             context.threads());
  }
};

}  // namespace unetpp
