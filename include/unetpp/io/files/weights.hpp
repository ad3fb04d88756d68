#pragma once
// A network's weights in a safetensors file, by layer name.

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/core/version.hpp"
#include "unetpp/io/files/safetensors.hpp"
#include "unetpp/nn/parameters.hpp"

namespace unetpp {

/// Begins the names of tensors that are an optimizer's, in a checkpoint.
inline constexpr const char* optimizer_prefix = "optimizer.";

namespace detail {

/// What is wrong with values that are not all finite, as a message has it; empty if they are.
inline std::string unlike_finite(std::span<const float> values) {
  const auto bad = [](float v) { return !std::isfinite(v); };
  const auto first = std::find_if(values.begin(), values.end(), bad);
  if (first == values.end()) return "";
  return "expected finite numbers, found " + std::to_string(std::count_if(first, values.end(), bad)) + " of " +
         std::to_string(values.size()) + " that are NaN or infinite, the first at index " +
         std::to_string(first - values.begin());
}

/// Errors  NonFiniteLossError naming the file that is not to be written, unless all values are finite.
inline void require_finite(const std::filesystem::path& path, const std::vector<TensorData>& tensors) {
  for (const TensorData& t : tensors)
    if (const std::string problem = unlike_finite(t.values); !problem.empty())
      throw NonFiniteLossError(path.string() + ": not written: tensor " + t.name + ": " + problem);
}

}  // namespace detail

/// Adds a flat span (trained tensors, a moment of each, or statistics) to tensors to write, their names after `prefix`.
inline void add_named_data(std::vector<TensorData>& to, const std::vector<NamedTensor>& tensors,
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

/// Reads what `add_named_data` was told to write.
/// Errors  FileError or FormatError naming the file and the first tensor that differs, before the first value is read, or
///         the first one with values that are NaN or infinite, with which no network computes anything.
inline void read_named_data(const SafetensorsFile& file, const std::vector<NamedTensor>& tensors,
                            std::span<float> values, const std::string& prefix = "") {
  for (const NamedTensor& t : tensors) file.require(prefix + t.name, t.extents);
  for (const NamedTensor& t : tensors) {
    const std::span<float> to = values.subspan(t.offset, t.size);
    file.read(prefix + t.name, t.extents, to);
    if (const std::string problem = detail::unlike_finite(to); !problem.empty())
      throw FormatError(file.name() + ": tensor " + prefix + t.name + ": " + problem +
                        "; a model from before its training went wrong would help");
  }
}

/// Reads a network's tensors, as `read_named_data`.
template <Layer Net>
void read_parameters(const SafetensorsFile& file, Parameters<Net>& parameters) {
  read_named_data(file, parameter_tensors<Net>(), parameters.span());
  read_named_data(file, statistic_tensors<Net>(), parameters.statistics());
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

/// Errors  FormatError naming the file and the first tensor, unless it has the network's tensors and no others; a
///         checkpoint's moments are passed over.
template <Layer Net>
void require_weights(const SafetensorsFile& file) {
  std::vector<NamedTensor> tensors = parameter_tensors<Net>();
  const std::vector<NamedTensor> statistics = statistic_tensors<Net>();
  tensors.insert(tensors.end(), statistics.begin(), statistics.end());
  for (const NamedTensor& t : tensors) file.require(t.name, t.extents);
  for (const auto& [name, entry] : file.tensors())
    if (!name.starts_with(optimizer_prefix) &&
        std::none_of(tensors.begin(), tensors.end(), [&n = name](const NamedTensor& t) { return t.name == n; }))
      throw FormatError(file.name() + ": tensor " + detail::printable(name) +
                        ": expected none of this name in the network, found one in the file");
}

/// Reads what `save_weights` wrote for a network with the same layers, or what anybody wrote in its names and layouts in
/// float32, float16 or bfloat16, and returns the text that went with it. A checkpoint's moments are passed over, of any
/// type; another tensor that the network does not have is an error, of any type: the file is of another network.
/// Errors  FileError or FormatError naming the file and the first tensor that differs or has values that are NaN or
///         infinite; the parameters are then unchanged.
template <Layer Net>
Metadata load_weights(const std::filesystem::path& path, Parameters<Net>& parameters) {
  const SafetensorsFile file(path);
  require_weights<Net>(file);
  Parameters<Net> loaded = parameters;
  read_parameters(file, loaded);
  parameters = loaded;  // in the same memory, which others may look at
  return file.metadata();
}

}  // namespace unetpp
