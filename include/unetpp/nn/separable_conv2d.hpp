#pragma once

#include "unetpp/core/shape.hpp"
#include "unetpp/layers/conv2d.hpp"
#include "unetpp/layers/convolution_layer.hpp"
#include "unetpp/layers/depthwise_conv2d.hpp"
#include "unetpp/layers/padding.hpp"
#include "unetpp/nn/sequential.hpp"

namespace unetpp {

struct SeparableConv2DConfig {
  int filters;                               ///< channels of the output
  Extent kernel = 3;                         ///< taps of the depthwise part; the U-Net's
  Extent stride = 1;                         ///< of the depthwise part, in input pixels; Keras's default
  Extent dilation = 1;                       ///< of the depthwise part, in input pixels; Keras's default
  Padding padding = Padding::same;           ///< Conv2DConfig's; Keras's default is valid
  Activation activation = Activation::none;  ///< fused to the end; Keras's default
  bool bias = true;                          ///< whether a number is added to each filter; Keras's default
  Precision precision = Precision::float32;  ///< of the network's values
};

namespace detail {

template <Shape In, SeparableConv2DConfig C>
using SeparableDepthwise = DepthwiseConv2D<
    In, DepthwiseConv2DConfig{
            .kernel = C.kernel, .stride = C.stride, .dilation = C.dilation, .padding = C.padding, .bias = false}>;

}  // namespace detail

/// A depthwise convolution without bias, and a pointwise one that mixes its channels: a convolution of fewer parameters.
/// Shapes  x: n×In.  y: n×{as DepthwiseConv2D's, filters}.
/// Source  Chollet, "Xception", CVPR 2017; Keras's SeparableConv2D with a depth multiplier of 1.
template <Shape In, SeparableConv2DConfig C>
using SeparableConv2D = Sequential<
    detail::SeparableDepthwise<In, C>,
    Conv2D<
        detail::SeparableDepthwise<In, C>::out,
        Conv2DConfig{
            .filters = C.filters, .kernel = 1, .activation = C.activation, .bias = C.bias, .precision = C.precision}>>;

}  // namespace unetpp
