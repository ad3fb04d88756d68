#pragma once

#include <span>

#include "unetpp/kernels/pointwise.hpp"
#include "unetpp/layers/footprint.hpp"
#include "unetpp/layers/layer.hpp"

namespace unetpp {

/// y = max(x, 0). A convolution with Activation::relu does the same on its way out, for nothing.
/// Shapes  x, y: n×In.
template <Shape In>
struct ReLU {
  static constexpr const char* kind = "re_lu";
  static constexpr Shape in = In;
  static constexpr Shape out = In;
  static constexpr Footprint footprint{};
  static constexpr std::size_t parameter_count = 0;
  static constexpr std::size_t multiply_adds = 0;
  static constexpr bool rectified = false;  // backward zeroes its own gradient
  static constexpr std::array<ParameterTensor, 0> parameters{};

  static constexpr std::size_t scratch(std::size_t, int) { return 0; }

  static void forward(std::span<const float, 0>, BatchView<const float, in> x, BatchView<float, out> y,
                      const Memory& memory) {
    kernels::transfer(x.pixels(), in.channels, pixels_of(x), pixels_of(y), {.relu = true}, memory.threads());
  }

  static void backward(std::span<const float, 0>, std::span<float, 0>, BatchView<const float, in> x,
                       BatchView<const float, out> dy, InputGradient<in> dx, const Memory& memory) {
    if (dx.wanted())
      kernels::relu_gradient(x.pixels(), in.channels, {pixels_of(x), pixels_of(dy), pixels_of(dx.view), dx.epilogue(x)},
                             memory.threads());
  }
};

}  // namespace unetpp
