#pragma once
// Channels brought to the same mean and spread.

#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "unetpp/core/error.hpp"

namespace unetpp {

/// What a network reads instead of an image's values over their full scale: these minus their channel's mean, over its
/// standard deviation. Empty: the values over their full scale, in [0, 1] but for floats, as they are.
struct ChannelScaling {
  std::vector<float> mean{};       ///< one for each channel, of values over their full scale
  std::vector<float> deviation{};  ///< one for each channel, as `mean`

  bool empty() const { return mean.empty() && deviation.empty(); }
  bool operator==(const ChannelScaling&) const = default;
};

namespace detail {

/// What is wrong with a scaling of images of so many channels; empty if nothing is.
[[gnu::cold]] inline std::string problem_of(const ChannelScaling& scaling, int channels) {
  if (scaling.empty()) return {};
  const auto count = static_cast<std::size_t>(channels);
  if (scaling.mean.size() != count || scaling.deviation.size() != count)
    return "expected a mean and a deviation for each of " + std::to_string(channels) + " channels, found " +
           std::to_string(scaling.mean.size()) + " and " + std::to_string(scaling.deviation.size());
  for (std::size_t c = 0; c < count; ++c)
    if (!std::isfinite(scaling.mean[c]) || !std::isfinite(scaling.deviation[c]) || !(scaling.deviation[c] > 0))
      return "expected a finite mean and a deviation above 0, found " + std::to_string(scaling.mean[c]) + " and " +
             std::to_string(scaling.deviation[c]) + " for channel " + std::to_string(c);
  return {};
}

/// Errors  ArgumentError, which begins with `what`, for a scaling that is not of so many channels, for a mean or a
///         deviation that is not finite, and for a deviation that is not above 0.
inline void require_scaling(const ChannelScaling& scaling, int channels, const char* what) {
  if (const std::string problem = problem_of(scaling, channels); !problem.empty())
    throw ArgumentError(std::string(what) + "'s channel scaling: " + problem);
}

/// Shapes  values: pixels of as many channels as the scaling has.
inline void scale_channels(const ChannelScaling& scaling, std::span<float> values) {
  if (scaling.empty()) return;
  const std::size_t channels = scaling.mean.size();
  for (std::size_t first = 0; first < values.size(); first += channels)
    for (std::size_t c = 0; c < channels; ++c)
      values[first + c] = (values[first + c] - scaling.mean[c]) / scaling.deviation[c];
}

}  // namespace detail

}  // namespace unetpp
