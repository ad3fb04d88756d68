#pragma once
// Optimizers: state in flat buffers beside the parameters. Any type with step(parameters, gradients, threads) will do. One
// that a schedule drives takes a rate behind these; one that says its rate has learning_rate(); one that checkpoints can
// save has state() and restore().

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "unetpp/core/buffer.hpp"
#include "unetpp/core/error.hpp"
#include "unetpp/core/parallel.hpp"
#include "unetpp/kernels/optimizer.hpp"

namespace unetpp {

/// All that an optimizer needs to go on with the same bits.
struct OptimizerState {
  std::string name;                             // of its kind
  std::map<std::string, double> settings = {};  // its config
  int steps = 0;
  std::map<std::string, Buffer<float>> moments = {};  // of no values before the first step
};

namespace detail {

/// Gives the moments their size at the first step and keeps them to it.
inline void fit_moments(Buffer<float>& moments, std::size_t parameters) {
  if (moments.empty()) moments.resize(parameters);
  if (moments.size() != parameters)
    throw ArgumentError("unetpp: an optimizer of " + std::to_string(moments.size()) + " parameters got " +
                        std::to_string(parameters));
}

/// Errors  ArgumentError unless an optimizer of the kind of `own` can be in `state`.
inline void require_state_like(const OptimizerState& own, const OptimizerState& state) {
  const auto check = [&](bool holds, const std::string& expected) {
    if (!holds) throw ArgumentError("unetpp: the state of an optimizer: expected " + expected);
  };
  const auto same_keys = [](const auto& a, const auto& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const auto& x, const auto& y) { return x.first == y.first; });
  };
  check(state.name == own.name, own.name + ", found " + state.name);
  check(same_keys(state.settings, own.settings), "the settings of " + own.name + ", found others");
  for (const auto& [name, value] : state.settings)
    check(std::isfinite(value) && value >= 0, name + " of at least 0, found " + std::to_string(value));
  check(state.steps >= 0, "at least 0 steps, found " + std::to_string(state.steps));
  check(same_keys(state.moments, own.moments), "the moments of " + own.name + ", found others");
  const std::size_t size = state.moments.begin()->second.size();
  check((size == 0) == (state.steps == 0), "moments after the first step, and none before");
  for (const auto& [name, values] : state.moments) {
    check(values.size() == size,
          std::to_string(size) + " values in " + name + ", found " + std::to_string(values.size()));
    for (const float v : values)
      if (!std::isfinite(v)) check(false, "finite numbers in " + name + ", found " + std::to_string(v));
  }
}

/// Errors  ArgumentError for a setting that is NaN or not in [low, high].
inline void require_setting(const char* name, double low, double value, double high) {
  if (value >= low && value <= high) return;
  char text[160];
  std::snprintf(text, sizeof text, "unetpp: %s: expected %g to %g, found %g", name, low, high, value);
  throw ArgumentError(text);
}

inline constexpr double most_rate = 1e30;  // which a float can hold

/// An optimizer's step, at another rate than its own if there is one.
/// Errors  ArgumentError for a rate where the optimizer takes none.
template <class Optimizer>
void step_optimizer(Optimizer& optimizer, std::span<float> parameters, std::span<const float> gradients, int threads,
                    std::optional<double> rate) {
  if constexpr (requires { optimizer.step(parameters, gradients, threads, *rate); }) {
    if (rate) return optimizer.step(parameters, gradients, threads, *rate);
  } else if (rate) {
    throw ArgumentError("unetpp: a schedule: expected an optimizer whose step takes a rate, found one whose does not");
  }
  optimizer.step(parameters, gradients, threads);
}

}  // namespace detail

struct AdamConfig {
  double learning_rate = 1e-3;  ///< a step's size; the default of the paper and of Keras
  double beta1 = 0.9;           ///< share of the first moment that a step keeps; the paper's
  double beta2 = 0.999;         ///< of the second moment; the paper's
  double epsilon = 1e-7;        ///< Keras's; 0 would make NaN of parameters without gradients

  /// Errors  ArgumentError for a setting that no Adam can have.
  void require_valid() const {
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
                   .epsilon = static_cast<float>(config_.epsilon)},
                  {gradients.data(), m_.data(), v_.data(), parameters.data()}, threads);
  }

  AdamConfig& config() { return config_; }

  OptimizerState state() const {
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
  void restore(OptimizerState state) {
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

struct SGDConfig {
  double learning_rate = 0.01;  ///< a step's size; Keras's default
  double momentum = 0;          ///< share of the velocity that a step keeps; Keras's default
  bool nesterov = false;        ///< whether the gradient is that of the place where momentum leads

  /// Errors  ArgumentError for a setting that no SGD can have.
  void require_valid() const {
    detail::require_setting("SGD's learning_rate", 0, learning_rate, detail::most_rate);
    detail::require_setting("SGD's momentum", 0, momentum, 1);
  }
};

/// Stochastic gradient descent with momentum as in Keras: v = momentum·v − lr·g, p += v.
class SGD {
 public:
  /// Errors  ArgumentError for a negative learning rate and a momentum out of 0 to 1.
  explicit SGD(SGDConfig config = {}) : config_(config) { config_.require_valid(); }

  double learning_rate() const { return config_.learning_rate; }

  void step(std::span<float> parameters, std::span<const float> gradients, int threads = max_threads()) {
    step(parameters, gradients, threads, config_.learning_rate);
  }
  /// Errors  ArgumentError if the number of parameters is not that of the first step, for a setting that no SGD can have,
  ///         and for such a rate.
  void step(std::span<float> parameters, std::span<const float> gradients, int threads, double rate) {
    config_.require_valid();
    detail::require_setting("SGD's rate", 0, rate, detail::most_rate);
    detail::fit_moments(velocity_, parameters.size());
    kernels::sgd(parameters.size(),
                 {.rate = static_cast<float>(rate),
                  .momentum = static_cast<float>(config_.momentum),
                  .nesterov = config_.nesterov},
                 {gradients.data(), velocity_.data(), parameters.data()}, threads);
    ++steps_;
  }

  SGDConfig& config() { return config_; }

  OptimizerState state() const {
    return {"sgd",
            {{"learning_rate", config_.learning_rate},
             {"momentum", config_.momentum},
             {"nesterov", config_.nesterov ? 1 : 0}},
            steps_,
            {{"velocity", velocity_}}};
  }
  /// Goes on from another's state, its settings included.
  /// Errors  ArgumentError for one that no SGD can be in; this one is then unchanged.
  void restore(OptimizerState state) {
    detail::require_state_like(SGD().state(), state);
    const SGDConfig config{state.settings.at("learning_rate"), state.settings.at("momentum"),
                           state.settings.at("nesterov") != 0};
    config.require_valid();
    config_ = config;
    steps_ = state.steps;
    velocity_ = std::move(state.moments.at("velocity"));
  }

 private:
  SGDConfig config_;
  Buffer<float> velocity_;
  int steps_ = 0;
};

}  // namespace unetpp
