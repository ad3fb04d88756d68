#pragma once
// How the values of a network are stored.

#include <cstddef>
#include <tuple>
#include <type_traits>

#include "unetpp/core/bfloat16.hpp"
#include "unetpp/layers/layer.hpp"

namespace unetpp {

namespace detail {

/// Convolutions of each precision in a network.
struct PrecisionCount {
  std::size_t float32 = 0;
  std::size_t bfloat16 = 0;
};

template <class L>
constexpr PrecisionCount count_precisions() {
  PrecisionCount count;
  if constexpr (Combinator<L>)
    [&]<class... Ls>(std::type_identity<std::tuple<Ls...>>) {
      const auto add = [&](PrecisionCount more) {
        count.float32 += more.float32;
        count.bfloat16 += more.bfloat16;
      };
      (add(count_precisions<Ls>()), ...);
    }(std::type_identity<typename L::Children>{});
  else if constexpr (requires { L::precision; })
    ++(L::precision == Precision::bfloat16 ? count.bfloat16 : count.float32);
  return count;
}

/// Does not compile unless all convolutions of Net agree.
template <class Net, std::size_t Float32, std::size_t BFloat16>
consteval void require_one_precision() {
  static_assert(Float32 == 0 || BFloat16 == 0,
                "unetpp: all convolutions of Net must have the same Precision: values are stored in one way");
}

}  // namespace detail

/// The precision of a network: its convolutions'; float32 without any.
/// Errors  Convolutions of both precisions in one network do not compile.
template <class Net>
inline constexpr Precision precision_of = [] {
  constexpr detail::PrecisionCount count = detail::count_precisions<Net>();
  detail::require_one_precision<Net, count.float32, count.bfloat16>();
  return count.bfloat16 > 0 ? Precision::bfloat16 : Precision::float32;
}();

}  // namespace unetpp
