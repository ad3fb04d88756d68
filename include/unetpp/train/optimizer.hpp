#pragma once
// What every optimizer is; train/adam.hpp is one.
//
// An optimizer has state in flat buffers beside the parameters. Any type with step(parameters, gradients, threads) will do.
// One that a schedule drives takes a rate behind these; one that says its rate has learning_rate(); one that checkpoints
// can save has state() and restore(); one that averages the parameters that it made has average() (moving_average.hpp).

#include <algorithm>
#include <cmath>
#include <concepts>
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
#include "unetpp/core/ranges.hpp"

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
[[gnu::cold]] inline void require_state_like(const OptimizerState& own, const OptimizerState& state) {
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
[[gnu::cold]] inline void require_setting(const char* name, double low, double value, double high) {
  if (value >= low && value <= high) return;
  char text[160];
  std::snprintf(text, sizeof text, "unetpp: %s: expected %g to %g, found %g", name, low, high, value);
  throw ArgumentError(text);
}

inline constexpr double most_rate = 1e30;  // which a float can hold

/// Errors  ArgumentError, which begins with `what`, for ranges that overlap, do not ascend or do not lie within so many
///         parameters, and for none of them where something decays.
[[gnu::cold]] inline void require_decaying(const char* what, std::span<const IndexRange> decaying, double decay,
                                           std::size_t parameters = std::numeric_limits<std::size_t>::max()) {
  require_ascending(decaying, what);
  if (!decaying.empty() && decaying.back().last > parameters)
    throw ArgumentError(std::string(what) + ": expected ranges within " + std::to_string(parameters) +
                        " parameters, found one up to " + std::to_string(decaying.back().last));
  if (decay > 0 && decaying.empty())
    throw ArgumentError(std::string(what) + ": expected ranges, as of weight_ranges, found none");
}

template <class Optimizer>
concept SaysRate = requires(const Optimizer& optimizer) {
  { optimizer.learning_rate() } -> std::convertible_to<double>;
};

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

}  // namespace unetpp
