#pragma once
// A network as a table, without running it.

#include <array>
#include <cstddef>
#include <cstdio>
#include <span>
#include <string>
#include <vector>

#include "unetpp/core/bfloat16.hpp"
#include "unetpp/core/parallel.hpp"
#include "unetpp/kernels/instruction_set.hpp"
#include "unetpp/nn/parameters.hpp"
#include "unetpp/nn/precision.hpp"
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

/// A row of the table; the last cell is as long as it is.
inline std::string table_row(const std::array<std::string, 6>& cells) {
  char row[160];
  std::snprintf(row, sizeof row, "%-24s %-14s %12s %16s %14s", cells[0].c_str(), cells[1].c_str(), cells[2].c_str(),
                cells[3].c_str(), cells[4].c_str());
  return row + (cells[5].empty() ? "" : "  " + cells[5]) + "\n";
}

inline std::string table_of(std::span<const LeafInfo> leaves, std::size_t value_bytes) {
  std::string table = table_row({"layer", "output", "parameters", "MACs/image", "bytes/image", "algorithm"});
  const std::string line(98, '-');
  table += line + "\n";
  const std::vector<std::string> names = layer_names(leaves);
  std::size_t parameters = 0, multiply_adds = 0, activations = 0;
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    const std::size_t bytes = leaves[i].out.size() * value_bytes;
    parameters += leaves[i].parameter_count;
    multiply_adds += leaves[i].multiply_adds;
    activations += bytes;
    table += table_row({names[i], to_string(leaves[i].out), grouped(leaves[i].parameter_count),
                        grouped(leaves[i].multiply_adds), grouped(bytes), leaves[i].algorithm});
  }
  table += line + "\n";
  return table + table_row({"total", to_string(leaves.back().out), grouped(parameters), grouped(multiply_adds),
                            grouped(activations), ""});
}

inline std::string summary(std::span<const LeafInfo> leaves, Precision precision, std::size_t training_bytes,
                           std::size_t inference_bytes, const ReceptiveField& field) {
  const bool halves = precision == Precision::bfloat16;
  return table_of(leaves, halves ? sizeof(BFloat16) : sizeof(float)) +
         (halves ? "values between layers: bfloat16\n" : "") + "memory of a batch of 8 on 1 thread: training " +
         grouped(training_bytes) + " bytes, inference " + grouped(inference_bytes) + " bytes\n" +
         "receptive field: " + to_string(field) + "\n" +
         "instruction set: " + kernels::to_string(kernels::instruction_set()) + "; threads: " + describe_threads() +
         "\n";
}

}  // namespace detail

/// A table like Keras's: a row for each leaf with its output shape, parameters, multiply-adds and bytes of output for
/// one image, and the algorithm chosen for it (ConvAlgorithm; a matrix unit, or few tiles, may take another); then the sums,
/// the workspaces of a batch of 8, the receptive field, and the instruction set and threads in use. Heads, which training
/// alone computes (nn/supervised.hpp), have no multiply-adds in it.
template <Layer Net>
std::string summary() {
  return detail::summary(leaves<Net>, precision_of<Net>, TrainingWorkspace<Net>::bytes(8),
                         InferenceWorkspace<Net>::bytes(8), receptive_field<Net>);
}

}  // namespace unetpp
