#pragma once

#include <array>

#include "unetpp/kernels/convolution/geometry.hpp"
#include "unetpp/layers/layer.hpp"

namespace unetpp {

using kernels::ConvAlgorithm;

/// What is fused to the end of a convolution.
enum class Activation { none, relu };

/// The tensors of a convolution (or of the transposed one, which has the same weight): weight, and a bias for each filter.
/// Source  fan_in and fan_out are Keras's: taps times the last two extents of the weight.
template <bool Bias>
constexpr auto convolution_parameters(const kernels::ConvGeometry& g, int filters) {
  std::array<ParameterTensor, Bias ? 2 : 1> tensors{};
  const int taps = g.kernel.height * g.kernel.width;
  tensors[0] = {"weight",
                {g.kernel.height, g.kernel.width, g.in.channels, g.out.channels},
                4,
                taps * g.in.channels,
                taps * g.out.channels};
  if constexpr (Bias) tensors[1] = {"bias", {filters}, 1, 0, 0};
  return tensors;
}

}  // namespace unetpp
