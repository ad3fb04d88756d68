#pragma once

#include <span>

#include "unetpp/kernels/softmax.hpp"
#include "unetpp/layers/footprint.hpp"
#include "unetpp/layers/layer.hpp"

namespace unetpp {

/// y = exp(x) / Σ exp(x) over the channels of each pixel. For training leave it out: the loss takes logits.
/// Shapes  x, y: n×In.
template <Shape In>
struct Softmax {
  static constexpr const char* kind = "softmax";
  static constexpr Shape in = In;
  static constexpr Shape out = In;
  static constexpr Footprint footprint{};
  static constexpr std::size_t parameter_count = 0;
  static constexpr std::size_t multiply_adds = 0;
  static constexpr bool rectified = false;
  static constexpr std::array<ParameterTensor, 0> parameters{};

  static_assert(in.channels <= kernels::most_softmax_channels, "unetpp: a softmax takes at most 8192 channels");

  static constexpr std::size_t scratch(std::size_t, int) { return 0; }

  static void forward(std::span<const float, 0>, BatchView<const float, in> x, BatchView<float, out> y,
                      const Memory& memory) {
    kernels::softmax(x.pixels(), in.channels, pixels_of(x), pixels_of(y), memory.threads());
  }

  static void backward(std::span<const float, 0>, std::span<float, 0>, BatchView<const float, in> x,
                       BatchView<const float, out> dy, InputGradient<in> dx, const Memory& memory) {
    if (dx.wanted())
      kernels::softmax_gradient(x.pixels(), in.channels,
                                {pixels_of(x), pixels_of(dy), pixels_of(dx.view), dx.epilogue(x)}, memory.threads());
  }
};

}  // namespace unetpp
