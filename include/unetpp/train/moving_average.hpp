#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "unetpp/core/buffer.hpp"
#include "unetpp/core/error.hpp"
#include "unetpp/core/parallel.hpp"
#include "unetpp/kernels/optimizer.hpp"
#include "unetpp/train/optimizer.hpp"

namespace unetpp {

struct MovingAverageConfig {
  /// Share of itself that the average keeps in a step; 0.999 is about the mean of the last 1000 steps. Step t = 1, 2, ...
  /// keeps (1 + t) / (10 + t) at most, so that the first parameters are soon forgotten, as TensorFlow's
  /// ExponentialMovingAverage with num_updates.
  double decay = 0.999;
};

/// An optimizer that takes another's steps and keeps an exponential moving average of the parameters that they make:
/// average += (1 − decay)·(parameters − average), from the parameters before the first step. `fit` validates with it;
/// `averaged` makes the parameters that are worth saving. Training itself goes on from the parameters, not the average.
/// Source  Polyak & Juditsky, SIAM J. Control Optim. 1992.
template <class Optimizer>
class MovingAverage {
 public:
  /// Errors  ArgumentError for a decay that is NaN or not in [0, 1], and for an optimizer that has made steps, of which the
  ///         average would know nothing.
  explicit MovingAverage(Optimizer optimizer, MovingAverageConfig config = {})
      : optimizer_(std::move(optimizer)), config_(config) {
    require_valid(config_.decay);
    if (const int steps = optimizer_.state().steps; steps > 0)
      throw ArgumentError("unetpp: a moving average: expected an optimizer before its first step, found one after " +
                          std::to_string(steps));
  }

  double learning_rate() const requires(detail::SaysRate<Optimizer>) { return optimizer_.learning_rate(); }

  void step(std::span<float> parameters, std::span<const float> gradients, int threads = max_threads()) {
    step_at(parameters, gradients, threads, {});
  }
  /// Errors  ArgumentError if the number of parameters is not that of the first step; what the optimizer throws. The average
  ///         is then unchanged.
  void step(std::span<float> parameters, std::span<const float> gradients, int threads, double rate) {
    step_at(parameters, gradients, threads, rate);
  }

  /// The average of the trained tensors; empty before the first step.
  std::span<const float> average() const { return average_; }
  /// The one whose steps are taken.
  Optimizer& optimizer() { return optimizer_; }

  OptimizerState state() const {
    OptimizerState state = optimizer_.state();
    state.name += suffix;
    state.settings["average_decay"] = config_.decay;
    state.moments["average"] = average_;
    return state;
  }
  /// Goes on from another's state, its settings included.
  /// Errors  ArgumentError for one that this optimizer cannot be in; it is then unchanged.
  void restore(OptimizerState state) {
    detail::require_state_like(this->state(), state);
    const double decay = state.settings.at("average_decay");
    require_valid(decay);
    const int steps = state.steps;
    Buffer<float> average = std::move(state.moments.at("average"));
    state.name.resize(state.name.size() - suffix.size());
    state.settings.erase("average_decay");
    state.moments.erase("average");
    optimizer_.restore(std::move(state));
    config_.decay = decay;
    average_ = std::move(average);
    steps_ = steps;
  }

 private:
  static constexpr std::string_view suffix = " with moving average";  // of the other's name

  static void require_valid(double decay) { detail::require_setting("the moving average's decay", 0, decay, 1); }

  void step_at(std::span<float> parameters, std::span<const float> gradients, int threads, std::optional<double> rate) {
    Buffer<float> first;
    if (average_.empty())
      first.assign(parameters.begin(), parameters.end());
    else
      detail::fit_moments(average_, parameters.size());
    detail::step_optimizer(optimizer_, parameters, gradients, threads, rate);
    if (average_.empty()) average_ = std::move(first);
    ++steps_;
    const double keep = std::min(config_.decay, (1.0 + steps_) / (10.0 + steps_));
    kernels::moving_average(parameters.size(), static_cast<float>(1 - keep), parameters.data(), average_.data(),
                            threads);
  }

  Optimizer optimizer_;
  MovingAverageConfig config_;
  Buffer<float> average_;
  int steps_ = 0;
};

}  // namespace unetpp
