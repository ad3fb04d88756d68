#pragma once
// Text from outside, as a name of a file, on a terminal.

#include <string>
#include <string_view>

#include "unetpp/core/utf8.hpp"

namespace unetpp::detail {

/// Text without what ends a line, moves a terminal's cursor or begins a command to it: \n, \r, \t and \xHH stand for
/// these bytes. Names whose bytes are no UTF-8 stay as they are, but for the bytes 80 to 9f, which are such controls
/// there.
[[gnu::cold]] inline std::string one_line(std::string_view text) {
  constexpr const char* digits = "0123456789abcdef";
  std::string line;
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Piece piece = utf8_piece(text, at);
    for (const std::size_t end = at + piece.size; at < end; ++at) {
      const auto c = static_cast<unsigned char>(text[at]);
      const bool high_control = c >= 0x80 && c < 0xA0 && (!piece.whole || text[at - 1] == '\xC2');
      if (c == '\n' || c == '\r' || c == '\t')
        line += c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\t";
      else if (c < ' ' || c == 0x7F || high_control)
        line += {'\\', 'x', digits[c / 16], digits[c % 16]};
      else
        line += text[at];
    }
  }
  return line;
}

/// Text of a file as part of a message: one line, and not a long one.
inline std::string printable(std::string_view text) {
  constexpr std::size_t longest = 80;
  return one_line(text.substr(0, longest)) + (text.size() > longest ? "..." : "");
}

}  // namespace unetpp::detail
