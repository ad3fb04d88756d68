#pragma once
// What the fuzz targets share: the one way in which a reader may refuse its input, and what ends the run.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "unetpp/core/error.hpp"

namespace fuzz {

/// The name that readers of bytes are told.
inline const std::string name = "a file";

/// Ends the run with a finding unless what was read is as promised.
inline void require(bool holds, const std::string& promise) {
  if (holds) return;
  std::fprintf(stderr, "finding: expected %s\n", promise.c_str());
  std::abort();
}

/// Calls read(bytes), which may throw a FormatError of one line that begins with `file`, and nothing else.
template <class Read>
int run(const std::uint8_t* data, std::size_t size, const Read& read, const std::string& file = name) {
  try {
    read(std::string_view(reinterpret_cast<const char*>(data), size));
  } catch (const unetpp::FormatError& error) {
    const std::string text = error.what();
    require(text.starts_with(file + ": ") && text.find('\n') == std::string::npos,
            "one line that begins with the file, found: " + text);
  }
  return 0;
}

}  // namespace fuzz
