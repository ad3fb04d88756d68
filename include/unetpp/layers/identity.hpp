#pragma once

#include "unetpp/kernels/pointwise.hpp"
#include "unetpp/layers/footprint.hpp"
#include "unetpp/layers/layer.hpp"

namespace unetpp {

/// y = x: a path of a network on which nothing is computed.
/// Shapes  x, y: n×In.
template <Shape In>
struct Identity : LayerDefaults {
  static constexpr const char* kind = "identity";
  static constexpr Shape in = In;
  static constexpr Shape out = In;
  static constexpr Footprint footprint{};

  template <class T>
  static void forward(Tensors<Identity>, BatchView<const T, in> x, OutputTarget<out, T> y, const Context& context) {
    kernels::transfer<T>(x.pixels(), in.channels, {pixels_of(x), pixels_of(y.view), {.accumulate = y.accumulate}},
                         context.threads());
  }

  template <class T>
  static void backward(Tensors<Identity>, BatchView<const T, in> x, BatchView<const T, out>, BatchView<const T, out> dy,
                       Gradients<Identity, T> to, const Context& context) {
    if (to.dx.wanted())
      kernels::transfer<T>(x.pixels(), in.channels, {pixels_of(dy), pixels_of(to.dx.view), to.dx.epilogue(x)},
                           context.threads());
  }
};

}  // namespace unetpp
