#pragma once
// A network's weights in a safetensors file, by layer name: save_weights, and here load_weights.

#include <algorithm>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/io/files/safetensors.hpp"
#include "unetpp/io/files/save_weights.hpp"
#include "unetpp/nn/parameters.hpp"

namespace unetpp {

/// Begins the names of tensors that are an optimizer's, in a checkpoint.
inline constexpr const char* optimizer_prefix = "optimizer.";

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
