#pragma once
// Floats of 16 bits, which files hold; float32 holds all their values.

#include <bit>
#include <cstdint>

#include "unetpp/core/compiler.hpp"

namespace unetpp {

/// The value of an IEEE 754 binary16: 1 sign, 5 exponent and 10 fraction bits.
inline float float_of_half(std::uint16_t bits) {
  const std::uint32_t sign = (bits & 0x8000u) << 16, exponent = (bits >> 10) & 0x1fu, fraction = bits & 0x3ffu;
  if (exponent == 0) {  // zero and subnormals: the fraction counts in units of 2^-24
    const float magnitude = static_cast<float>(fraction) * 0x1p-24f;
    return std::bit_cast<float>(sign | std::bit_cast<std::uint32_t>(magnitude));
  }
  const std::uint32_t wide = exponent == 0x1f ? 0xffu : exponent + (127 - 15);  // all ones: infinity and NaN
  return std::bit_cast<float>(sign | (wide << 23) | (fraction << 13));
}

/// The value of a bfloat16: the upper half of a float32.
inline float float_of_bfloat16(std::uint16_t bits) { return std::bit_cast<float>(std::uint32_t{bits} << 16); }

}  // namespace unetpp
