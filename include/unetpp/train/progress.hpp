#pragma once

#include <cstddef>
#include <cstdio>
#include <string>

#if __has_include(<unistd.h>)
#include <unistd.h>
#endif

#include "unetpp/train/callbacks.hpp"

namespace unetpp {

/// A callback that prints how training goes: on a terminal a line that is redrawn after each batch, with a bar, the
/// loss, images per second and the time left; elsewhere one plain line an epoch.
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

  void on_batch_end(const BatchEnd& e) {
    if (!terminal_) return;
    constexpr std::size_t width = 12;  // so that the line stays below 80 columns
    const std::size_t done = width * e.samples / e.all_samples;
    const std::string bar = std::string(done, '=') + (done < width ? ">" + std::string(width - done - 1, '.') : "");
    const double speed = static_cast<double>(e.samples) / e.seconds;
    const int left = static_cast<int>(static_cast<double>(e.all_samples - e.samples) / speed + 0.5);
    std::fprintf(out_, "\r\033[KEpoch %d/%d [%s] %zu/%zu  loss %.4f  %.1f images/s  ETA %d:%02d", e.epoch, e.epochs,
                 bar.c_str(), e.samples, e.all_samples, e.mean_loss, speed, left / 60, left % 60);
    std::fflush(out_);
    open_ = true;
  }

  void on_epoch_end(const EpochEnd& e) {
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
  static bool is_terminal([[maybe_unused]] std::FILE* out) {
#if __has_include(<unistd.h>)
    return isatty(fileno(out)) != 0;
#else
    return false;
#endif
  }

  std::FILE* out_;
  bool terminal_;
  bool open_ = false;  // a line without its end
};

}  // namespace unetpp
