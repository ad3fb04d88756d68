#pragma once
// What both convolution layers have.

#include <array>

#include "unetpp/core/bfloat16.hpp"
#include "unetpp/kernels/convolution/geometry.hpp"
#include "unetpp/kernels/epilogue.hpp"
#include "unetpp/layers/layer.hpp"

namespace unetpp {

using kernels::ConvAlgorithm;

/// What is fused to the end of a convolution.
enum class Activation { none, relu };

/// The tensors of a convolution (or of the transposed one, which has the same weight): weight, and a bias for each filter.
/// Source  fan_in and fan_out are Keras's: taps times the last two extents of the weight.
template <bool Bias>
constexpr auto convolution_tensors(const kernels::ConvGeometry& g, int filters) {
  const int taps = g.kernel.height * g.kernel.width;
  const LayerTensor weight = weight_tensor("weight", {g.kernel.height, g.kernel.width, g.in.channels, g.out.channels},
                                           taps * g.in.channels, taps * g.out.channels);
  if constexpr (Bias)
    return std::array{weight, offset_tensor("bias", filters)};
  else
    return std::array{weight};
}

/// What ends the forward pass of a convolution layer L, fused to it.
template <class T, class L>
kernels::Epilogue<T> fused_end(Tensors<L> p, bool accumulate) {
  return {.bias = L::tensors.size() > 1 ? p[L::bias].data() : nullptr, .accumulate = accumulate, .relu = L::rectified};
}

}  // namespace unetpp
