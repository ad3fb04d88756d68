#pragma once
// What programs say beside their results.

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
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

/// Nothing of a program that is asked for its network (network_source.hpp): it says it when it is started again.
inline void warn(const std::string& program, const std::string& text) {
  if (std::getenv("UNETPP_ASKED") == nullptr) complain(program, "warning: " + text);
}

}  // namespace examples
