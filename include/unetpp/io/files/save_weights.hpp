#pragma once
// A network's weights into a safetensors file, by layer name.

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/core/version.hpp"
#include "unetpp/io/files/write_safetensors.hpp"
#include "unetpp/nn/parameters.hpp"

namespace unetpp {

namespace detail {

/// What is wrong with values that are not all finite, as a message has it; empty if they are.
[[gnu::cold]] inline std::string unlike_finite(std::span<const float> values) {
  const auto bad = [](float v) { return !std::isfinite(v); };
  const auto first = std::find_if(values.begin(), values.end(), bad);
  if (first == values.end()) return "";
  return "expected finite numbers, found " + std::to_string(std::count_if(first, values.end(), bad)) + " of " +
         std::to_string(values.size()) + " that are NaN or infinite, the first at index " +
         std::to_string(first - values.begin());
}

/// Errors  NonFiniteLossError naming the file that is not to be written, unless all values are finite.
[[gnu::cold]] inline void require_finite(const std::filesystem::path& path, const std::vector<TensorData>& tensors) {
  for (const TensorData& t : tensors)
    if (const std::string problem = unlike_finite(t.values); !problem.empty())
      throw NonFiniteLossError(path.string() + ": not written: tensor " + t.name + ": " + problem);
}

}  // namespace detail

/// Adds a flat span (trained tensors, a moment of each, or statistics) to tensors to write, their names after `prefix`.
[[gnu::cold]] inline void add_named_data(std::vector<TensorData>& to, const std::vector<NamedTensor>& tensors,
                                         std::span<const float> values, const std::string& prefix = "") {
  for (const NamedTensor& t : tensors) to.push_back({prefix + t.name, t.extents, values.subspan(t.offset, t.size)});
}

/// The tensors of a network to write: the trained ones, then its statistics.
template <Layer Net>
std::vector<TensorData> named_data(const Parameters<Net>& parameters) {
  std::vector<TensorData> data;
  add_named_data(data, parameter_tensors<Net>(), parameters.span());
  add_named_data(data, statistic_tensors<Net>(), parameters.statistics());
  return data;
}

/// Writes a network's parameters and statistics, each tensor under its name, in the layouts of the layers' docstrings.
/// Errors  FileError, or NonFiniteLossError for parameters that are NaN or infinite; the old file then stays as it was.
template <Layer Net>
void save_weights(const std::filesystem::path& path, const Parameters<Net>& parameters, Metadata metadata = {}) {
  const std::vector<TensorData> tensors = named_data(parameters);
  detail::require_finite(path, tensors);
  metadata["format"] = std::string("unetpp ") + version;
  write_safetensors(path, tensors, metadata);
}

}  // namespace unetpp
