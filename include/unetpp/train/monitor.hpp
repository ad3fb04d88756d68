#pragma once
// Callbacks that watch for the best epoch.

#include <cmath>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/nn/parameters.hpp"
#include "unetpp/train/averaged.hpp"
#include "unetpp/train/callbacks.hpp"

namespace unetpp {

/// How good an epoch is: larger is better, not a number is never better.
using Score = std::function<double(const EpochEnd&)>;

/// Mean intersection over union of the validation set; the negative loss without one.
inline double mean_iou_score(const EpochEnd& e) {
  return e.validation ? e.validation->confusion.mean_iou() : -e.train_loss;
}

/// The negative loss: of the validation set if there is one, or of training.
inline double loss_score(const EpochEnd& e) { return -(e.validation ? e.validation->loss.mean() : e.train_loss); }

/// The best epoch of those it was told of: the first of equal ones.
class BestEpoch {
 public:
  /// An epoch is better if its score is larger by more than min_delta.
  explicit BestEpoch(Score score = mean_iou_score, double min_delta = 0)
      : measure_(std::move(score)), min_delta_(min_delta) {}

  /// Whether the epoch is better than all before.
  bool add(const EpochEnd& e) {
    const double score = measure_(e);
    if (std::isnan(score) || (epoch_ > 0 && !(score - min_delta_ > score_))) return false;
    epoch_ = e.epoch;
    score_ = score;
    return true;
  }
  /// Forgets all, and takes these epochs instead.
  void assign(const std::vector<EpochEnd>& history) {
    epoch_ = 0;
    for (const EpochEnd& e : history) add(e);
  }

  int epoch() const { return epoch_; }  // 0: none
  double score() const { return score_; }

 private:
  Score measure_;
  double min_delta_;
  int epoch_ = 0;
  double score_ = 0;
};

struct EarlyStoppingConfig {
  /// Epochs without a better one after which training ends; Keras's 0 would end it at the first that is not better.
  int patience = 5;
  double min_delta = 0;          ///< by more than this a score must be larger to be better, in its unit; 0 as in Keras
  Score score = mean_iou_score;  ///< how good an epoch is: larger is better
};

/// Ends `fit` when epochs no longer become better. Training that goes on counts the epochs before it, too.
/// Errors  ArgumentError for a patience below 1.
class EarlyStopping {
 public:
  explicit EarlyStopping(EarlyStoppingConfig config = {})
      : patience_(config.patience), best_(std::move(config.score), config.min_delta) {
    if (patience_ < 1)
      throw ArgumentError("early stopping: expected a patience of at least 1, found " + std::to_string(patience_));
  }

  void on_fit_begin(const FitBegin& e) {
    best_.assign(e.start.history);
    last_ = e.epoch - 1;
  }
  void on_epoch_end(const EpochEnd& e) {
    best_.add(e);
    last_ = e.epoch;
  }
  /// Whether none of the last `patience` epochs was better than all before, at which `fit` ends.
  bool stop() const { return last_ - best_.epoch() >= patience_; }

  /// The best of the epochs so far.
  const BestEpoch& best() const { return best_; }

 private:
  int patience_;
  BestEpoch best_;
  int last_ = 0;
};

/// Keeps the parameters of the best epoch and puts them back when `fit` ends. With an optimizer that has an average it keeps
/// that, which is what was evaluated.
template <Layer Net>
class KeepBest {
 public:
  /// Training that goes on needs the best parameters of the epochs before (those in best.safetensors).
  explicit KeepBest(Parameters<Net>& parameters, Score score = mean_iou_score,
                    std::type_identity_t<std::optional<Parameters<Net>>> before = {})
      : parameters_(parameters),
        evaluated_([&parameters] { return parameters; }),
        best_(std::move(score)),
        kept_(std::move(before)) {}

  /// The same for parameters that this optimizer trains, whose average is kept where it has one.
  template <class Optimizer>
  requires requires(const Optimizer& o) { o.state(); }
  KeepBest(Parameters<Net>& parameters, const Optimizer& optimizer, Score score = mean_iou_score,
           std::type_identity_t<std::optional<Parameters<Net>>> before = {})
      : KeepBest(parameters, std::move(score), std::move(before)) {
    evaluated_ = [&parameters, &optimizer] { return averaged(parameters, optimizer); };
  }

  /// Errors  ArgumentError when an epoch before the start was the best so far and its parameters are not known.
  void on_fit_begin(const FitBegin& e) {
    best_.assign(e.start.history);
    if (best_.epoch() == 0) kept_.reset();
    if (best_.epoch() > 0 && !kept_)
      throw ArgumentError("KeepBest: training goes on: expected the parameters of epoch " +
                          std::to_string(best_.epoch()) + ", the best so far, found none");
  }
  void on_epoch_end(const EpochEnd& e) {
    if (best_.add(e)) kept_ = evaluated_();
  }
  void on_fit_end(const FitEnd&) {
    if (kept_) parameters_ = *kept_;
  }

  const BestEpoch& best() const { return best_; }

 private:
  Parameters<Net>& parameters_;
  std::function<Parameters<Net>()> evaluated_;
  BestEpoch best_;
  std::optional<Parameters<Net>> kept_;
};

}  // namespace unetpp
