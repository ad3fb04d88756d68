#pragma once

#include <algorithm>
#include <concepts>
#include <span>
#include <string>

#include "unetpp/core/error.hpp"
#include "unetpp/nn/parameters.hpp"

namespace unetpp {

namespace detail {

template <class Optimizer>
concept HasAverage = requires(const Optimizer& optimizer) {
  { optimizer.average() } -> std::convertible_to<std::span<const float>>;
};

}  // namespace detail

/// The parameters that `fit` evaluates and that a program saves as its model: those in training, but the trained tensors
/// are the optimizer's average where it has one (MovingAverage). Statistics are those of training.
/// Errors  ArgumentError for an average of another number of parameters.
template <Layer Net, class Optimizer>
Parameters<Net> averaged(Parameters<Net> parameters, [[maybe_unused]] const Optimizer& optimizer) {
  if constexpr (detail::HasAverage<Optimizer>) {
    const std::span<const float> average = optimizer.average();
    if (average.empty()) return parameters;  // before the first step
    if (average.size() != parameters.count)
      throw ArgumentError("unetpp: averaged: expected an average of " + std::to_string(parameters.count) +
                          " parameters, found " + std::to_string(average.size()));
    std::copy(average.begin(), average.end(), parameters.span().begin());
  }
  return parameters;
}

}  // namespace unetpp
