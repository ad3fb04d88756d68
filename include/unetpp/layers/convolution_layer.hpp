#pragma once
// What both convolution layers have.

#include <array>
#include <cassert>

#include "unetpp/core/bfloat16.hpp"
#include "unetpp/kernels/convolution/convolution.hpp"
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

// What the passes of these layers are made of does not depend on their shapes, and is compiled once an algorithm.

/// y = the convolution, or the transposed one, of x.
template <ConvAlgorithm A, bool Transposed, class T>
[[gnu::noinline]] void convolution_pass(const kernels::ConvGeometry& geometry, const detail::ViewedPixels<const T>& x,
                                        const float* weight, const detail::ViewedPixels<T>& y,
                                        const kernels::Epilogue<T>& end, const Context& context) {
  const kernels::ConvGeometry g = kernels::in_workspace(geometry, context.capacity());
  const kernels::ConvOperands<T> of{g, x.count(), pixels_of(x), weight, pixels_of(y), end, context.packed()};
  if constexpr (Transposed)
    kernels::convolve_transposed<A, T>(of, context.scratch());
  else
    kernels::convolve<A, T>(of, context.scratch());
}

/// Adds the gradients of the weight and the bias of a convolution of x.
template <ConvAlgorithm A, class T>
[[gnu::noinline]] void convolution_gradient(const kernels::ConvGeometry& geometry,
                                            const detail::ViewedPixels<const T>& x,
                                            const detail::ViewedPixels<const T>& dy, float* dweight,
                                            kernels::BiasGradient dbias, const Context& context) {
  assert(!context.packed());  // weights packed for a forward pass, which the input's gradient would read
  const kernels::ConvGeometry g = kernels::in_workspace(geometry, context.capacity());
  kernels::convolve_weight_gradient<A, T>({g, x.count(), pixels_of(x), pixels_of(dy), dweight, dbias},
                                          context.scratch());
}

}  // namespace unetpp
