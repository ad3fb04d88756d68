#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <utility>

#include "unetpp/core/buffer.hpp"
#include "unetpp/core/error.hpp"
#include "unetpp/core/parallel.hpp"
#include "unetpp/core/ranges.hpp"
#include "unetpp/kernels/optimizer.hpp"
#include "unetpp/train/optimizer.hpp"

namespace unetpp {

namespace detail {

/// The share of themselves that the parameters in ascending ranges lose.
struct Decay {
  double share = 0;
  std::span<const IndexRange> ranges = {};
};

}  // namespace detail

struct AdamConfig {
  double learning_rate = 1e-3;  ///< a step's size; the default of the paper and of Keras
  double beta1 = 0.9;           ///< share of the first moment that a step keeps; the paper's
  double beta2 = 0.999;         ///< of the second moment; the paper's
  double epsilon = 1e-7;        ///< Keras's; 0 would make NaN of parameters without gradients

  /// Errors  ArgumentError for a setting that no Adam can have.
  [[gnu::cold]] void require_valid() const {
    constexpr double below_one = 1 - std::numeric_limits<double>::epsilon();
    detail::require_setting("Adam's learning_rate", 0, learning_rate, detail::most_rate);
    detail::require_setting("Adam's beta1", 0, beta1, below_one);
    detail::require_setting("Adam's beta2", 0, beta2, below_one);
    detail::require_setting("Adam's epsilon", std::numeric_limits<float>::min(), epsilon, detail::most_rate);
  }
};

/// Adam with Keras's defaults and Keras's place for epsilon: p −= lr·√(1 − β2ᵗ)/(1 − β1ᵗ) · m / (√v + ε).
/// Source  Kingma & Ba, ICLR 2015, the form before section 2.1 (epsilon hat).
class Adam {
 public:
  /// Errors  ArgumentError for a setting that no Adam can have: a negative learning rate, a beta of 1, an epsilon of 0.
  explicit Adam(AdamConfig config = {}) : config_(config) { config_.require_valid(); }

  double learning_rate() const { return config_.learning_rate; }

  void step(std::span<float> parameters, std::span<const float> gradients, int threads = max_threads()) {
    step(parameters, gradients, threads, config_.learning_rate);
  }
  /// Errors  ArgumentError if the number of parameters is not that of the first step, for a setting that no Adam can have,
  ///         and for such a rate.
  void step(std::span<float> parameters, std::span<const float> gradients, int threads, double rate) {
    step(parameters, gradients, threads, rate, {});
  }
  /// The same where parameters in some ranges lose a share of themselves at each step, as AdamW has it.
  void step(std::span<float> parameters, std::span<const float> gradients, int threads, double rate,
            const detail::Decay& decay) {
    config_.require_valid();
    detail::require_setting("Adam's rate", 0, rate, detail::most_rate);
    detail::fit_moments(m_, parameters.size());
    detail::fit_moments(v_, parameters.size());
    ++steps_;
    const double correction = std::sqrt(1 - std::pow(config_.beta2, steps_)) / (1 - std::pow(config_.beta1, steps_));
    kernels::adam(parameters.size(),
                  {.rate = static_cast<float>(rate * correction),
                   .keep1 = static_cast<float>(config_.beta1),
                   .add1 = static_cast<float>(1 - config_.beta1),
                   .keep2 = static_cast<float>(config_.beta2),
                   .add2 = static_cast<float>(1 - config_.beta2),
                   .epsilon = static_cast<float>(config_.epsilon),
                   .decay = static_cast<float>(decay.share)},
                  {gradients.data(), m_.data(), v_.data(), parameters.data(), decay.ranges}, threads);
  }

  AdamConfig& config() { return config_; }

  [[gnu::cold]] OptimizerState state() const {
    return {"adam",
            {{"learning_rate", config_.learning_rate},
             {"beta1", config_.beta1},
             {"beta2", config_.beta2},
             {"epsilon", config_.epsilon}},
            steps_,
            {{"m", m_}, {"v", v_}}};
  }
  /// Goes on from another's state, its settings included.
  /// Errors  ArgumentError for one that no Adam can be in; this one is then unchanged.
  [[gnu::cold]] void restore(OptimizerState state) {
    detail::require_state_like(Adam().state(), state);
    const AdamConfig config{state.settings.at("learning_rate"), state.settings.at("beta1"), state.settings.at("beta2"),
                            state.settings.at("epsilon")};
    config.require_valid();
    Buffer<float>& v = state.moments.at("v");
    if (std::any_of(v.begin(), v.end(), [](float x) { return x < 0; }))
      throw ArgumentError("unetpp: the state of an optimizer: expected v of at least 0");
    config_ = config;
    steps_ = state.steps;
    m_ = std::move(state.moments.at("m"));
    v_ = std::move(v);
  }

 private:
  AdamConfig config_;
  Buffer<float> m_;
  Buffer<float> v_;
  int steps_ = 0;
};

}  // namespace unetpp
