#pragma once
// Where training stands.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/train/evaluator.hpp"
#include "unetpp/train/loss.hpp"

namespace unetpp {

/// An epoch that is over.
struct EpochEnd {
  int epoch;
  int epochs;
  double train_loss;                     // mean over the epoch's pixels, each batch before its own step
  std::optional<Evaluation> validation;  // after the epoch's last step
  double seconds;                        // of training and validation
  double images_per_second;              // training images over the time that training took, waiting for them included
  double learning_rate = std::numeric_limits<double>::quiet_NaN();  // of the epoch's last step; not a number: not known
};

/// Where training stands after a batch: with the parameters and the optimizer's state all that `fit` needs to go on with
/// the same bits. What is random comes from counters, so that seed, epoch and samples are all its state.
struct TrainingState {
  int epoch = 1;            // that is being trained, or is the next one: 1, 2, ...
  std::size_t batches = 0;  // of it that are done
  std::size_t samples = 0;  // the images in them
  LossSum loss = {};        // of these batches
  double seconds = 0;       // that they took

  std::uint64_t steps = 0;             // of all epochs
  std::vector<EpochEnd> history = {};  // epochs 1 .. epoch - 1

  // Of the training loader, without which the bits become others; not known before `fit` has seen one.
  std::optional<std::uint64_t> seed = {};  // of the order of the images, if it has one
  std::optional<std::size_t> batch = {};   // images in a batch
  std::optional<std::size_t> images = {};  // in an epoch, skipped ones included
  // Of the step: that it cuts a batch into.
  std::optional<std::size_t> shards = {};

  // What the loaders have skipped, as their skipped_samples().
  std::vector<std::size_t> train_skipped = {};
  std::vector<std::size_t> validation_skipped = {};
};

namespace detail {

/// Errors  ArgumentError for a state in which no training can stand.
[[gnu::cold]] inline void require_consistent(const TrainingState& state) {
  const auto check = [](bool holds, const std::string& expected) {
    if (!holds) throw ArgumentError("unetpp: a training state: expected " + expected);
  };
  check(state.epoch >= 1 && state.history.size() + 1 == static_cast<std::size_t>(state.epoch),
        "a history of the epochs before epoch " + std::to_string(state.epoch) + ", found one of " +
            std::to_string(state.history.size()));
  const auto check_at_least_0 = [&](double value) {
    check(value >= 0 && std::isfinite(value), "weights and seconds of at least 0, found " + std::to_string(value));
  };
  for (std::size_t i = 0; i < state.history.size(); ++i) {
    check(state.history[i].epoch == static_cast<int>(i) + 1,
          "epoch " + std::to_string(i + 1) + ", found epoch " + std::to_string(state.history[i].epoch));
    check_at_least_0(state.history[i].seconds);
  }
  check(state.batches <= state.samples && state.batches <= state.steps && (state.batches == 0) == (state.samples == 0),
        "batches of at least one image and one step each, found " + std::to_string(state.batches) + " batches, " +
            std::to_string(state.samples) + " images and " + std::to_string(state.steps) + " steps");
  check(std::isfinite(state.loss.loss), "a finite loss, found " + std::to_string(state.loss.loss));
  check_at_least_0(state.loss.weight);
  check_at_least_0(state.seconds);
}

}  // namespace detail

}  // namespace unetpp
