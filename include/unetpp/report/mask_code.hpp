#pragma once
// Masks and other bytes as text, small enough for hundreds of epochs in one page.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace unetpp {

/// Source  RFC 4648, with padding.
inline std::string base64(std::string_view bytes) {
  constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::string_view three = bytes.substr(i, 3);
    std::uint32_t bits = 0;
    for (std::size_t b = 0; b < 3; ++b)
      bits = bits << 8 | (b < three.size() ? static_cast<std::uint8_t>(three[b]) : std::uint8_t{0});
    for (std::size_t d = 0; d < 4; ++d) text += d <= three.size() ? digits[bits >> (18 - 6 * d) & 63] : '=';
  }
  return text;
}

/// The runs of equal values of a mask, row by row, as base64 of numbers in 7-bit groups, the lowest group first, the
/// eighth bit set in all but the last. A run of length n to a value v, after one of value u (0 before the first), is
/// the number (n - 1) * values + (v - u mod values). About a byte a run: 0.8 kB for a predicted pet of 128x128 pixels.
/// Shapes  mask: any number of values, each below `values`.
inline std::string encode_mask(std::span<const std::uint8_t> mask, std::size_t values) {
  std::string bytes;
  std::size_t before = 0;
  for (std::size_t i = 0, end = 0; i < mask.size(); i = end) {
    const std::size_t value = mask[i];
    for (end = i + 1; end < mask.size() && mask[end] == value;) ++end;
    std::size_t number = (end - i - 1) * values + (value + values - before) % values;
    for (; number >= 128; number >>= 7) bytes += static_cast<char>(128 | (number & 127));
    bytes += static_cast<char>(number);
    before = value;
  }
  return base64(bytes);
}

}  // namespace unetpp
