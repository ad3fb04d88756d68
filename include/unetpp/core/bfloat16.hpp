#pragma once
// The types in which values are stored between layers.

#include <bit>
#include <cstdint>
#include <type_traits>

#include "unetpp/core/compiler.hpp"

namespace unetpp {

/// How values and their gradients are stored between layers. Sums, parameters, statistics, losses and optimizers are
/// float32 in both. With bfloat16, 8 bits of a value are kept instead of 24, in half of the memory.
enum class Precision { float32, bfloat16 };

/// The upper half of a float: its sign, its exponent and 7 of 23 bits of its mantissa.
/// Source  what vcvtneps2bf16 computes of normal numbers: to the nearest, of two the even one; a NaN stays one, and quiet.
struct BFloat16 {
  std::uint16_t bits;

  BFloat16() = default;
  constexpr BFloat16(float value)
      : bits(rounded(std::bit_cast<std::uint32_t>(value))) {}  // NOLINT: implicit, as float's
  constexpr operator float() const {                           // NOLINT: likewise
    return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
  }

 private:
  static constexpr std::uint16_t rounded(std::uint32_t word) {
    const bool nan = (word & 0x7fffffff) > 0x7f800000;
    const std::uint32_t up = nan ? word | 0x400000 : word + 0x7fff + (word >> 16 & 1);
    return static_cast<std::uint16_t>(up >> 16);
  }
};

/// What values of a precision are stored as.
template <Precision P>
using StoredValue = std::conditional_t<P == Precision::bfloat16, BFloat16, float>;

}  // namespace unetpp
