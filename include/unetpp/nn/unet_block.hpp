#pragma once
// The blocks that a U-Net is made of.

#include <algorithm>
#include <type_traits>

#include "unetpp/layers/batch_norm2d.hpp"
#include "unetpp/layers/conv2d.hpp"
#include "unetpp/layers/group_norm.hpp"
#include "unetpp/layers/leaky_relu.hpp"
#include "unetpp/layers/silu.hpp"
#include "unetpp/nn/layer_list.hpp"
#include "unetpp/nn/residual.hpp"
#include "unetpp/nn/sequential.hpp"

namespace unetpp {

/// How a block's two convolutions are put together: one behind the other, or beside a shortcut that is added to them.
enum class BlockKind { plain, residual };

/// What stands between a convolution and its activation; the convolution then has no bias.
enum class Normalisation { none, batch, group };

/// What follows each convolution.
enum class BlockActivation { relu, leaky_relu, silu };

/// What a U-Net asks of a block.
struct BlockConfig {
  int filters;                                         ///< channels that it puts out
  ConvAlgorithm algorithm = ConvAlgorithm::automatic;  ///< of its 3×3 convolutions
  BlockKind kind = BlockKind::plain;                   ///< the paper's
  Normalisation normalisation = Normalisation::none;   ///< the paper's
  BlockActivation activation = BlockActivation::relu;  ///< the paper's
  int middle = 0;                                      ///< channels between its convolutions; 0: as many as `filters`
  /// Of Normalisation::group: the most groups; 32, as in Wu & He, ECCV 2018. There are as many, up to this, as divide the
  /// channels: 48 channels are 24 groups, and 16 channels 16 groups.
  int norm_groups = GroupNormConfig{}.groups;
  /// Of Normalisation::batch: added to the variance, in millionths; Keras's (PyTorch's is 10).
  int batch_epsilon_per_million = BatchNorm2DConfig{}.epsilon_per_million;
  Precision precision = Precision::float32;  ///< of the network's values
};

namespace detail {

/// The algorithm that was asked for, where it is for convolutions of this height and width.
constexpr ConvAlgorithm algorithm_of(ConvAlgorithm asked, int kernel) {
  return kernel == 3 || asked == ConvAlgorithm::im2col ? asked : ConvAlgorithm::automatic;
}

/// The largest divisor of the channels that is no larger than `most`.
constexpr int groups_of(int channels, int most) {
  int groups = std::min(channels, most);
  while (groups > 1 && channels % groups != 0) --groups;
  return groups;
}

/// The normalisation of a block's values, as a list of layers.
template <Shape S, BlockConfig C, Activation Fused, Normalisation N = C.normalisation>
struct Normalised {
  using type = LayerList<>;
};
template <Shape S, BlockConfig C, Activation Fused>
struct Normalised<S, C, Fused, Normalisation::batch> {
  static constexpr BatchNorm2DConfig config{
      .activation = Fused, .epsilon_per_million = C.batch_epsilon_per_million, .warm_up = true};
  using type = LayerList<BatchNorm2D<S, config>>;
};
template <Shape S, BlockConfig C, Activation Fused>
struct Normalised<S, C, Fused, Normalisation::group> {
  static constexpr GroupNormConfig config{.groups = groups_of(S.channels, C.norm_groups), .activation = Fused};
  using type = LayerList<GroupNorm<S, config>>;
};

/// The layers that end a convolution: its normalisation, and its activation where that is no ReLU that is fused.
template <Shape S, BlockConfig C, bool Activated>
struct ConvEnd {
  static constexpr Activation fused =
      Activated && C.activation == BlockActivation::relu ? Activation::relu : Activation::none;
  static constexpr bool normalises = C.normalisation != Normalisation::none;

  using Norm = typename Normalised<S, C, fused>::type;
  using Active = std::conditional_t<C.activation == BlockActivation::silu, SiLU<S>, LeakyReLU<S>>;
  using type = Join<Norm, std::conditional_t<Activated && fused == Activation::none, LayerList<Active>, LayerList<>>>;
};

/// A convolution with all that ends it.
template <Shape In, BlockConfig C, int Kernel, bool Activated>
struct ConvUnit {
  static constexpr Shape out{In.height, In.width, C.filters};
  using End = ConvEnd<out, C, Activated>;
  static constexpr Conv2DConfig config{.filters = C.filters,
                                       .kernel = Kernel,
                                       .activation = End::normalises ? Activation::none : End::fused,
                                       .bias = !End::normalises,
                                       .algorithm = algorithm_of(C.algorithm, Kernel),
                                       .precision = C.precision};
  using type = Join<LayerList<Conv2D<In, config>>, typename End::type>;
};

/// Of the first of a block's two convolutions.
constexpr BlockConfig first_of(BlockConfig config) {
  if (config.middle > 0) config.filters = config.middle;
  return config;
}

template <Shape In, BlockConfig C>
struct PlainBlock {
  using First = ConvUnit<In, first_of(C), 3, true>;
  using type = InSequence<Join<typename First::type, typename ConvUnit<First::out, C, 3, true>::type>>;
};

/// The sum's ReLU is fused to the last convolution or its normalisation; another activation is a layer behind the sum.
template <Shape In, BlockConfig C>
struct ResidualBlock {
  static constexpr bool fuses = C.activation == BlockActivation::relu;
  using First = ConvUnit<In, first_of(C), 3, true>;
  using Inner = InSequence<Join<typename First::type, typename ConvUnit<First::out, C, 3, fuses>::type>>;
  template <bool SameShape, class = void>
  struct Shortcut {
    using type = Identity<In>;
  };
  template <class Unused>
  struct Shortcut<false, Unused> {
    using type = InSequence<typename ConvUnit<In, C, 1, false>::type>;
  };
  using Sum = Residual<Inner, typename Shortcut<In.channels == C.filters>::type>;
  using End = typename ConvEnd<Sum::out, BlockConfig{.filters = C.filters, .activation = C.activation}, !fuses>::type;
  using type = InSequence<Join<LayerList<Sum>, End>>;
};

template <Shape In, BlockConfig C, BlockKind Kind = C.kind>
struct BlockOf : PlainBlock<In, C> {};
template <Shape In, BlockConfig C>
struct BlockOf<In, C, BlockKind::residual> : ResidualBlock<In, C> {};

}  // namespace detail

/// Two 3×3 convolutions, each with its normalisation and activation; the vanilla U-Net's block by default.
/// Shapes  x: n×In.  y: n×{In.height, In.width, C.filters}.
/// Source  A residual block is that of He et al., CVPR 2016: the activation follows the sum, and where the number of
///         channels changes, the shortcut is a 1×1 convolution (with normalisation where the others have one).
template <Shape In, BlockConfig C>
using ConvBlock = typename detail::BlockOf<In, C>::type;

}  // namespace unetpp
