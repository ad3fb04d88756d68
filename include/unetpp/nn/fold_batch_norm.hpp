#pragma once
// Networks for inference alone: batch normalisation has become part of the convolutions before it, dropout and heads are
// gone.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <type_traits>

#include "unetpp/layers/batch_norm2d.hpp"
#include "unetpp/layers/conv2d.hpp"
#include "unetpp/layers/conv_transpose2d.hpp"
#include "unetpp/layers/dropout.hpp"
#include "unetpp/nn/layer_list.hpp"
#include "unetpp/nn/parameters.hpp"
#include "unetpp/nn/residual.hpp"
#include "unetpp/nn/sequential.hpp"
#include "unetpp/nn/skip_concat.hpp"
#include "unetpp/nn/supervised.hpp"

namespace unetpp {

namespace detail {

/// Tensors that are still to be folded, and where they go.
struct FoldCursor {
  const float* trained;
  const float* statistics;
  float* to_trained;
  float* to_statistics;
};

/// A layer as it is folded: `type`, and run(at), which writes its tensors. This one is of all that stay as they are.
template <class L>
struct Fold {
  using type = L;
  static void run(FoldCursor& at) {
    at.to_trained = std::copy_n(at.trained, parameter_count<L>, at.to_trained);
    at.to_statistics = std::copy_n(at.statistics, statistic_count<L>, at.to_statistics);
    at.trained += parameter_count<L>;
    at.statistics += statistic_count<L>;
  }
};

template <class Inner>
struct Fold<SkipConcat<Inner>> {
  using type = SkipConcat<typename Fold<Inner>::type>;
  static void run(FoldCursor& at) { Fold<Inner>::run(at); }
};

template <class Inner, class Shortcut>
struct Fold<Residual<Inner, Shortcut>> {
  using type = Residual<typename Fold<Inner>::type, typename Fold<Shortcut>::type>;
  static void run(FoldCursor& at) {  // in the order of execution
    Fold<Shortcut>::run(at);
    Fold<Inner>::run(at);
  }
};

template <class Next, class Head, int Level>
struct Fold<Supervised<Next, Head, Level>> {
  using type = typename Fold<Next>::type;
  static void run(FoldCursor& at) {
    at.trained += parameter_count<Head>;
    at.statistics += statistic_count<Head>;
    Fold<Next>::run(at);
  }
};

/// A convolution's config with a bias and another activation.
template <class Config>
constexpr Config with_bias(Config config, Activation activation) {
  config.bias = true;
  config.activation = activation;
  return config;
}

/// The convolution that computes what L and the normalisation behind it do, where there is one: `type`, and the filter
/// that weight i belongs to.
template <class L, class Norm>
struct FoldedConvolution;
template <Shape S, Conv2DConfig C, Shape T, BatchNorm2DConfig N>
requires(C.activation == Activation::none) struct FoldedConvolution<Conv2D<S, C>, BatchNorm2D<T, N>> {
  using type = Conv2D<S, with_bias(C, N.activation)>;
  static constexpr std::size_t filter(std::size_t i) { return i % static_cast<std::size_t>(C.filters); }
};
template <Shape S, ConvTranspose2DConfig C, Shape T, BatchNorm2DConfig N>
requires(C.activation == Activation::none) struct FoldedConvolution<ConvTranspose2D<S, C>, BatchNorm2D<T, N>> {
  using type = ConvTranspose2D<S, with_bias(C, N.activation)>;
  static constexpr std::size_t filter(std::size_t i) {
    return i / static_cast<std::size_t>(S.channels) % static_cast<std::size_t>(C.filters);
  }
};

template <class L, class Norm>
void fold_convolution(FoldCursor& at) {
  constexpr auto filters = static_cast<std::size_t>(L::out.channels);
  const Tensors<L> p(at.trained, nullptr);
  const Tensors<Norm> n(at.trained + parameter_count<L>, at.statistics);
  std::array<double, filters> factor;
  for (std::size_t f = 0; f < filters; ++f)
    factor[f] = n[Norm::scale][f] / std::sqrt(double{n[Norm::variance][f]} + double{Norm::epsilon});
  for (std::size_t i = 0; i < p[L::weight].size(); ++i)
    *at.to_trained++ = static_cast<float>(p[L::weight][i] * factor[FoldedConvolution<L, Norm>::filter(i)]);
  for (std::size_t f = 0; f < filters; ++f) {
    double bias = -double{n[Norm::mean][f]};
    if constexpr (L::tensors.size() > 1) bias += p[L::bias][f];
    *at.to_trained++ = static_cast<float>(bias * factor[f] + n[Norm::offset][f]);
  }
  at.trained += parameter_count<L> + parameter_count<Norm>;
  at.statistics += statistic_count<Norm>;
}

/// The layers of a Sequential: those in front, which are folded, and the rest.
template <class Folded, class Rest>
struct FoldList;
template <class... Folded>
struct FoldList<LayerList<Folded...>, LayerList<>> {
  using type = InSequence<LayerList<Folded...>>;
  static void run(FoldCursor&) {}
};
template <class First, class... Folded, Shape S, DropoutConfig C, class... Rest>
struct FoldList<LayerList<First, Folded...>, LayerList<Dropout<S, C>, Rest...>>
    : FoldList<LayerList<First, Folded...>, LayerList<Rest...>> {};
template <class... Folded, class L, class... Rest>
struct FoldList<LayerList<Folded...>, LayerList<L, Rest...>> {
  using Next = FoldList<LayerList<Folded..., typename Fold<L>::type>, LayerList<Rest...>>;
  using type = typename Next::type;
  static void run(FoldCursor& at) {
    Fold<L>::run(at);
    Next::run(at);
  }
};
template <class... Folded, class L, class Norm, class... Rest>
requires requires { typename FoldedConvolution<L, Norm>::type; }
struct FoldList<LayerList<Folded...>, LayerList<L, Norm, Rest...>> {
  using Next = FoldList<LayerList<Folded..., typename FoldedConvolution<L, Norm>::type>, LayerList<Rest...>>;
  using type = typename Next::type;
  static void run(FoldCursor& at) {
    fold_convolution<L, Norm>(at);
    Next::run(at);
  }
};

template <class... Ls>
FoldList<LayerList<>, LayerList<Ls...>> fold_list(const Sequential<Ls...>*);

/// A Sequential, or what is derived from one, as a UNet is.
template <class L>
requires requires(const L* l) { fold_list(l); }
struct Fold<L> : decltype(fold_list(static_cast<const L*>(nullptr))) {};

}  // namespace detail

/// A network that computes in inference what Net does, without the batch normalisation that comes right behind a
/// convolution, which has become part of the convolution and costs nothing, without the dropout behind other layers, and
/// without heads. A Sequential that has one layer left is that layer. So the folded network of a UNet with batch
/// normalisation, dropout and supervised levels is the very type that it is without them. It has no `config` of a UNet.
template <Layer Net>
using Folded = typename detail::Fold<Net>::type;

/// The parameters of Folded<Net> for those of Net.
template <Layer Net>
Parameters<Folded<Net>> fold_batch_norm(const Parameters<Net>& parameters) {
  Parameters<Folded<Net>> folded;
  detail::FoldCursor at{parameters.span().data(), parameters.statistics().data(), folded.span().data(),
                        folded.statistics().data()};
  detail::Fold<Net>::run(at);
  return folded;
}

}  // namespace unetpp
