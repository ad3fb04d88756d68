#pragma once

#include <span>
#include <utility>
#include <vector>

#include "unetpp/core/buffer.hpp"
#include "unetpp/core/parallel.hpp"
#include "unetpp/core/ranges.hpp"
#include "unetpp/kernels/optimizer.hpp"
#include "unetpp/train/optimizer.hpp"

namespace unetpp {

struct SGDConfig {
  double learning_rate = 0.01;  ///< a step's size; Keras's default
  double momentum = 0;          ///< share of the velocity that a step keeps; Keras's default
  bool nesterov = false;        ///< whether the gradient is that of the place where momentum leads
  double decay = 0;             ///< what is added of a weight to its gradient, as PyTorch's weight_decay

  /// Errors  ArgumentError for a setting that no SGD can have.
  void require_valid() const {
    detail::require_setting("SGD's learning_rate", 0, learning_rate, detail::most_rate);
    detail::require_setting("SGD's momentum", 0, momentum, 1);
    detail::require_setting("SGD's decay", 0, decay, detail::most_rate);
  }
};

/// Stochastic gradient descent with momentum as in Keras: v = momentum·v − lr·g, p += v. At a constant rate PyTorch's, whose
/// velocity is not times the rate, takes the same steps.
///
/// Decay is PyTorch's: g + decay·p takes the place of a weight's gradient, so that momentum keeps it. Keras's weight_decay is
/// decoupled, p −= lr·decay·p beside the step, which is the same without momentum and less with it.
class SGD {
 public:
  /// `ranges` are of the parameters that decay, ascending in the flat span: weight_ranges<Net>().
  /// Errors  ArgumentError for a negative learning rate or decay, a momentum out of 0 to 1, ranges that overlap or do not
  ///         ascend, and a decay without ranges.
  explicit SGD(SGDConfig config = {}, std::vector<IndexRange> ranges = {})
      : config_(config), decaying_(std::move(ranges)) {
    config_.require_valid();
    detail::require_decaying(ranges_of, decaying_, config_.decay);
  }

  double learning_rate() const { return config_.learning_rate; }

  void step(std::span<float> parameters, std::span<const float> gradients, int threads = max_threads()) {
    step(parameters, gradients, threads, config_.learning_rate);
  }
  /// Errors  ArgumentError if the number of parameters is not that of the first step, for a setting that no SGD can have,
  ///         and for such a rate.
  void step(std::span<float> parameters, std::span<const float> gradients, int threads, double rate) {
    config_.require_valid();
    detail::require_setting("SGD's rate", 0, rate, detail::most_rate);
    detail::require_decaying(ranges_of, decaying_, config_.decay, parameters.size());
    detail::fit_moments(velocity_, parameters.size());
    kernels::sgd(parameters.size(),
                 {.rate = static_cast<float>(rate),
                  .momentum = static_cast<float>(config_.momentum),
                  .nesterov = config_.nesterov,
                  .decay = static_cast<float>(config_.decay)},
                 {gradients.data(), velocity_.data(), parameters.data(), decaying_}, threads);
    ++steps_;
  }

  SGDConfig& config() { return config_; }

  OptimizerState state() const {
    return {"sgd",
            {{"learning_rate", config_.learning_rate},
             {"momentum", config_.momentum},
             {"nesterov", config_.nesterov ? 1 : 0},
             {"decay", config_.decay}},
            steps_,
            {{"velocity", velocity_}}};
  }
  /// Goes on from another's state, its settings included; the ranges stay.
  /// Errors  ArgumentError for one that no SGD can be in; this one is then unchanged.
  void restore(OptimizerState state) {
    state.settings.try_emplace("decay", 0);  // a state of before there was decay
    detail::require_state_like(SGD().state(), state);
    const SGDConfig config{state.settings.at("learning_rate"), state.settings.at("momentum"),
                           state.settings.at("nesterov") != 0, state.settings.at("decay")};
    config.require_valid();
    config_ = config;
    steps_ = state.steps;
    velocity_ = std::move(state.moments.at("velocity"));
  }

 private:
  static constexpr const char* ranges_of = "unetpp: SGD's decaying parameters";

  SGDConfig config_;
  std::vector<IndexRange> decaying_;
  Buffer<float> velocity_;
  int steps_ = 0;
};

}  // namespace unetpp
