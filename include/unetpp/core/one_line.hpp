#pragma once
// Text from outside, as a name of a file, on a terminal.

#include <string>
#include <string_view>

#include "unetpp/core/compiler.hpp"

namespace unetpp::detail {

/// Text without what ends a line, moves a terminal's cursor or begins a command to it: \n, \r, \t and \xHH stand for
/// these bytes. Names whose bytes are no UTF-8 stay as they are, but for the bytes 80 to 9f, which are such controls
/// there.
inline std::string one_line(std::string_view text) {
  constexpr const char* digits = "0123456789abcdef";
  std::string line;
  int to_come = 0;  // of the bytes of a character in UTF-8
  unsigned char before = 0;
  for (const char byte : text) {
    const auto c = static_cast<unsigned char>(byte);
    const bool follows = to_come > 0 && c >= 0x80 && c < 0xC0;
    to_come = follows ? to_come - 1 : c < 0xC2 || c > 0xF4 ? 0 : c < 0xE0 ? 1 : c < 0xF0 ? 2 : 3;
    const bool high_control = c >= 0x80 && c < 0xA0 && (!follows || before == 0xC2);
    if (c == '\n' || c == '\r' || c == '\t')
      line += c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\t";
    else if (c < ' ' || c == 0x7F || high_control)
      line += {'\\', 'x', digits[c / 16], digits[c % 16]};
    else
      line += byte;
    before = c;
  }
  return line;
}

}  // namespace unetpp::detail
