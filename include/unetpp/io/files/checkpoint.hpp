#pragma once
// Training in a file, to go on from when the machine has died: safetensors with the parameters, the optimizer's moments
// (optimizer.m.conv2d.weight, ...) and, in JSON, where training stands.

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/core/version.hpp"
#include "unetpp/io/files/safetensors.hpp"
#include "unetpp/io/files/training_json.hpp"
#include "unetpp/io/files/weights.hpp"
#include "unetpp/nn/parameters.hpp"
#include "unetpp/train/optimizer.hpp"
#include "unetpp/train/training_state.hpp"

namespace unetpp {

/// Writes all that `fit` needs to go on with the same bits; `load_weights` reads the weights alone.
/// Errors  FileError, or NonFiniteLossError for parameters or moments that are NaN or infinite, from which nobody could
///         go on; the old file then stays as it was.
template <Layer Net, class Optimizer>
void save_checkpoint(const std::filesystem::path& path, const Parameters<Net>& parameters, const Optimizer& optimizer,
                     const TrainingState& state, Metadata metadata = {}) {
  const OptimizerState optimizing = optimizer.state();
  std::vector<TensorData> tensors = named_data(parameters);
  for (const auto& [name, values] : optimizing.moments) {
    if (values.empty()) continue;  // before the first step
    add_named_data(tensors, parameter_tensors<Net>(), values, optimizer_prefix + name + ".");
  }
  detail::require_finite(path, tensors);
  metadata["format"] = std::string("unetpp ") + version;
  metadata["training"] = to_text(state, optimizing);
  write_safetensors(path, tensors, metadata);
}

struct Checkpoint {
  TrainingState state;
  Metadata metadata;  // that went with it
};

/// Reads what `save_checkpoint` wrote for a network with the same layers and the same kind of optimizer.
/// Errors  FileError or FormatError naming the file, what was expected and what was found; parameters and optimizer are
///         then unchanged.
template <Layer Net, class Optimizer>
Checkpoint load_checkpoint(const std::filesystem::path& path, Parameters<Net>& parameters, Optimizer& optimizer) {
  const SafetensorsFile file(path);
  const auto text = file.metadata().find("training");
  if (text == file.metadata().end())
    throw FormatError(file.name() + ": expected a checkpoint, with the metadata training, found none of it");
  auto [state, optimizing] = parse_training(text->second, Net::out.channels, file.name() + ": metadata training");

  Parameters<Net> loaded = parameters;
  read_parameters(file, loaded);
  const std::vector<NamedTensor> trained = parameter_tensors<Net>();
  std::size_t tensors = trained.size() + statistic_tensors<Net>().size();
  for (const auto& [name, values] : optimizer.state().moments) {
    Buffer<float>& moments = optimizing.moments[name];
    if (optimizing.steps == 0) continue;
    moments.resize(parameter_count<Net>);
    read_named_data(file, trained, moments, optimizer_prefix + name + ".");
    tensors += trained.size();
  }
  if (file.tensors().size() != tensors)
    throw FormatError(file.name() + ": expected " + std::to_string(tensors) +
                      " tensors, of the network and its optimizer, found " + std::to_string(file.tensors().size()));
  try {
    optimizer.restore(std::move(optimizing));
  } catch (const ArgumentError& error) {
    throw FormatError(file.name() + ": " + error.what());
  }
  parameters = loaded;  // in the same memory, which others may look at
  return {std::move(state), file.metadata()};
}

}  // namespace unetpp
