#pragma once
// Text as JSON has it, for headers whose users need no more of JSON: nlohmann's takes them seconds to compile.

#include <cstddef>
#include <string>
#include <string_view>

#include "unetpp/core/utf8.hpp"

namespace unetpp {

/// A text in quotes, byte for byte as `dump_json` writes it.
[[gnu::cold]] inline std::string json_text(std::string_view text) {
  std::string json = "\"";
  for (const char c : to_utf8(text)) {
    constexpr std::string_view special = "\"\\\b\t\n\f\r", letters = "\"\\btnfr";
    if (const std::size_t at = special.find(c); at != special.npos)
      json += {'\\', letters[at]};
    else if (c >= 0 && c < ' ')
      json += {'\\', 'u', '0', '0', c < 16 ? '0' : '1', "0123456789abcdef"[c % 16]};
    else
      json += c;
  }
  return json + '"';
}

}  // namespace unetpp
