#pragma once
// Layers that are put together when a program is compiled.

#include "unetpp/core/compiler.hpp"

namespace unetpp {

template <class... Ls>
struct Sequential;

namespace detail {

template <class... Ls>
struct LayerList {};

template <class A, class B>
struct JoinLists;
template <class... As, class... Bs>
struct JoinLists<LayerList<As...>, LayerList<Bs...>> {
  using type = LayerList<As..., Bs...>;
};
template <class A, class B>
using Join = typename JoinLists<A, B>::type;

template <class List>
struct ListInSequence;
template <class... Ls>
struct ListInSequence<LayerList<Ls...>> {
  using type = Sequential<Ls...>;
};
template <class L>
struct ListInSequence<LayerList<L>> {
  using type = L;
};
/// The Sequential of a list's layers; of one layer, that layer.
template <class List>
using InSequence = typename ListInSequence<List>::type;

}  // namespace detail

}  // namespace unetpp
