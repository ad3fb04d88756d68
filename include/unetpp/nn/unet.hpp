#pragma once
// The U-Net: convolutions down, transposed convolutions up, and a skip connection at each level.

#include <algorithm>
#include <cstddef>
#include <type_traits>

#include "unetpp/layers/batch_norm2d.hpp"
#include "unetpp/layers/conv2d.hpp"
#include "unetpp/layers/conv_transpose2d.hpp"
#include "unetpp/layers/dropout.hpp"
#include "unetpp/layers/group_norm.hpp"
#include "unetpp/layers/max_pool2d.hpp"
#include "unetpp/layers/supervision.hpp"
#include "unetpp/layers/upsample2d.hpp"
#include "unetpp/nn/layer_list.hpp"
#include "unetpp/nn/sequential.hpp"
#include "unetpp/nn/skip_concat.hpp"
#include "unetpp/nn/supervised.hpp"
#include "unetpp/nn/unet_block.hpp"

namespace unetpp {

/// How a level comes back to its height and width: by transposed convolutions; by interpolation and a 3×3 convolution; or
/// by interpolation alone, with aligned corners. That leaves the channels as they are: so the deepest block has half as
/// many filters, and each block on the way up but the last puts out half as many channels as it has in its middle.
/// Source  bilinear_alone is milesial/Pytorch-UNet's `bilinear=True`.
enum class WayUp { transposed, bilinear, bilinear_alone };

struct UNetConfig {
  int height = 128;        ///< pixels, divisible by 2^depth; the tutorial's
  int width = 128;         ///< the same
  int channels = 3;        ///< of an input pixel
  int classes = 3;         ///< channels of the logits; those of the Oxford-IIIT Pet trimaps
  int base_channels = 32;  ///< filters of the first block; each level below has twice as many. Half the paper's 64
  int depth = 4;           ///< levels below the first; the paper's
  /// Of the 3×3 convolutions; with im2col, which is the general path and the reference, of the others too.
  ConvAlgorithm algorithm = ConvAlgorithm::automatic;
  BlockKind block = BlockKind::plain;  ///< these three are the paper's
  Normalisation normalisation = Normalisation::none;
  BlockActivation activation = BlockActivation::relu;
  int bottom_dropout_per_thousand = 0;  ///< probability that a value behind the deepest block is dropped; none
  WayUp way_up = WayUp::transposed;     ///< the paper's
  /// Of Normalisation::group: the most groups, as BlockConfig has them; 32. So of 32 base channels each is a group, as it is
  /// everywhere with as many groups as the deepest block has filters: instance normalisation. 1: layer normalisation.
  int norm_groups = GroupNormConfig{}.groups;
  /// Of Normalisation::batch: added to the variance, in millionths; Keras's (PyTorch's is 10).
  int batch_epsilon_per_million = BatchNorm2DConfig{}.epsilon_per_million;
  int head_kernel = 3;  ///< height and width of the convolution to the logits; the tutorial's (the paper's is 1)
  /// Deep supervision: levels below the first that have a head on the way up, a 1×1 convolution to logits that training
  /// judges too (train/step_loss.hpp) and inference leaves out; 0: none, the paper's. Less than depth, at most 7. nnU-Net's
  /// is depth − 2: all but the two lowest resolutions.
  int supervised_levels = 0;
  /// Of the values between layers and their gradients; the reference's, and of every other figure here, is float32.
  Precision precision = Precision::float32;
};

namespace detail {

/// Of a block with this number of filters, and of channels between its convolutions.
constexpr BlockConfig block_of(UNetConfig c, int filters, int middle) {
  return {.filters = filters,
          .algorithm = c.algorithm,
          .kind = c.block,
          .normalisation = c.normalisation,
          .activation = c.activation,
          .middle = middle,
          .norm_groups = c.norm_groups,
          .batch_epsilon_per_million = c.batch_epsilon_per_million,
          .precision = c.precision};
}

/// The channels that a level with this number of filters gives to the one above, or, the first one, to the head.
constexpr int channels_up(UNetConfig c, int filters) {
  return c.way_up == WayUp::bilinear_alone && filters > c.base_channels ? filters / 2 : filters;
}

/// The layers of a U-Net that bring an input up to twice its height and width.
template <Shape In, UNetConfig C, int Filters, WayUp Way = C.way_up>
struct UpLayers {
  static constexpr ConvTranspose2DConfig config{
      .filters = Filters, .algorithm = algorithm_of(C.algorithm, 2), .precision = C.precision};
  using type = LayerList<ConvTranspose2D<In, config>>;
};
template <Shape In, UNetConfig C, int Filters>
struct UpLayers<In, C, Filters, WayUp::bilinear> {
  using Up = Upsample2D<In, Upsample2DConfig{.interpolation = Interpolation::bilinear}>;
  using type =
      LayerList<Up,
                Conv2D<Up::out, Conv2DConfig{.filters = Filters, .algorithm = C.algorithm, .precision = C.precision}>>;
};

template <Shape In, UNetConfig C, int Filters>
struct UpLayers<In, C, Filters, WayUp::bilinear_alone> {
  using type = LayerList<Upsample2D<In, Upsample2DConfig{.interpolation = Interpolation::bilinear_aligned}>>;
};

/// The layers that bring level number Level up, with a head beside the first where the config asks for one.
template <class List, UNetConfig C, int Level>
struct WithHead {
  using type = List;
};
template <class First, class... Rest, UNetConfig C, int Level>
requires(Level <= C.supervised_levels) struct WithHead<LayerList<First, Rest...>, C, Level> {
  static constexpr Conv2DConfig config{
      .filters = C.classes, .kernel = 1, .algorithm = algorithm_of(C.algorithm, 1), .precision = C.precision};
  using type = LayerList<Supervised<First, ConvHead<First::in, config>, Level>, Rest...>;
};

/// A level of the U and all below it: a block, the way down and up again beside the skip, a block.
template <Shape In, UNetConfig C, int Filters, int Depth, template <Shape, BlockConfig> class Block>
struct UNetLevel {
  using First = Block<In, block_of(C, Filters, Filters)>;
  static_assert(First::out == Shape{In.height, In.width, Filters},
                "unetpp: the UNet's Block must keep height and width and put out C.filters channels");
  using Down = MaxPool2D<First::out>;
  using Below = typename UNetLevel<Down::out, C, 2 * Filters, Depth - 1, Block>::type;
  using Up = typename WithHead<typename UpLayers<Below::out, C, Filters>::type, C, C.depth - Depth + 1>::type;
  using Skip = SkipConcat<InSequence<Join<LayerList<Down, Below>, Up>>>;
  using type = Sequential<First, Skip, Block<Skip::out, block_of(C, channels_up(C, Filters), Filters)>>;
};

template <Shape In, UNetConfig C, int Filters, template <Shape, BlockConfig> class Block>
struct UNetLevel<In, C, Filters, 0, Block> {
  static constexpr int filters = channels_up(C, Filters);
  using Deepest = Block<In, block_of(C, filters, filters)>;
  using Drop = Dropout<Deepest::out, DropoutConfig{.per_thousand = C.bottom_dropout_per_thousand}>;
  using type = std::conditional_t<C.bottom_dropout_per_thousand == 0, Deepest, Sequential<Deepest, Drop>>;
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

/// Does not compile unless a UNet of this depth can have heads at so many levels.
template <class UNet, int SupervisedLevels, int Most>
consteval void require_supervised_levels() {
  static_assert(
      SupervisedLevels >= 0 && SupervisedLevels <= Most,
      "unetpp: the UNet's SupervisedLevels must be 0 to Most: less than its depth, since the first level has the "
      "output and the deepest no way up, and at most 7");
}

template <class UNet, UNetConfig C, template <Shape, BlockConfig> class Block>
struct UNetLayers {
  static_assert(C.channels > 0 && C.classes > 0 && C.base_channels > 0 && C.depth >= 0,
                "unetpp: UNet needs channels, classes and base_channels of at least 1, and a depth of at least 0");
  static_assert(C.norm_groups > 0 && C.head_kernel > 0,
                "unetpp: UNet needs norm_groups and a head_kernel of at least 1");
  static constexpr int most_heads = std::clamp(C.depth - 1, 0, most_supervised_levels);
  static constexpr Shape in = (require_supervised_levels<UNet, C.supervised_levels, most_heads>(),
                               require_unet_size<UNet, C.height, C.width, 1 << C.depth, unet_size(C.height, C.depth),
                                                 unet_size(C.width, C.depth)>(C.channels));
  using Level = typename UNetLevel<in, C, C.base_channels, C.depth, Block>::type;
  static constexpr Conv2DConfig head{.filters = C.classes,
                                     .kernel = C.head_kernel,
                                     .algorithm = algorithm_of(C.algorithm, C.head_kernel),
                                     .precision = C.precision};
  using type = Sequential<Level, Conv2D<Level::out, head>>;
};

constexpr UNetConfig resized(UNetConfig config, int height, int width) {
  config.height = height;
  config.width = width;
  return config;
}

}  // namespace detail

/// The U-Net: `depth` times a block and 2×2 max pooling, twice as many filters each time; as many 2×2 transposed
/// convolutions back up, each concatenated with the level's own features (upsampled first) and followed by a block; a
/// 3×3 convolution to the logits. The default is the vanilla U-Net. The config has the kinds of blocks and ways up that
/// recipes use; a block of one's own is any template like ConvBlock that keeps height and width and puts out C.filters
/// channels.
/// Shapes  x: n×{height, width, channels}.  y: n×{height, width, classes}, logits.
/// Errors  A height or width that 2^depth does not divide does not compile; the message has one that works. Nor do more
///         supervised levels than there are on the way up below the first.
/// Source  Ronneberger, Fischer & Brox, "U-Net", MICCAI 2015, with same padding. Supervised levels: Isensee et al.,
///         "nnU-Net", Nature Methods 2021.
template <UNetConfig C = UNetConfig{}, template <Shape, BlockConfig> class Block = ConvBlock>
struct UNet : detail::UNetLayers<UNet<C, Block>, C, Block>::type {
  static constexpr UNetConfig config = C;

  /// The same network, so the same parameters, at another size.
  template <int Height, int Width>
  using resized = UNet<detail::resized(C, Height, Width), Block>;
};

}  // namespace unetpp
