#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <limits>
#include <optional>
#include <string>

#include "unetpp/train/callbacks.hpp"
#include "unetpp/train/status_line.hpp"

namespace unetpp {

/// A callback that prints how training goes: on a terminal a line that is redrawn, ten times a second at most, with a
/// bar, the time left of all epochs, the loss, the last epoch's validation and the speed; elsewhere one plain line an
/// epoch.
class Progress {
 public:
  explicit Progress(std::FILE* out = stdout) : out_(out), line_(out) {}
  Progress(std::FILE* out, bool terminal) : out_(out), line_(out, terminal) {}

  void on_fit_begin(const FitBegin& e) {
    if (!e.start.history.empty()) last_ = e.start.history.back();
  }

  [[gnu::cold]] void on_batch_end(const BatchEnd& e) {
    constexpr double largest = std::numeric_limits<int>::max();
    loss_ = e.mean_loss;
    if (!line_.due()) return;
    const auto all = static_cast<double>(e.all_samples), done = static_cast<double>(e.samples),
               speed = done / e.seconds;
    const double validating = last_ ? std::max(0.0, last_->seconds - all / last_->images_per_second) : 0;
    const double epoch = last_ ? last_->seconds : all / speed;
    const double seconds = (all - done) / speed + validating + (e.epochs - e.epoch) * epoch + 0.5;
    const int left = seconds > 0 ? static_cast<int>(std::min(seconds, largest)) : 0;  // NaN, too, is 0
    char line[160];
    std::size_t length =
        print(line, 0, "%d/%d %s  ETA %d:%02d:%02d  loss %.4f", e.epoch, e.epochs,
              progress_bar(e.samples, e.all_samples).c_str(), left / 3600, left / 60 % 60, left % 60, loss_);
    if (last_ && last_->validation)
      length = print(line, length, "  val %.4f  mIoU %.4f", last_->validation->loss.mean(),
                     last_->validation->confusion.mean_iou());
    print(line, length, "  %.1f img/s", speed);
    line_.draw(line);
  }

  void on_validation_batch_end(const ValidationBatchEnd& e) {
    if (!line_.due()) return;
    char line[160];
    print(line, 0, "%d/%d %s  validating  loss %.4f", e.epoch, e.epochs, progress_bar(e.samples, e.all_samples).c_str(),
          loss_);
    line_.draw(line);
  }

  [[gnu::cold]] void on_epoch_end(const EpochEnd& e) {
    last_ = e;
    line_.clear();
    std::fprintf(out_, "Epoch %d/%d  %.1f s  %.1f images/s  loss %.4f", e.epoch, e.epochs, e.seconds,
                 e.images_per_second, e.train_loss);
    if (e.validation)
      std::fprintf(out_, "  val_loss %.4f  val_accuracy %.4f  val_mean_iou %.4f", e.validation->loss.mean(),
                   e.validation->confusion.accuracy(), e.validation->confusion.mean_iou());
    std::fputc('\n', out_);
    std::fflush(out_);
  }

 private:
  /// Writes behind the first `length` characters of a line, and returns the new length.
  template <std::size_t N, class... Values>
  static std::size_t print(char (&line)[N], std::size_t length, const char* format, Values... values) {
    return std::min(N - 1,
                    length + static_cast<std::size_t>(std::snprintf(line + length, N - length, format, values...)));
  }

  std::FILE* out_;
  StatusLine line_;
  double loss_ = 0;
  std::optional<EpochEnd> last_;
};

}  // namespace unetpp
