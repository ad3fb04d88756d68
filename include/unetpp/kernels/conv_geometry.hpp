#pragma once
// The sizes of a convolution.

#include <cstddef>

#include "unetpp/core/shape.hpp"

namespace unetpp::kernels {

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

  constexpr std::size_t taps() const { return kernel.size(); }
  constexpr std::size_t weights() const { return taps() * in.channels * out.channels; }
};

}  // namespace unetpp::kernels
