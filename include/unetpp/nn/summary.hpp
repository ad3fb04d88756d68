#pragma once
// A network as a table, without running it.

#include <cstddef>
#include <cstdio>
#include <span>
#include <string>
#include <vector>

#include "unetpp/nn/parameters.hpp"
#include "unetpp/nn/receptive_field.hpp"
#include "unetpp/nn/workspace.hpp"

namespace unetpp {

namespace detail {

/// 7760931 as "7,760,931".
inline std::string grouped(std::size_t n) {
  std::string digits = std::to_string(n);
  for (int i = static_cast<int>(digits.size()) - 3; i > 0; i -= 3) digits.insert(static_cast<std::size_t>(i), 1, ',');
  return digits;
}

inline std::string table_row(const std::string& name, const std::string& shape, const std::string& parameters,
                             const std::string& macs, const std::string& bytes) {
  char row[160];
  std::snprintf(row, sizeof row, "%-24s %-14s %12s %16s %14s\n", name.c_str(), shape.c_str(), parameters.c_str(),
                macs.c_str(), bytes.c_str());
  return row;
}

inline std::string summary(std::span<const LeafInfo> leaves, Shape out, std::size_t training_bytes,
                           std::size_t inference_bytes, const ReceptiveField& field) {
  std::string table = table_row("layer", "output", "parameters", "MACs/image", "bytes/image");
  const std::string line(84, '-');
  table += line + "\n";
  const std::vector<std::string> names = layer_names(leaves);
  std::size_t parameters = 0, multiply_adds = 0, activations = 0;
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    const std::size_t bytes = leaves[i].out.size() * sizeof(float);
    parameters += leaves[i].parameter_count;
    multiply_adds += leaves[i].multiply_adds;
    activations += bytes;
    table += table_row(names[i], to_string(leaves[i].out), grouped(leaves[i].parameter_count),
                       grouped(leaves[i].multiply_adds), grouped(bytes));
  }
  table += line + "\n";
  table += table_row("total", to_string(out), grouped(parameters), grouped(multiply_adds), grouped(activations));
  table += "memory of a batch of 8 on 1 thread: training " + grouped(training_bytes) + " bytes, inference " +
           grouped(inference_bytes) + " bytes\n";
  table += "receptive field: " + to_string(field) + "\n";
  return table;
}

}  // namespace detail

/// A table like Keras's: a row for each leaf with its output shape, parameters, multiply-adds and bytes of output for
/// one image, then the sums, the workspaces of a batch of 8, and the receptive field.
template <Layer Net>
std::string summary() {
  return detail::summary(leaves<Net>, Net::out, TrainingWorkspace<Net>::bytes(8), InferenceWorkspace<Net>::bytes(8),
                         receptive_field<Net>);
}

}  // namespace unetpp
