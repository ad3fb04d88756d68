#pragma once

#include "unetpp/kernels/softmax.hpp"
#include "unetpp/layers/footprint.hpp"
#include "unetpp/layers/layer.hpp"

namespace unetpp {

/// y = exp(x) / Σ exp(x) over the channels of each pixel. For training leave it out: the loss takes logits.
/// Shapes  x, y: n×In.
template <Shape In>
struct Softmax : LayerDefaults {
  static constexpr const char* kind = "softmax";
  static constexpr Shape in = In;
  static constexpr Shape out = In;
  static constexpr Footprint footprint{};

  static_assert(in.channels <= kernels::most_softmax_channels, "unetpp: a softmax takes at most 8192 channels");

  template <class T>
  static void forward(Tensors<Softmax>, BatchView<const T, in> x, OutputTarget<out, T> y, const Context& context) {
    kernels::softmax<T>(x.pixels(), in.channels, {pixels_of(x), pixels_of(y.view), {.accumulate = y.accumulate}},
                        context.threads());
  }

  template <class T>
  static void backward(Tensors<Softmax>, BatchView<const T, in> x, BatchView<const T, out>, BatchView<const T, out> dy,
                       Gradients<Softmax, T> to, const Context& context) {
    if (to.dx.wanted())
      kernels::softmax_gradient<T>(x.pixels(), in.channels,
                                   {pixels_of(x), pixels_of(dy), pixels_of(to.dx.view), to.dx.epilogue(x)},
                                   context.threads());
  }
};

}  // namespace unetpp
