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
  int height = 128;        ///< pixels, divisible by 2^depth; the tutorial's
  int width = 128;         ///< the same
  int channels = 3;        ///< of an input pixel
  int classes = 3;         ///< channels of the logits; those of the Oxford-IIIT Pet trimaps
  int base_channels = 32;  ///< filters of the first block; each level below has twice as many. Half the paper's 64
  int depth = 4;           ///< levels below the first; the paper's
  /// Of the 3×3 convolutions; with im2col, which is the general path and the reference, of the others too.
  ConvAlgorithm algorithm = ConvAlgorithm::automatic;
};

/// What a U-Net asks of a block.
struct BlockConfig {
  int filters;              ///< channels that it puts out
  ConvAlgorithm algorithm;  ///< of its 3×3 convolutions
};

/// The vanilla U-Net's block: two 3×3 convolutions with ReLU.
/// Shapes  x: n×In.  y: n×{In.height, In.width, C.filters}.
template <Shape In, BlockConfig C>
using ConvBlock =
    Sequential<Conv2D<In, Conv2DConfig{.filters = C.filters, .activation = Activation::relu, .algorithm = C.algorithm}>,
               Conv2D<Shape{In.height, In.width, C.filters},
                      Conv2DConfig{.filters = C.filters, .activation = Activation::relu, .algorithm = C.algorithm}>>;

namespace detail {

/// A level of the U and all below it: a block, the way down and up again beside the skip, a block.
template <Shape In, BlockConfig C, int Depth, template <Shape, BlockConfig> class Block>
struct UNetLevel {
  static constexpr ConvTranspose2DConfig up{
      .filters = C.filters, .algorithm = C.algorithm == ConvAlgorithm::im2col ? C.algorithm : ConvAlgorithm::automatic};
  using First = Block<In, C>;
  static_assert(First::out == Shape{In.height, In.width, C.filters},
                "unetpp: the UNet's Block must keep height and width and put out C.filters channels");
  using Down = MaxPool2D<First::out>;
  using Below = typename UNetLevel<Down::out, BlockConfig{2 * C.filters, C.algorithm}, Depth - 1, Block>::type;
  using Up = ConvTranspose2D<Below::out, up>;
  using Skip = SkipConcat<Sequential<Down, Below, Up>>;
  using type = Sequential<First, Skip, Block<Skip::out, C>>;
};

template <Shape In, BlockConfig C, template <Shape, BlockConfig> class Block>
struct UNetLevel<In, C, 0, Block> {
  using type = Block<In, C>;
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

template <class UNet, UNetConfig C, template <Shape, BlockConfig> class Block>
struct UNetLayers {
  static_assert(C.channels > 0 && C.classes > 0 && C.base_channels > 0 && C.depth >= 0,
                "unetpp: UNet needs channels, classes and base_channels of at least 1, and a depth of at least 0");
  static constexpr Shape in = require_unet_size<UNet, C.height, C.width, 1 << C.depth, unet_size(C.height, C.depth),
                                                unet_size(C.width, C.depth)>(C.channels);
  using Level = typename UNetLevel<in, BlockConfig{C.base_channels, C.algorithm}, C.depth, Block>::type;
  using type = Sequential<Level, Conv2D<Level::out, Conv2DConfig{.filters = C.classes, .algorithm = C.algorithm}>>;
};

constexpr UNetConfig resized(UNetConfig config, int height, int width) {
  config.height = height;
  config.width = width;
  return config;
}

}  // namespace detail

/// The U-Net: `depth` times a block and 2×2 max pooling, twice as many filters each time; as many 2×2 transposed
/// convolutions back up, each concatenated with the level's own features (upsampled first) and followed by a block; a
/// 3×3 convolution to the logits. The default is the vanilla U-Net; a block of another kind is any template like
/// ConvBlock that keeps height and width and puts out C.filters channels.
/// Shapes  x: n×{height, width, channels}.  y: n×{height, width, classes}, logits.
/// Errors  A height or width that 2^depth does not divide does not compile; the message has one that works.
/// Source  Ronneberger, Fischer & Brox, "U-Net", MICCAI 2015, with same padding.
template <UNetConfig C = UNetConfig{}, template <Shape, BlockConfig> class Block = ConvBlock>
struct UNet : detail::UNetLayers<UNet<C, Block>, C, Block>::type {
  static constexpr UNetConfig config = C;

  /// The same network, so the same parameters, at another size.
  template <int Height, int Width>
  using resized = UNet<detail::resized(C, Height, Width), Block>;
};

}  // namespace unetpp
