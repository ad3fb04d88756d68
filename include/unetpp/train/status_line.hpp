#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "unetpp/core/compiler.hpp"

#if __has_include(<unistd.h>)
#include <unistd.h>
#endif
#if __has_include(<sys/ioctl.h>)
#include <sys/ioctl.h>
#endif

namespace unetpp {

/// A line on a terminal that is drawn again and again, ten times a second at most; nothing elsewhere.
class StatusLine {
 public:
  explicit StatusLine(std::FILE* out = stdout) : StatusLine(out, is_terminal(out)) {}
  StatusLine(std::FILE* out, bool terminal) : out_(out), terminal_(terminal) {}
  StatusLine(const StatusLine&) = delete;
  StatusLine& operator=(const StatusLine&) = delete;
  /// Ends a line that was not cleared, so that an error begins a new one.
  ~StatusLine() {
    if (open_) std::fputc('\n', out_);
  }

  /// Whether it is time to draw; if so, draw().
  bool due() {
    const Clock::time_point now = Clock::now();
    if (!terminal_ || (open_ && now - drawn_ < std::chrono::milliseconds(100))) return false;
    drawn_ = now;
    return true;
  }

  /// Writes over the line at once, so that it does not flicker; what is too long for the terminal is cut off.
  void draw(const std::string& line) {
    std::string text = "\r";  // not "\r" + ..., of which gcc 12 warns when it is inlined (-Wrestrict)
    text.append(line, 0, columns() - 1).append("\033[K");
    std::fwrite(text.data(), 1, text.size(), out_);
    std::fflush(out_);
    open_ = true;
  }

  /// Makes room for a whole line of other text.
  void clear() {
    if (open_) std::fputs("\r\033[K", out_), std::fflush(out_);
    open_ = false;
  }

 private:
  using Clock = std::chrono::steady_clock;

  /// One on which a line can be written again. (Open MPI gives processes a terminal of its own; TERM says what is behind.)
  static bool is_terminal([[maybe_unused]] std::FILE* out) {
#if __has_include(<unistd.h>)
    const char* kind = std::getenv("TERM");
    return isatty(fileno(out)) != 0 && (kind == nullptr || std::string_view(kind) != "dumb");
#else
    return false;
#endif
  }

  /// Of the terminal; 80 where that is not known.
  std::size_t columns() const {
#ifdef TIOCGWINSZ
    winsize size{};
    if (ioctl(fileno(out_), TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
#endif
    return 80;
  }

  std::FILE* out_;
  bool terminal_;
  bool open_ = false;  // a line without its end
  Clock::time_point drawn_{};
};

/// Six characters that show a share.
[[gnu::cold]] inline std::string progress_bar(std::size_t done, std::size_t all) {
  constexpr std::size_t width = 6;
  const std::size_t full = width * done / all;
  std::string bar(width, '.');
  std::fill_n(bar.begin(), full, '=');
  if (full < width) bar[full] = '>';
  return '[' + bar + ']';
}

}  // namespace unetpp
