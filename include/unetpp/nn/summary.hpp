#pragma once
// A network as a table, without running it.

#include <cstddef>
#include <cstdio>
#include <string>

#include "unetpp/nn/parameters.hpp"
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

}  // namespace detail

/// A table like Keras's: a row for each leaf with its output shape, parameters, multiply-adds and bytes of output for
/// one image, then the sums, and the workspaces of a batch of 8.
template <Layer Net>
std::string summary() {
  using detail::grouped;
  std::string table = detail::table_row("layer", "output", "parameters", "MACs/image", "bytes/image");
  const std::string line(84, '-');
  table += line + "\n";
  const std::vector<std::string> names = layer_names<Net>();
  std::size_t leaf = 0, activations = 0;
  for_each_leaf<Net>([&]<class Leaf>(std::size_t) {
    const std::size_t bytes = Leaf::out.size() * sizeof(float);
    activations += bytes;
    table += detail::table_row(names[leaf++], to_string(Leaf::out), grouped(Leaf::parameter_count),
                               grouped(Leaf::multiply_adds), grouped(bytes));
  });
  table += line + "\n";
  table += detail::table_row("total", to_string(Net::out), grouped(Net::parameter_count), grouped(Net::multiply_adds),
                             grouped(activations));
  table += "memory of a batch of 8 on 1 thread: training " + grouped(TrainingWorkspace<Net>::bytes(8)) +
           " bytes, inference " + grouped(InferenceWorkspace<Net>::bytes(8)) + " bytes\n";
  return table;
}

}  // namespace unetpp
