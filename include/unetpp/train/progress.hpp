#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <optional>
#include <string>

#if __has_include(<unistd.h>)
#include <unistd.h>
#endif
#if __has_include(<sys/ioctl.h>)
#include <sys/ioctl.h>
#endif

#include "unetpp/train/callbacks.hpp"

namespace unetpp {

/// A callback that prints how training goes: on a terminal a line that is redrawn, ten times a second at most, with a
/// bar, the time left of all epochs, the loss, the last epoch's validation and the speed; elsewhere one plain line an
/// epoch.
class Progress {
 public:
  explicit Progress(std::FILE* out = stdout) : Progress(out, is_terminal(out)) {}
  Progress(std::FILE* out, bool terminal) : out_(out), terminal_(terminal) {}
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  /// Ends a line that was not finished, so that an error begins a new one.
  ~Progress() {
    if (open_) std::fputc('\n', out_);
  }

  void on_fit_begin(const FitBegin& e) {
    if (!e.start.history.empty()) last_ = e.start.history.back();
  }

  void on_batch_end(const BatchEnd& e) {
    loss_ = e.mean_loss;
    if (!due()) return;
    const auto all = static_cast<double>(e.all_samples), done = static_cast<double>(e.samples),
               speed = done / e.seconds;
    const double validating = last_ ? std::max(0.0, last_->seconds - all / last_->images_per_second) : 0;
    const double epoch = last_ ? last_->seconds : all / speed;
    const int left = static_cast<int>((all - done) / speed + validating + (e.epochs - e.epoch) * epoch + 0.5);
    char line[160];
    std::size_t length = print(line, 0, "%d/%d %s  ETA %d:%02d:%02d  loss %.4f", e.epoch, e.epochs,
                               bar(e.samples, e.all_samples).c_str(), left / 3600, left / 60 % 60, left % 60, loss_);
    if (last_ && last_->validation)
      length = print(line, length, "  val %.4f  mIoU %.4f", last_->validation->loss.mean(),
                     last_->validation->confusion.mean_iou());
    print(line, length, "  %.1f img/s", speed);
    redraw(line);
  }

  void on_validation_batch_end(const ValidationBatchEnd& e) {
    if (!due()) return;
    char line[160];
    print(line, 0, "%d/%d %s  validating  loss %.4f", e.epoch, e.epochs, bar(e.samples, e.all_samples).c_str(), loss_);
    redraw(line);
  }

  void on_epoch_end(const EpochEnd& e) {
    last_ = e;
    std::fprintf(out_, "%sEpoch %d/%d  %.1f s  %.1f images/s  loss %.4f", terminal_ ? "\r\033[K" : "", e.epoch,
                 e.epochs, e.seconds, e.images_per_second, e.train_loss);
    if (e.validation)
      std::fprintf(out_, "  val_loss %.4f  val_accuracy %.4f  val_mean_iou %.4f", e.validation->loss.mean(),
                   e.validation->confusion.accuracy(), e.validation->confusion.mean_iou());
    std::fputc('\n', out_);
    std::fflush(out_);
    open_ = false;
  }

 private:
  using Clock = std::chrono::steady_clock;

  static bool is_terminal([[maybe_unused]] std::FILE* out) {
#if __has_include(<unistd.h>)
    return isatty(fileno(out)) != 0;
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

  static std::string bar(std::size_t done, std::size_t all) {
    constexpr std::size_t width = 6;
    const std::size_t full = width * done / all;
    return "[" + std::string(full, '=') + (full < width ? ">" + std::string(width - full - 1, '.') : "") + "]";
  }

  /// Writes behind the first `length` characters of a line, and returns the new length.
  template <std::size_t N, class... Values>
  static std::size_t print(char (&line)[N], std::size_t length, const char* format, Values... values) {
    return std::min(N - 1,
                    length + static_cast<std::size_t>(std::snprintf(line + length, N - length, format, values...)));
  }

  bool due() {
    const Clock::time_point now = Clock::now();
    if (!terminal_ || (open_ && now - drawn_ < std::chrono::milliseconds(100))) return false;
    drawn_ = now;
    return true;
  }

  /// Writes over the line at once, so that it does not flicker; what is too long for the terminal is cut off.
  void redraw(const std::string& line) {
    const std::string text = "\r" + line.substr(0, columns() - 1) + "\033[K";
    std::fwrite(text.data(), 1, text.size(), out_);
    std::fflush(out_);
    open_ = true;
  }

  std::FILE* out_;
  bool terminal_;
  bool open_ = false;  // a line without its end
  Clock::time_point drawn_{};
  double loss_ = 0;
  std::optional<EpochEnd> last_;
};

}  // namespace unetpp
