#pragma once
// Text from outside whose bytes may be no UTF-8.

#include <cstddef>
#include <string>
#include <string_view>

#include "unetpp/core/compiler.hpp"

namespace unetpp {

namespace detail {

/// Bytes of one character, or, unless it is whole, those that begin one and do not go on.
struct Utf8Piece {
  std::size_t size;
  bool whole;
};

/// The piece of a text that begins at an index.
/// Source  The Unicode Standard, table 3-7.
inline Utf8Piece utf8_piece(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(at);
  const std::size_t size = first < 0x80                   ? 1
                           : first < 0xC2 || first > 0xF4 ? 0
                           : first < 0xE0                 ? 2
                           : first < 0xF0                 ? 3
                                                          : 4;
  unsigned least = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  unsigned most = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  std::size_t found = 1;
  while (found < size && at + found < text.size() && byte(at + found) >= least && byte(at + found) <= most) {
    ++found;
    least = 0x80, most = 0xBF;
  }
  return {found, found == size};
}

}  // namespace detail

/// Text for those who take UTF-8 only: each piece that is none becomes a replacement character (U+FFFD).
inline std::string to_utf8(std::string_view text) {
  std::string utf8;
  for (std::size_t i = 0; i < text.size();) {
    const auto [size, whole] = detail::utf8_piece(text, i);
    utf8 += whole ? text.substr(i, size) : std::string_view("\xEF\xBF\xBD");
    i += size;
  }
  return utf8;
}

}  // namespace unetpp
