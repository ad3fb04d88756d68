#pragma once
// The sizes of a convolution.

#include <cstddef>

#include "unetpp/core/shape.hpp"

namespace unetpp::kernels {

/// How a convolution is computed; `choose_algorithm` (kernels/convolution/convolution.hpp) says what automatic stands for. With
/// automatic, a processor's matrix unit takes part.
///
/// im2col: any kernel, stride, dilation and padding.  disjoint: windows side by side, nothing to gather.  few_channels: 3×3
/// from or to at most four channels.  winograd4: F(4×4, 3×3), with 2.25 multiplications an output where im2col has 9.
/// winograd2: F(2×2, 3×3), with 4, and errors as small as im2col's.
enum class ConvAlgorithm { automatic, im2col, disjoint, few_channels, winograd4, winograd2 };

constexpr const char* name_of(ConvAlgorithm algorithm) {
  constexpr const char* names[] = {"automatic", "im2col", "disjoint", "few_channels", "winograd4", "winograd2"};
  return names[static_cast<int>(algorithm)];
}

/// A convolution of images of shape `in` to images of shape `out`; weight:
/// kernel.height×kernel.width×in.channels×out.channels.
struct ConvGeometry {
  Shape in;
  Shape out;
  Extent kernel;
  Extent stride;
  Extent dilation;
  int pad_top;
  int pad_left;
  ConvAlgorithm algorithm = ConvAlgorithm::automatic;

  constexpr std::size_t taps() const { return kernel.size(); }
  constexpr std::size_t weights() const {
    return taps() * static_cast<std::size_t>(in.channels) * static_cast<std::size_t>(out.channels);
  }
};

}  // namespace unetpp::kernels
