#pragma once

#include <filesystem>

#include "../program.hpp"

namespace training {

/// Shows a file in the program that the desktop has for it, and does not wait for that.
/// Errors  FileError when there is no xdg-open (on macOS, open) to ask.
inline void open_page(const std::filesystem::path& page) {
#ifdef __APPLE__
  const char* opener = "open";
#else
  const char* opener = "xdg-open";
#endif
  const std::string script = "command -v \"$0\" >/dev/null || exit 127; \"$0\" \"$1\" >/dev/null 2>&1 &";
  try {
    examples::run({.name = "sh", .arguments = {"-c", script, opener, page.string()}, .package = "", .captured = -1});
  } catch (const unetpp::FileError&) {
    throw unetpp::FileError(page.string() + ": cannot be opened: expected " + opener +
                            " in PATH, found none (apt install xdg-utils)");
  }
}

}  // namespace training
