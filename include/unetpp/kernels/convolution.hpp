#pragma once
// Convolution and its two gradients: which algorithm computes them.

#include <algorithm>
#include <cstddef>

#include "unetpp/kernels/conv_geometry.hpp"
#include "unetpp/kernels/im2col_convolution.hpp"
#include "unetpp/kernels/patch_convolution.hpp"
#include "unetpp/kernels/pointwise.hpp"
#include "unetpp/kernels/winograd.hpp"
#include "unetpp/kernels/winograd_gradient.hpp"

namespace unetpp::kernels {

/// im2col: any kernel, stride, dilation and padding.  patches: windows side by side, nothing to gather.  winograd4:
/// F(4×4, 3×3), with 2.25 multiplications an output where im2col has 9.
enum class ConvAlgorithm { im2col, patches, winograd4 };

/// The algorithm of all passes of a convolution: Winograd's for 3×3 kernels that keep the image's size, patches for
/// kernels as large as their stride (1×1, and the 2×2 transposed convolutions of a U-Net).
constexpr ConvAlgorithm choose_algorithm(const ConvGeometry& g) {
  const bool same = g.kernel == 3 && g.stride == 1 && g.dilation == 1 && g.pad_top == 1 && g.pad_left == 1 &&
                    g.in.height == g.out.height && g.in.width == g.out.width;
  if (has_micro_kernels && same) return ConvAlgorithm::winograd4;
  if (has_micro_kernels && windows_lie_side_by_side(g)) return ConvAlgorithm::patches;
  return ConvAlgorithm::im2col;
}

// The algorithm is a template argument of the functions below: a program compiles those that its networks use.

/// Floats of scratch that any of them needs.
template <ConvAlgorithm A>
constexpr std::size_t convolution_scratch(const ConvGeometry& g, std::size_t batch, int threads) {
  if constexpr (A == ConvAlgorithm::winograd4)
    return std::max(winograd_scratch(g, batch, threads), winograd_gradient_scratch(g, batch, threads));
  const std::size_t products =
      A == ConvAlgorithm::patches ? patch_scratch(g, batch, threads) : im2col_scratch(g, batch, threads);
  return std::max(products, bias_gradient_scratch(batch * g.out.pixels(), g.out.channels));
}

/// y = x ∗ weight.
/// Shapes  x: batch×in, y: batch×out; weight: ConvGeometry's; scratch: convolution_scratch floats.
template <ConvAlgorithm A>
void convolve(const ConvGeometry& g, std::size_t batch, ConstPixels x, const float* weight, Pixels y,
              const Epilogue& epilogue, Scratch scratch) {
  if constexpr (A == ConvAlgorithm::winograd4)
    winograd_convolve(g, batch, x, weight, y, epilogue, scratch);
  else if constexpr (A == ConvAlgorithm::patches)
    patch_convolve(g, batch, x, weight, y, epilogue, scratch);
  else
    im2col_convolve(g, batch, x, weight, y, epilogue, scratch);
}

/// x = the transposed convolution of y: the input gradient of `convolve` for the output gradient y.
/// Shapes  as in `convolve`.
template <ConvAlgorithm A>
void convolve_transposed(const ConvGeometry& g, std::size_t batch, ConstPixels y, const float* weight, Pixels x,
                         const Epilogue& epilogue, Scratch scratch) {
  if constexpr (A == ConvAlgorithm::winograd4)
    winograd_convolve_transposed(g, batch, y, weight, x, epilogue, scratch);
  else if constexpr (A == ConvAlgorithm::patches)
    patch_convolve_transposed(g, batch, y, weight, x, epilogue, scratch);
  else
    im2col_convolve_transposed(g, batch, y, weight, x, epilogue, scratch);
}

/// dweight += the gradient of `convolve`'s weight for the input x and the output gradient dy; dbias += that of its
/// bias, unless it is null. Shapes  as in `convolve`.
template <ConvAlgorithm A>
void convolve_weight_gradient(const ConvGeometry& g, std::size_t batch, ConstPixels x, ConstPixels dy, float* dweight,
                              float* dbias, Scratch scratch) {
  if constexpr (A == ConvAlgorithm::winograd4)
    return winograd_weight_gradient(g, batch, x, dy, dweight, dbias, scratch);
  else if constexpr (A == ConvAlgorithm::patches)
    patch_weight_gradient(g, batch, x, dy, dweight, scratch);
  else
    im2col_weight_gradient(g, batch, x, dy, dweight, scratch);
  if (dbias) bias_gradient(batch * g.out.pixels(), g.out.channels, dy, dbias, scratch);
}

}  // namespace unetpp::kernels
