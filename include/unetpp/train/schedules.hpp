#pragma once
// Learning rates by the step: pure functions, so that training that goes on needs nothing else. Steps count from 0, over all
// epochs; a run of `steps` steps ends with step steps − 1.

#include <cmath>
#include <cstdint>
#include <numbers>
#include <string>
#include <utility>

#include "unetpp/core/error.hpp"
#include "unetpp/train/optimizer.hpp"
#include "unetpp/train/schedule.hpp"

namespace unetpp {

namespace detail {

/// Errors  ArgumentError, which begins with the schedule's name, for no steps and for more than anybody makes.
inline void require_steps(const char* schedule, std::uint64_t steps) {
  constexpr std::uint64_t most = 1'000'000'000'000;  // a negative number, too, is more
  if (steps < 1 || steps > most)
    throw ArgumentError(std::string("unetpp: ") + schedule + ": expected 1 to " + std::to_string(most) +
                        " steps, found " + std::to_string(steps));
}

/// How far a step is of `steps`, 1 from there on.
inline double progress(std::uint64_t step, std::uint64_t steps) {
  return step < steps ? static_cast<double>(step) / static_cast<double>(steps) : 1;
}

/// From one rate to another by half a wave of the cosine; `way` is in [0, 1].
inline double cosine_between(double from, double to, double way) {
  return to + (from - to) * (1 + std::cos(std::numbers::pi * way)) / 2;
}

}  // namespace detail

/// The same rate at every step.
/// Errors  ArgumentError for a rate that is negative or not finite.
inline Schedule constant_rate(double rate) {
  detail::require_setting("a constant rate", 0, rate, detail::most_rate);
  return [rate](std::uint64_t) { return rate; };
}

/// A straight line up to the first rate of another schedule, which begins behind these steps: step s has the share
/// (s + 1) / (steps + 1), so that no step is lost to a rate of 0. PyTorch's LinearLR(start_factor=1/(steps+1),
/// total_iters=steps) before the other in a SequentialLR; Keras's CosineDecay(..., warmup_steps=steps) from that same share.
/// Errors  ArgumentError for no steps, and without a schedule behind them.
/// Source  Goyal et al., arXiv:1706.02677.
inline Schedule warm_up(std::uint64_t steps, Schedule then) {
  detail::require_steps("warm_up", steps);
  if (!then) throw ArgumentError("unetpp: warm_up: expected a schedule to follow, found none");
  return [steps, then = std::move(then)](std::uint64_t step) {
    if (step >= steps) return then(step - steps);
    return then(0) * static_cast<double>(step + 1) / static_cast<double>(steps + 1);
  };
}

struct CosineConfig {
  double first = 1e-3;      ///< the rate of step 0; Adam's default
  double last = 0;          ///< the rate from step `steps` on; PyTorch's and Keras's default
  std::uint64_t steps = 1;  ///< of the way from one to the other
};

/// Half a wave of the cosine from the first rate to the last. The last step of a run of that many steps, steps − 1, is still
/// just above it. PyTorch's CosineAnnealingLR, which rises again behind `steps`, and Keras's CosineDecay, which does not
/// either.
/// Errors  ArgumentError for no steps and for rates that are negative or not finite.
/// Source  Loshchilov & Hutter, ICLR 2017, without restarts.
inline Schedule cosine(CosineConfig config) {
  detail::require_steps("cosine", config.steps);
  detail::require_setting("cosine's first rate", 0, config.first, detail::most_rate);
  detail::require_setting("cosine's last rate", 0, config.last, detail::most_rate);
  return [config](std::uint64_t step) {
    return detail::cosine_between(config.first, config.last, detail::progress(step, config.steps));
  };
}

struct PolynomialConfig {
  double first = 1e-3;      ///< the rate of step 0; Adam's default
  double last = 0;          ///< the rate from step `steps` on; PyTorch's
  double power = 0.9;       ///< of what is left of the way; DeepLab's and nnU-Net's; 1: a straight line
  std::uint64_t steps = 1;  ///< of the way from one to the other
};

/// last + (first − last)·(1 − step / steps)^power. The last step of a run of that many steps, steps − 1, is still above the
/// last rate. PyTorch's PolynomialLR, whose last rate is 0, and Keras's PolynomialDecay.
/// Errors  ArgumentError for no steps, and for rates and powers that are negative or not finite.
/// Source  Chen et al., arXiv:1606.00915 ("poly").
inline Schedule polynomial(PolynomialConfig config) {
  detail::require_steps("polynomial", config.steps);
  detail::require_setting("polynomial's first rate", 0, config.first, detail::most_rate);
  detail::require_setting("polynomial's last rate", 0, config.last, detail::most_rate);
  detail::require_setting("polynomial's power", 0, config.power, 1e3);
  return [config](std::uint64_t step) {
    const double left = 1 - detail::progress(step, config.steps);
    return left > 0 ? config.last + (config.first - config.last) * std::pow(left, config.power) : config.last;
  };
}

struct OneCycleConfig {
  double peak = 1e-3;         ///< the largest rate
  std::uint64_t steps = 2;    ///< in all; the last of them has the last rate
  double rise = 0.3;          ///< share of the steps in which the rate rises; PyTorch's
  double first_divisor = 25;  ///< the first rate is the peak by this; PyTorch's
  double last_divisor = 1e4;  ///< the last rate is the first by this; PyTorch's
};

/// Half a wave of the cosine up to the peak, at step rise·steps − 1, and half a wave down, at whose end the last step is.
/// PyTorch's OneCycleLR of two phases, which moves the momentum, too, unless told otherwise; Keras has none.
/// Errors  ArgumentError for less than 2 steps, a rise that is no step or no share, rates that are negative or not finite and
///         divisors below 1.
/// Source  Smith & Topin, arXiv:1708.07120.
inline Schedule one_cycle(OneCycleConfig config) {
  detail::require_steps("one_cycle", config.steps);
  detail::require_setting("one_cycle's peak", 0, config.peak, detail::most_rate);
  detail::require_setting("one_cycle's first_divisor", 1, config.first_divisor, detail::most_rate);
  detail::require_setting("one_cycle's last_divisor", 1, config.last_divisor, detail::most_rate);
  const double top = config.rise * static_cast<double>(config.steps) - 1, end = static_cast<double>(config.steps) - 1;
  constexpr double rounding = 1e-9;  // of rise·steps, where the compiler fuses what it likes
  if (!(top > rounding && top < end))
    throw ArgumentError("unetpp: one_cycle: expected a rise to a step between the first and the last of " +
                        std::to_string(config.steps) + ", found one to step " + std::to_string(top));
  const double first = config.peak / config.first_divisor, last = first / config.last_divisor;
  return [=](std::uint64_t step) {
    const double at = static_cast<double>(step);
    if (at >= end) return last;
    return at <= top ? detail::cosine_between(first, config.peak, at / top)
                     : detail::cosine_between(config.peak, last, (at - top) / (end - top));
  };
}

}  // namespace unetpp
