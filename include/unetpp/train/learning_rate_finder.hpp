#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/nn/parameters.hpp"
#include "unetpp/train/batch_source.hpp"
#include "unetpp/train/fit_config.hpp"
#include "unetpp/train/optimizer.hpp"
#include "unetpp/train/shards.hpp"
#include "unetpp/train/trainer.hpp"
#include "unetpp/train/training_state.hpp"

namespace unetpp {

struct LearningRateFinderConfig {
  double lowest = 1e-7;     ///< the first step's rate; fastai's
  double highest = 10;      ///< the last step's rate; fastai's
  int steps = 100;          ///< at most, as many rates in equal ratios; fastai's
  double smoothing = 0.98;  ///< share of itself that the mean of losses keeps; fastai's
  double divergence = 4;    ///< a smoothed loss of more than this times the lowest one ends the search; fastai's

  /// Errors  ArgumentError for a setting that no search can have.
  void require_valid() const {
    detail::require_setting("the finder's lowest rate", std::numeric_limits<float>::min(), lowest, detail::most_rate);
    detail::require_setting("the finder's highest rate", lowest, highest, detail::most_rate);
    detail::require_setting("the finder's steps", 20, steps, 1e6);
    detail::require_setting("the finder's smoothing", 0, smoothing, 1 - std::numeric_limits<double>::epsilon());
    detail::require_setting("the finder's divergence", 1, divergence, detail::most_rate);
  }
};

/// The smoothed loss of a step, before it, and the step's rate.
struct LearningRatePoint {
  double rate;
  double loss;
};

/// What a search for a learning rate found.
struct LearningRateSearch {
  std::vector<LearningRatePoint> points;  // of ascending rates
  bool diverged = false;                  // whether it ended since the loss grew, or was no finite number
  /// The rate at which the loss falls the steepest by the logarithm of the rate, on the way to the lowest loss and beyond
  /// the first tenth of the steps, whose mean is of few losses; not a number where the loss does not fall there.
  double suggestion = std::numeric_limits<double>::quiet_NaN();
};

namespace detail {

/// The rate of the steepest fall of points from `first` to the lowest.
inline double steepest_rate(std::span<const LearningRatePoint> points, std::size_t first) {
  double rate = std::numeric_limits<double>::quiet_NaN(), steepest = 0;
  const auto lower = [](const LearningRatePoint& a, const LearningRatePoint& b) { return a.loss < b.loss; };
  const auto lowest = std::min_element(points.begin(), points.end(), lower) - points.begin();
  for (std::size_t i = first; i < static_cast<std::size_t>(lowest); ++i) {
    const double slope =
        (points[i + 1].loss - points[i].loss) / (std::log(points[i + 1].rate) - std::log(points[i].rate));
    if (slope < steepest) {
      steepest = slope;
      rate = points[i].rate;
    }
  }
  return rate;
}

}  // namespace detail

/// Searches for a learning rate: steps on batches of `train` as `fit` makes them by `config`, at rates that grow from the
/// lowest to the highest, until the loss diverges. It trains copies: parameters and optimizer stay as they are, `train` is
/// then somewhere in an epoch, which `fit` begins anew. The losses are averaged exponentially, and the average divided by
/// 1 − smoothingᵗ, so that it does not begin at 0.
/// Where processes train together, each searches alone.
/// Errors  ArgumentError for settings that no search can have, for a loader without images, and for an optimizer that takes
///         no rate or not these; NonFiniteLossError where not even the first loss is a finite number.
/// Source  Smith, WACV 2017; the smoothing and the end as fastai's lr_find, and the suggestion as its `steep`, which looks
///         beyond the lowest loss, too.
template <Layer Net, class Optimizer, BatchSource<Net> Train>
LearningRateSearch find_learning_rate(Parameters<Net> parameters, Optimizer optimizer, Train& train,
                                      const FitConfig& config = {}, const LearningRateFinderConfig& finder = {}) {
  finder.require_valid();
  const Shards shards = own_shards(config.shards, detail::whole_batch(train));
  detail::require_gives(train, shards);
  Trainer<Net> trainer(detail::at_once(config, shards.images), config.loss, config.threads, shards);
  LearningRateSearch search;
  TrainingState state;
  detail::match_source(train, state);
  StepConfig step{.clip = config.clip};
  double average = 0, kept = 1, best = std::numeric_limits<double>::infinity();
  int epoch = 0;
  train.start_epoch(epoch);
  for (int i = 0; i < finder.steps; ++i) {
    if (!train.next()) {
      train.start_epoch(++epoch);
      if (!train.next()) throw ArgumentError("unetpp: find_learning_rate: there are no images to train on");
    }
    const double rate = finder.lowest * std::pow(finder.highest / finder.lowest, i / (finder.steps - 1.0));
    step.pass = {.training = true,
                 .seed = state.seed.value_or(0),
                 .step = static_cast<std::uint64_t>(i),
                 .first_image = detail::first_image(train)};
    step.shard_images = detail::shard_images(train);
    step.rate = rate;
    try {
      const double loss = trainer.step(parameters, optimizer, train.images(), train.labels(), step).mean();
      if (std::isnan(loss)) continue;  // no pixel counted
      average = finder.smoothing * average + (1 - finder.smoothing) * loss;
      kept *= finder.smoothing;
      search.points.push_back({rate, average / (1 - kept)});
    } catch (const NonFiniteLossError&) {
      if (search.points.empty()) throw;  // no rate has done that
      search.diverged = true;
    }
    if (search.points.empty()) continue;
    best = std::min(best, search.points.back().loss);
    search.diverged = search.diverged || search.points.back().loss > finder.divergence * best;
    if (search.diverged) break;
  }
  search.suggestion = detail::steepest_rate(search.points, static_cast<std::size_t>(finder.steps) / 10);
  return search;
}

}  // namespace unetpp
