#pragma once
// Which inputs of a layer its outputs depend on, one axis at a time.

#include <algorithm>

#include "unetpp/core/compiler.hpp"

namespace unetpp {

/// The positions first ... last of an axis.
struct Interval {
  int first;
  int last;
};

/// A shift of the input by `in` pixels, and the shift by `out` of the output that is the same.
struct Shift {
  int in = 1;
  int out = 1;
};

namespace detail {

constexpr int floor_quotient(int n, int divisor) { return n >= 0 ? n / divisor : -((-n + divisor - 1) / divisor); }

}  // namespace detail

/// A window that slides along one axis: output o depends on the `window` inputs from o·stride − pad on. Transposed, it
/// is the other way round: input o contributes to the `window` outputs from there on.
struct AxisFootprint {
  int window = 1;
  int stride = 1;
  int pad = 0;
  bool transposed = false;

  /// The inputs from the first to the last one that any of these outputs depends on, were there no borders.
  constexpr Interval inputs(Interval outputs) const {
    if (!transposed) return {outputs.first * stride - pad, outputs.last * stride - pad + window - 1};
    const int last = detail::floor_quotient(outputs.last + pad, stride);
    return {std::min(last, detail::floor_quotient(outputs.first + pad - window + stride, stride)), last};
  }

  /// The smallest shift that it commutes with.
  constexpr Shift shift() const { return transposed ? Shift{1, stride} : Shift{stride, 1}; }
};

/// The windows of both axes; that of a layer whose pixels keep to themselves is {}.
struct Footprint {
  AxisFootprint rows;
  AxisFootprint columns;
};

/// Footprint::rows or Footprint::columns.
using FootprintAxis = AxisFootprint Footprint::*;

namespace detail {

template <class L>
constexpr void require_footprint() {
  static_assert(
      requires { L::footprint; }, "unetpp: this layer L needs a member `footprint` (layers/footprint.hpp)");
}

/// What AxisFootprint::inputs is, of any layer.
template <class L>
constexpr Interval inputs_of(FootprintAxis axis, Interval outputs) {
  if constexpr (requires { typename L::Children; }) {
    return L::inputs(axis, outputs);
  } else {
    require_footprint<L>();
    return (L::footprint.*axis).inputs(outputs);
  }
}

/// What AxisFootprint::shift is, of any layer.
template <class L>
constexpr Shift shift_of(FootprintAxis axis) {
  if constexpr (requires { typename L::Children; }) {
    return L::shift(axis);
  } else {
    require_footprint<L>();
    return (L::footprint.*axis).shift();
  }
}

}  // namespace detail

}  // namespace unetpp
