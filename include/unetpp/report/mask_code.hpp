#pragma once
// Masks and other bytes as text, small enough for hundreds of epochs in one page.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "unetpp/core/compiler.hpp"

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

/// The bytes of a text that `base64` made; none for any other text.
inline std::optional<std::string> base64_bytes(std::string_view text) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3);
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::size_t digit = digits.find(text[i]);
    bits = bits << 6 | static_cast<std::uint32_t>(digit & 63);
    if (i % 4 == 0 || text[i] == '=') continue;
    bytes += static_cast<char>(bits >> (6 - 2 * (i % 4)));
  }
  if (base64(bytes) != text) return std::nullopt;
  return bytes;
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

/// The mask of `pixels` values that `encode_mask` coded; none for any other text.
inline std::optional<std::vector<std::uint8_t>> decode_mask_code(std::string_view text, std::size_t pixels,
                                                                 std::size_t values) {
  const std::optional<std::string> bytes = base64_bytes(text);
  if (!bytes || values == 0) return std::nullopt;
  std::vector<std::uint8_t> mask;
  std::size_t number = 0, value = 0;
  int shift = 0;
  for (const char c : *bytes) {
    const auto byte = static_cast<std::uint8_t>(c);
    number |= std::size_t{byte & 127u} << shift;
    shift += 7;
    if (shift > 49) return std::nullopt;  // 7 groups: more than any mask needs
    if (byte & 128) continue;
    value = (value + number % values) % values;
    if (number / values >= pixels - mask.size()) return std::nullopt;
    mask.insert(mask.end(), number / values + 1, static_cast<std::uint8_t>(value));
    number = 0;
    shift = 0;
  }
  if (shift != 0 || mask.size() != pixels) return std::nullopt;
  return mask;
}

}  // namespace unetpp
