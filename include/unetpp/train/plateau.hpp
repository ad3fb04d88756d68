#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

#include "unetpp/core/error.hpp"
#include "unetpp/train/callbacks.hpp"
#include "unetpp/train/monitor.hpp"
#include "unetpp/train/optimizer.hpp"
#include "unetpp/train/schedule.hpp"

namespace unetpp {

struct PlateauConfig {
  double rate = 1e-3;       ///< the rate at the beginning; Adam's default
  double factor = 0.1;      ///< what a rate is multiplied with to be lowered; PyTorch's and Keras's default
  int patience = 10;        ///< epochs without a better one after which it is; Keras's default; PyTorch's 10 is 11 here
  int cooldown = 0;         ///< epochs after it that do not count; PyTorch's, of which Keras counts the last
  double lowest = 0;        ///< the rate at least; PyTorch's and Keras's default
  double min_delta = 1e-4;  ///< by more than this a score must be larger to be better, in its unit; Keras's default
  Score score = mean_iou_score;  ///< how good an epoch is: larger is better

  /// Errors  ArgumentError for a setting that no plateau can have.
  void require_valid() const {
    detail::require_setting("a plateau's rate", 0, rate, detail::most_rate);
    detail::require_setting("a plateau's factor", 0, factor, 1 - std::numeric_limits<double>::epsilon());
    detail::require_setting("a plateau's patience", 1, patience, std::numeric_limits<int>::max());
    detail::require_setting("a plateau's cooldown", 0, cooldown, std::numeric_limits<int>::max());
    detail::require_setting("a plateau's lowest rate", 0, lowest, detail::most_rate);
    detail::require_setting("a plateau's min_delta", 0, min_delta, detail::most_rate);
    if (!score) throw ArgumentError("unetpp: a plateau: expected a score, found none");
  }
};

/// Lowers the learning rate when epochs no longer become better: a callback of `fit`, whose schedule() is to be
/// FitConfig::schedule. Its rate follows from the history of epochs alone, so that training that goes on needs nothing else.
/// The same as Keras's and PyTorch's ReduceLROnPlateau where PlateauConfig does not say otherwise; PyTorch's threshold is a
/// share of the score unless its threshold_mode is abs, and it takes no steps below 1e-8.
class Plateau {
 public:
  /// Errors  ArgumentError for a setting that no plateau can have.
  explicit Plateau(PlateauConfig config = {}) : config_(std::move(config)), best_(config_.score, config_.min_delta) {
    config_.require_valid();
    begin();
  }
  Plateau(const Plateau&) = delete;  // the schedule looks at it
  Plateau& operator=(const Plateau&) = delete;

  /// The rate of the epoch that comes.
  double rate() const { return rate_; }
  /// That rate at any step; this plateau must outlive it.
  Schedule schedule() const {
    return [this](std::uint64_t) { return rate_; };
  }

  void on_fit_begin(const FitBegin& e) {
    begin();
    for (const EpochEnd& epoch : e.start.history) on_epoch_end(epoch);
  }
  void on_epoch_end(const EpochEnd& e) {
    const bool better = best_.add(e), counts = cooling_ == 0;
    if (!counts) --cooling_;
    waited_ = better || !counts ? 0 : waited_ + 1;
    if (waited_ < config_.patience) return;
    rate_ = std::min(rate_, std::max(config_.lowest, rate_ * config_.factor));
    cooling_ = config_.cooldown;
    waited_ = 0;
  }

  /// The best of the epochs so far.
  const BestEpoch& best() const { return best_; }

 private:
  void begin() {
    best_.assign({});
    rate_ = config_.rate;
    waited_ = cooling_ = 0;
  }

  PlateauConfig config_;
  BestEpoch best_;
  double rate_ = 0;
  int waited_ = 0;   // epochs without a better one
  int cooling_ = 0;  // epochs to come that do not count
};

}  // namespace unetpp
