#pragma once

#include <cstdint>

#include "unetpp/core/compiler.hpp"

namespace unetpp {

/// Of the `in` pixels of an axis, the one whose centre is nearest to that of pixel i of `out`; at ties the later one:
/// floor((i + 1/2) in / out), in whole numbers, so that nothing is rounded.
constexpr int nearest_pixel(int i, int in, int out) {
  return static_cast<int>((2 * std::int64_t{i} + 1) * in / (2 * std::int64_t{out}));
}

}  // namespace unetpp
