#pragma once
// Convolution and its two gradients: which algorithm computes them.

#include <algorithm>
#include <cstddef>

#include "unetpp/kernels/convolution/amx_convolution.hpp"
#include "unetpp/kernels/convolution/amx_disjoint.hpp"
#include "unetpp/kernels/convolution/amx_gradient.hpp"
#include "unetpp/kernels/convolution/disjoint_convolution.hpp"
#include "unetpp/kernels/convolution/disjoint_gradient.hpp"
#include "unetpp/kernels/convolution/few_channels_convolution.hpp"
#include "unetpp/kernels/convolution/few_channels_gradient.hpp"
#include "unetpp/kernels/convolution/geometry.hpp"
#include "unetpp/kernels/convolution/im2col_convolution.hpp"
#include "unetpp/kernels/convolution/im2col_gradient.hpp"
#include "unetpp/kernels/convolution/winograd.hpp"
#include "unetpp/kernels/convolution/winograd_gradient.hpp"
#include "unetpp/kernels/pointwise.hpp"

namespace unetpp::kernels {

/// Whether an algorithm can compute a convolution.
constexpr bool can_compute(const ConvGeometry& g, ConvAlgorithm algorithm) {
  if (algorithm == ConvAlgorithm::disjoint) return has_micro_kernels && windows_lie_side_by_side(g);
  const bool has_few = std::min(g.in.channels, g.out.channels) <= few_channels;
  if (algorithm == ConvAlgorithm::winograd4 || algorithm == ConvAlgorithm::winograd2 ||
      (algorithm == ConvAlgorithm::few_channels && has_few))
    return has_micro_kernels && g.kernel == 3 && g.stride == 1 && g.dilation == 1 && g.pad_top == 1 &&
           g.pad_left == 1 && g.in.height == g.out.height && g.in.width == g.out.width;
  return algorithm != ConvAlgorithm::few_channels;
}

/// The algorithm of all passes of a convolution: the one it asks for, or else, for 3×3 kernels that keep the image's
/// size, few_channels where they have few to read or write and Winograd's F(4×4) where they have more; disjoint for
/// kernels as large as their stride (1×1, and the 2×2 transposed convolutions of a U-Net); im2col for the others.
constexpr ConvAlgorithm choose_algorithm(const ConvGeometry& g) {
  if (g.algorithm != ConvAlgorithm::automatic) return g.algorithm;
  for (const ConvAlgorithm algorithm : {ConvAlgorithm::few_channels, ConvAlgorithm::winograd4, ConvAlgorithm::disjoint})
    if (can_compute(g, algorithm)) return algorithm;
  return ConvAlgorithm::im2col;
}

/// The convolution as it is computed in a workspace for up to `capacity` images: with Winograd's F(2×2), whose transforms
/// of the weights take less than half as long, if it asks for no algorithm and F(4×4) would have few tiles even then.
/// Out of line, since each pass of each layer calls it: a program compiles in less time.
[[gnu::noinline]] constexpr ConvGeometry in_workspace(ConvGeometry g, std::size_t capacity) {
  constexpr std::size_t few = 4;
  if (g.algorithm == ConvAlgorithm::automatic && choose_algorithm(g) == ConvAlgorithm::winograd4 &&
      capacity * TileGrid(g.in.height, g.in.width, 4).in_image() <= few)
    g.algorithm = ConvAlgorithm::winograd2;
  return g;
}

/// Whether a matrix unit sums a convolution, or a transposed one, that reads so many channels: where there is one, and no
/// algorithm was asked for. Fewer channels than `least` do not fill a tile.
inline bool on_amx(const ConvGeometry& g, ConvAlgorithm chosen, int channels, int least = amx_panel) {
  return g.algorithm != chosen && channels >= least && instruction_set() == InstructionSet::amx;
}
/// And its weight gradient, where pixels fill the tiles one way.
inline bool gradient_on_amx(const ConvGeometry& g, ConvAlgorithm chosen) {
  return on_amx(g, chosen, std::min(g.in.channels, g.out.channels), tile_side);
}

// The algorithm is a template argument of the functions below: a program compiles those that its networks use.

/// Floats of scratch that any of them needs.
template <ConvAlgorithm A>
constexpr std::size_t convolution_scratch(const ConvGeometry& g, std::size_t batch, int threads) {
  const std::size_t bias = std::max(bias_gradient_scratch(batch * g.out.pixels(), g.out.channels),
                                    bias_gradient_scratch(batch * g.in.pixels(), g.in.channels));
  if constexpr (A == ConvAlgorithm::im2col)
    return std::max({im2col_scratch(g, threads), im2col_gradient_scratch(g, batch, threads), bias});
  else if constexpr (A == ConvAlgorithm::disjoint)
    return std::max({disjoint_scratch(g, batch, threads), disjoint_gradient_scratch(g, batch, threads),
                     amx_disjoint_scratch(g, batch, threads), amx_gradient_scratch(g, batch, threads)});
  else if constexpr (A == ConvAlgorithm::few_channels)
    return std::max({few_channels_scratch(g, threads), few_channels_gradient_scratch(g, batch, threads),
                     amx_scratch(g, batch, threads), bias});
  else
    return std::max({winograd_scratch(g, batch, threads), winograd_gradient_scratch(g, batch, threads),
                     amx_scratch(g, batch, threads), amx_gradient_scratch(g, batch, threads), bias});
}

/// y = x ∗ weight.
/// Shapes  scratch: convolution_scratch floats.
template <ConvAlgorithm A, class T = float>
void convolve(const ConvOperands<T>& of, Scratch scratch) {
  const bool on_unit = on_amx(of.g, A, of.g.in.channels);
  if constexpr (A == ConvAlgorithm::im2col)
    im2col_convolve(of, scratch);
  else if constexpr (A == ConvAlgorithm::disjoint)
    on_unit ? amx_disjoint_convolve(of, scratch) : disjoint_convolve(of, scratch);
  else if (on_unit)
    amx_convolve(of, scratch);
  else if constexpr (A == ConvAlgorithm::few_channels)
    few_channels_convolve(of, scratch);
  else
    winograd_convolve(of, scratch);
}

/// y = the transposed convolution of x: the input gradient of `convolve` for the output gradient x.
/// Shapes  scratch: convolution_scratch floats.
template <ConvAlgorithm A, class T = float>
void convolve_transposed(const ConvOperands<T>& of, Scratch scratch) {
  const bool on_unit = on_amx(of.g, A, of.g.out.channels);
  if constexpr (A == ConvAlgorithm::im2col)
    im2col_convolve_transposed(of, scratch);
  else if constexpr (A == ConvAlgorithm::disjoint)
    on_unit ? amx_disjoint_convolve_transposed(of, scratch) : disjoint_convolve_transposed(of, scratch);
  else if (on_unit)
    amx_convolve_transposed(of, scratch);
  else if constexpr (A == ConvAlgorithm::few_channels)
    few_channels_convolve_transposed(of, scratch);
  else
    winograd_convolve_transposed(of, scratch);
}

/// dweight += the gradient of `convolve`'s weight for the input x and the output gradient dy; dbias += the bias
/// gradients that are wanted.
/// Shapes  scratch: convolution_scratch floats.
template <ConvAlgorithm A, class T = float>
void convolve_weight_gradient(const WeightGradientOperands<T>& of, Scratch scratch) {
  const ConvGeometry& g = of.g;
  if constexpr (A == ConvAlgorithm::disjoint)
    return gradient_on_amx(g, A) ? amx_weight_gradient(of, scratch) : disjoint_weight_gradient(of, scratch);
  if constexpr (A == ConvAlgorithm::im2col) {
    im2col_weight_gradient(of, scratch);
    if (of.dbias.filters) bias_gradient(of.batch * g.out.pixels(), g.out.channels, of.dy, of.dbias.filters, scratch);
  } else if constexpr (A == ConvAlgorithm::few_channels) {
    few_channels_weight_gradient(of, scratch);
  } else {
    // Floats, each two bfloat16, take the unit about as long as Winograd.
    amx_parts<T> == 1 && gradient_on_amx(g, A) ? amx_weight_gradient(of, scratch)
                                               : winograd_weight_gradient(of, scratch);
  }
  if (of.dbias.channels) bias_gradient(of.batch * g.in.pixels(), g.in.channels, of.x, of.dbias.channels, scratch);
}

}  // namespace unetpp::kernels
