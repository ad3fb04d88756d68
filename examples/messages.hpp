#pragma once
// What programs say beside their results.

#include <unistd.h>

#include <cstdio>
#include <string>
#include <unetpp/core/one_line.hpp>

namespace examples {

using unetpp::detail::one_line;  // for all names and texts from outside that are printed

/// On a line of its own, whatever a progress line is at.
inline void complain(const std::string& program, const std::string& text) {
  std::fflush(stdout);
  std::fprintf(stderr, "%s%s: %s\n", isatty(STDERR_FILENO) == 1 ? "\r\033[K" : "", program.c_str(),
               one_line(text).c_str());
}

inline void warn(const std::string& program, const std::string& text) { complain(program, "warning: " + text); }

}  // namespace examples
