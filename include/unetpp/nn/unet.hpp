#pragma once
// The U-Net: convolutions down, transposed convolutions up, and a skip connection at each level.

#include <cstddef>

#include "unetpp/layers/conv2d.hpp"
#include "unetpp/layers/conv_transpose2d.hpp"
#include "unetpp/layers/max_pool2d.hpp"
#include "unetpp/nn/sequential.hpp"
#include "unetpp/nn/skip_concat.hpp"

namespace unetpp {

struct UNetConfig {
  int height = 128;
  int width = 128;
  int channels = 3;
  int classes = 3;
  int base_channels = 32;
  int depth = 4;
  ConvAlgorithm algorithm = ConvAlgorithm::automatic;  // of the 3×3 convolutions; im2col: of the others, too
};

namespace detail {

/// A level of the U and all below it: two convolutions, the way down and up again beside the skip, two convolutions.
template <Shape In, int Filters, int Depth, ConvAlgorithm A>
struct UNetLevel {
  static constexpr Conv2DConfig convolution{.filters = Filters, .activation = Activation::relu, .algorithm = A};
  static constexpr ConvTranspose2DConfig up{.filters = Filters,
                                            .algorithm = A == ConvAlgorithm::im2col ? A : ConvAlgorithm::automatic};
  using First = Conv2D<In, convolution>;
  using Second = Conv2D<First::out, convolution>;
  using Down = MaxPool2D<Second::out>;
  using Below = typename UNetLevel<Down::out, 2 * Filters, Depth - 1, A>::type;
  using Up = ConvTranspose2D<Below::out, up>;
  using Skip = SkipConcat<Sequential<Down, Below, Up>>;
  using Third = Conv2D<Skip::out, convolution>;
  using Fourth = Conv2D<Third::out, convolution>;
  using type = Sequential<First, Second, Skip, Third, Fourth>;
};

template <Shape In, int Filters, ConvAlgorithm A>
struct UNetLevel<In, Filters, 0, A> {
  static constexpr Conv2DConfig convolution{.filters = Filters, .activation = Activation::relu, .algorithm = A};
  using First = Conv2D<In, convolution>;
  using type = Sequential<First, Conv2D<First::out, convolution>>;
};

/// A size that can be halved `depth` times, near the one given.
constexpr int unet_size(int size, int depth) {
  const int step = 1 << depth;
  return size < step ? step : (size + step / 2) / step * step;
}

/// Does not compile unless a UNet of this size can be halved as often as it has levels.
template <class UNet, int Height, int Width, int Divisor, int HeightThatWorks, int WidthThatWorks>
consteval Shape require_unet_size(int channels) {
  static_assert(Height == HeightThatWorks && Width == WidthThatWorks,
                "unetpp: the UNet's Height and Width must be divisible by Divisor = 2^depth; HeightThatWorks x "
                "WidthThatWorks works");
  return {HeightThatWorks, WidthThatWorks, channels};  // no second message from the layers
}

template <class UNet, UNetConfig C>
struct UNetLayers {
  static_assert(C.channels > 0 && C.classes > 0 && C.base_channels > 0 && C.depth >= 0,
                "unetpp: UNet needs channels, classes and base_channels of at least 1, and a depth of at least 0");
  static constexpr Shape in = require_unet_size<UNet, C.height, C.width, 1 << C.depth, unet_size(C.height, C.depth),
                                                unet_size(C.width, C.depth)>(C.channels);
  using Level = typename UNetLevel<in, C.base_channels, C.depth, C.algorithm>::type;
  using type = Sequential<Level, Conv2D<Level::out, Conv2DConfig{.filters = C.classes, .algorithm = C.algorithm}>>;
};

constexpr UNetConfig resized(UNetConfig config, int height, int width) {
  config.height = height;
  config.width = width;
  return config;
}

}  // namespace detail

/// The vanilla U-Net: `depth` times two 3×3 convolutions with ReLU and 2×2 max pooling, twice as many filters each
/// time; as many 2×2 transposed convolutions back up, each concatenated with the level's own features (upsampled first)
/// and followed by two more convolutions; a 3×3 convolution to the logits.
/// Shapes  x: n×{height, width, channels}.  y: n×{height, width, classes}, logits.
/// Errors  A height or width that 2^depth does not divide does not compile; the message has one that works.
/// Source  Ronneberger, Fischer & Brox, "U-Net", MICCAI 2015, with same padding.
template <UNetConfig C = UNetConfig{}>
struct UNet : detail::UNetLayers<UNet<C>, C>::type {
  static constexpr UNetConfig config = C;

  /// The same network, so the same parameters, at another size.
  template <int Height, int Width>
  using resized = UNet<detail::resized(C, Height, Width)>;
};

static_assert(UNet<>::parameter_count == 7'760'931);
static_assert(UNet<>::multiply_adds == 3'031'433'216);

}  // namespace unetpp
