#pragma once
// The one way to go through a network: its leaves in the order of execution, and how values run from one to the other.

#include <array>
#include <cstddef>
#include <span>
#include <tuple>
#include <type_traits>

#include "unetpp/core/shape.hpp"
#include "unetpp/layers/layer.hpp"

namespace unetpp {

/// Hands a value x through a network L and returns what comes out. The visitor says what a value is and what becomes of
/// it: visitor.leaf<Leaf>(x) in a leaf, visitor.concatenate(a, b) where channels of a come before those of b,
/// visitor.add<Rectified>(a, b) where they are added. There, if Rectified, the fused ReLU of a's last leaf is the sum's.
/// visitor.head<Head>(x) where training alone hands x to a Head (nn/supervised.hpp), whose leaves and tensors are next.
template <class L, class Visitor, class Value>
constexpr Value walk(Visitor& visitor, Value x) {
  if constexpr (!Combinator<L>)
    return visitor.template leaf<L>(x);
  else if constexpr (requires { L::walk(visitor, x); })
    return L::walk(visitor, x);
  else {
    static_assert(!Combinator<L>, "unetpp: the combinator L needs a member `walk` (layers/layer.hpp)");
    return x;
  }
}

namespace detail {

/// Calls f with the type and the place of every leaf; values are nothing to it.
template <class F>
struct LeafVisitor {
  struct Nothing {};

  F& f;
  Place place{};

  template <class L>
  constexpr Nothing leaf(Nothing) {
    f.template operator()<L>(place);
    place.leaf += 1;
    place.trained += parameter_count<L>;
    place.statistics += statistic_count<L>;
    return {};
  }
  constexpr Nothing concatenate(Nothing, Nothing) { return {}; }
  template <bool Rectified>
  constexpr Nothing add(Nothing, Nothing) {
    return {};
  }
  template <class Head>
  constexpr void head(Nothing x) {
    walk<Head>(*this, x);
  }
};

}  // namespace detail

/// Calls f.operator()<Leaf>(place) for every leaf of a network in the order of execution; of the place, `leaf`, `trained`
/// and `statistics` are set.
template <class L, class F>
constexpr void for_each_leaf(F&& f) {
  detail::LeafVisitor<F> visitor{f};
  walk<L>(visitor, typename detail::LeafVisitor<F>::Nothing{});
}

/// What initialisers and tables know of a leaf: values, so that their code does not depend on the network.
struct LeafInfo {
  const char* kind;
  Shape in;
  Shape out;
  std::span<const LayerTensor> tensors;
  Place place;
  std::size_t parameter_count;
  std::size_t multiply_adds;
  const char* algorithm;  // that it runs by; empty for those that have but one
};

/// Leaves of a network. Summed, since each combinator asks for it and a walk of its own would go through all below it.
template <class L>
inline constexpr int leaf_count = [] {
  if constexpr (Combinator<L>)
    return []<class... Ls>(std::type_identity<std::tuple<Ls...>>) {
      return (0 + ... + leaf_count<Ls>);
    }(std::type_identity<typename L::Children>{});
  else
    return 1;
}();

namespace detail {

template <class L>
constexpr const char* algorithm_name() {
  if constexpr (requires { L::algorithm_name; })
    return L::algorithm_name;
  else
    return "";
}

}  // namespace detail

/// The leaves of a network in the order of execution.
template <class L>
inline constexpr std::array<LeafInfo, static_cast<std::size_t>(leaf_count<L>)> leaves = [] {
  std::array<LeafInfo, static_cast<std::size_t>(leaf_count<L>)> list{};
  for_each_leaf<L>([&]<class Leaf>(const Place& place) {
    list[static_cast<std::size_t>(place.leaf)] = {Leaf::kind,
                                                  Leaf::in,
                                                  Leaf::out,
                                                  Leaf::tensors,
                                                  place,
                                                  unetpp::parameter_count<Leaf>,
                                                  Leaf::multiply_adds,
                                                  detail::algorithm_name<Leaf>()};
  });
  return list;
}();

}  // namespace unetpp
