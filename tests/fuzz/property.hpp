#pragma once
// What the fuzz targets share: the one way in which a reader may refuse its input, and what ends the run.

#include <sys/mman.h>
#include <unistd.h>

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

/// Calls read(), which may throw a FormatError of one line that begins with `file`, and nothing else.
template <class Read>
void run(const Read& read, const std::string& file = name) {
  try {
    read();
  } catch (const unetpp::FormatError& error) {
    const std::string text = error.what();
    require(text.starts_with(file + ": ") && text.find('\n') == std::string::npos,
            "one line that begins with the file, found: " + text);
  }
}

inline std::string_view text(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// The path of a file in memory with this content, for readers that know files only.
inline std::string path_of(const std::uint8_t* data, std::size_t size) {
  static const int file = ::memfd_create("fuzz", 0);
  require(::ftruncate(file, 0) == 0 && ::pwrite(file, data, size, 0) == static_cast<ssize_t>(size), "room for a file");
  return "/proc/self/fd/" + std::to_string(file);
}

}  // namespace fuzz
