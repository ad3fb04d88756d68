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
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto follows = [&](std::size_t i) { return byte(i) >= 0x80 && byte(i) < 0xC0; };
  std::string line;
  std::size_t whole = 0;  // where the last whole character of several bytes ends
  for (std::size_t i = 0; i < text.size(); ++i) {
    const unsigned c = byte(i);
    const std::size_t size = c < 0xC2 || c > 0xF4 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    if (size > 1 && follows(i + 1) && (size < 3 || follows(i + 2)) && (size < 4 || follows(i + 3))) whole = i + size;
    const bool high_control = c >= 0x80 && c < 0xA0 && (i >= whole || byte(i - 1) == 0xC2);
    if (c == '\n' || c == '\r' || c == '\t')
      line += c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\t";
    else if (c < ' ' || c == 0x7F || high_control)
      line += {'\\', 'x', digits[c / 16], digits[c % 16]};
    else
      line += text[i];
  }
  return line;
}

}  // namespace unetpp::detail
