#pragma once
// Reads the kept numbers of PyTorch and Keras (format: reference_format.py).

#include <filesystem>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "naive_geometry.hpp"

namespace reference {

/// Entries of a reference file by name.
struct Reference {
  std::map<std::string, std::vector<double>> entries;

  /// Errors  std::runtime_error for a name that is not there.
  const std::vector<double>& operator[](const std::string& name) const {
    const auto found = entries.find(name);
    if (found == entries.end()) throw std::runtime_error("reference: no entry " + name);
    return found->second;
  }

  /// The entry as labels or sizes.
  std::vector<int> integers(const std::string& name) const {
    const auto& values = (*this)[name];
    return {values.begin(), values.end()};
  }
};

/// All entries of a file.
/// Errors  std::runtime_error for a file that is missing, cut short or no reference.
inline Reference read_reference(const std::filesystem::path& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error(path.string() + ": cannot be read");
  Reference result;
  while (file >> std::ws && file.good()) {
    std::string name;
    if (file.peek() == '#') {
      std::getline(file, name);
      continue;
    }
    std::size_t count = 0;
    file >> name >> count;
    std::vector<double> values;
    for (double value; values.size() < count && file >> value;) values.push_back(value);
    if (!file || values.size() != count) throw std::runtime_error(path.string() + ": entry " + name + " is cut short");
    if (!result.entries.emplace(name, std::move(values)).second) {
      throw std::runtime_error(path.string() + ": entry " + name + " is there twice");
    }
  }
  if (result.entries.empty()) throw std::runtime_error(path.string() + ": no entry");
  return result;
}

/// One case of keras_reference.txt; pools have no weight and no bias.
struct KerasCase {
  Geometry geometry;  // pad and out by naive_geometry.hpp, not Keras's
  Padding padding = Padding::same;
  Pair keras_out = {0, 0};
  bool relu = false;
  Array x, y, dy, dx;
  std::vector<double> weight, bias, dweight, dbias;
};

/// The case of that name (see make_conv_transpose_reference.py).
inline KerasCase keras_case(const Reference& reference, const std::string& name) {
  const auto c = reference.integers(name + ".config");
  const auto array = [&](const char* entry, int h, int w, int channels) {
    return Array(c.at(0), h, w, channels, reference[name + entry]);
  };
  KerasCase k;
  k.padding = c.at(11) == 1 ? Padding::same : Padding::valid;
  k.relu = c.at(12) == 1;
  k.keras_out = {c.at(13), c.at(14)};
  k.x = array(".x", c[1], c[2], c[3]);
  k.dx = array(".dx", c[1], c[2], c[3]);
  k.y = array(".y", c[13], c[14], c[4]);
  k.dy = array(".dy", c[13], c[14], c[4]);
  const Pair kernel = {c[5], c[6]}, stride = {c[7], c[8]}, dilation = {c[9], c[10]};
  const bool transposed = name.starts_with("transpose");
  k.geometry = transposed ? transpose_geometry(k.x, kernel, stride, k.padding)
                          : window_geometry(k.x, kernel, stride, dilation, k.padding);
  if (name.starts_with("pool")) return k;
  k.weight = reference[name + ".weight"];
  k.bias = reference[name + ".bias"];
  k.dweight = reference[name + ".dweight"];
  k.dbias = reference[name + ".dbias"];
  return k;
}

/// Names of the cases that begin with `kind`: "transpose", "conv" or "pool".
inline std::vector<std::string> keras_cases(const Reference& reference, const std::string& kind) {
  const std::string end = ".config";
  std::vector<std::string> names;
  for (const auto& [name, values] : reference.entries) {
    if (name.starts_with(kind) && name.ends_with(end)) names.push_back(name.substr(0, name.size() - end.size()));
  }
  return names;
}

}  // namespace reference
