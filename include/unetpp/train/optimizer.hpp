#pragma once
// Optimizers: state in flat buffers beside the parameters. Any type with step(parameters, gradients, threads) will do.

#include <cmath>
#include <cstddef>
#include <span>
#include <string>

#include "unetpp/core/buffer.hpp"
#include "unetpp/core/error.hpp"
#include "unetpp/core/parallel.hpp"
#include "unetpp/kernels/optimizer.hpp"

namespace unetpp {

namespace detail {

/// Gives the moments their size at the first step and keeps them to it.
inline void fit_moments(Buffer<float>& moments, std::size_t parameters) {
  if (moments.empty()) moments.resize(parameters);
  if (moments.size() != parameters)
    throw ArgumentError("unetpp: an optimizer of " + std::to_string(moments.size()) + " parameters got " +
                        std::to_string(parameters));
}

}  // namespace detail

struct AdamConfig {
  double learning_rate = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-7;
};

/// Adam with Keras's defaults and Keras's place for epsilon: p −= lr·√(1 − β2ᵗ)/(1 − β1ᵗ) · m / (√v + ε).
/// Source  Kingma & Ba, ICLR 2015, the form before section 2.1 (epsilon hat).
class Adam {
 public:
  explicit Adam(AdamConfig config = {}) : config_(config) {}

  /// Errors  ArgumentError if the number of parameters is not that of the first step.
  void step(std::span<float> parameters, std::span<const float> gradients, int threads = max_threads()) {
    detail::fit_moments(m_, parameters.size());
    detail::fit_moments(v_, parameters.size());
    ++steps_;
    const double correction = std::sqrt(1 - std::pow(config_.beta2, steps_)) / (1 - std::pow(config_.beta1, steps_));
    kernels::adam(parameters.size(),
                  {.rate = static_cast<float>(config_.learning_rate * correction),
                   .keep1 = static_cast<float>(config_.beta1),
                   .add1 = static_cast<float>(1 - config_.beta1),
                   .keep2 = static_cast<float>(config_.beta2),
                   .add2 = static_cast<float>(1 - config_.beta2),
                   .epsilon = static_cast<float>(config_.epsilon)},
                  gradients.data(), m_.data(), v_.data(), parameters.data(), threads);
  }

  AdamConfig& config() { return config_; }

 private:
  AdamConfig config_;
  Buffer<float> m_;
  Buffer<float> v_;
  int steps_ = 0;
};

struct SGDConfig {
  double learning_rate = 0.01;
  double momentum = 0;
  bool nesterov = false;
};

/// Stochastic gradient descent with momentum as in Keras: v = momentum·v − lr·g, p += v.
class SGD {
 public:
  explicit SGD(SGDConfig config = {}) : config_(config) {}

  /// Errors  ArgumentError if the number of parameters is not that of the first step.
  void step(std::span<float> parameters, std::span<const float> gradients, int threads = max_threads()) {
    detail::fit_moments(velocity_, parameters.size());
    kernels::sgd(parameters.size(), static_cast<float>(config_.learning_rate), static_cast<float>(config_.momentum),
                 config_.nesterov, gradients.data(), velocity_.data(), parameters.data(), threads);
  }

  SGDConfig& config() { return config_; }

 private:
  SGDConfig config_;
  Buffer<float> velocity_;
};

}  // namespace unetpp
