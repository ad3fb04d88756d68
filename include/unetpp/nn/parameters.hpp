#pragma once
// A network's parameters: one flat buffer, its named tensors, and how they begin.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "unetpp/core/buffer.hpp"
#include "unetpp/core/random.hpp"
#include "unetpp/layers/layer.hpp"

namespace unetpp {

/// One tensor of a network's flat parameter buffer.
struct NamedTensor {
  std::string name;  // layer.tensor: "conv2d_3.weight"
  std::vector<int> extents;
  std::size_t offset;
  std::size_t size;
  int fan_in;
  int fan_out;
};

/// Names of a network's leaves, as Keras numbers them: conv2d, conv2d_1, max_pooling2d, ...
inline std::vector<std::string> layer_names(std::span<const LeafInfo> leaves) {
  std::vector<std::string> names;
  for (const LeafInfo& leaf : leaves) {
    const auto same_kind = [&](const LeafInfo& other) { return std::string_view(other.kind) == leaf.kind; };
    const auto number = std::count_if(leaves.data(), &leaf, same_kind);
    names.push_back(leaf.kind);
    if (number > 0) names.back().append("_").append(std::to_string(number));
  }
  return names;
}

/// The tensors of a network's parameters in the order in which they lie in the buffer.
inline std::vector<NamedTensor> parameter_tensors(std::span<const LeafInfo> leaves) {
  std::vector<NamedTensor> tensors;
  const std::vector<std::string> names = layer_names(leaves);
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    std::size_t offset = leaves[i].first_parameter;
    for (const ParameterTensor& t : leaves[i].parameters) {
      tensors.push_back({names[i] + "." + t.name,
                         {t.extents.begin(), t.extents.begin() + t.rank},
                         offset,
                         t.size(),
                         t.fan_in,
                         t.fan_out});
      offset += t.size();
    }
  }
  return tensors;
}

template <Layer Net>
std::vector<std::string> layer_names() {
  return layer_names(leaves<Net>);
}
template <Layer Net>
std::vector<NamedTensor> parameter_tensors() {
  return parameter_tensors(leaves<Net>);
}

/// Weights uniform in ±sqrt(6 / (fan_in + fan_out)), biases zero: Keras's default.
/// Source  Glorot & Bengio, AISTATS 2010.
struct GlorotUniform {
  std::uint64_t seed = 0;

  void operator()(const NamedTensor& tensor, std::uint64_t number, std::span<float> values) const {
    if (tensor.fan_in == 0) return;
    const Random random(seed, random_stream(RandomUse::weights, number));
    const float limit = std::sqrt(6.0f / static_cast<float>(tensor.fan_in + tensor.fan_out));
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = limit * (2 * random.uniform(i) - 1);
  }
};

/// Weights normal with standard deviation sqrt(2 / fan_in), biases zero.
/// Source  He et al., ICCV 2015.
struct HeNormal {
  std::uint64_t seed = 0;

  void operator()(const NamedTensor& tensor, std::uint64_t number, std::span<float> values) const {
    if (tensor.fan_in == 0) return;
    const Random random(seed, random_stream(RandomUse::weights, number));
    const float deviation = std::sqrt(2.0f / static_cast<float>(tensor.fan_in));
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = deviation * random.normal(i);
  }
};

/// The parameters of a network, copyable like a number. A network of another size with the same layers takes them too.
template <Layer Net>
class Parameters {
 public:
  static constexpr std::size_t count = Net::parameter_count;

  /// The initialiser is called for each tensor with its number; it leaves at 0 what it does not write.
  template <class Initialiser = GlorotUniform>
  explicit Parameters(const Initialiser& initialise = {}) : values_(count) {
    std::uint64_t number = 0;
    for (const NamedTensor& t : parameter_tensors<Net>()) initialise(t, number++, span().subspan(t.offset, t.size));
  }

  std::span<float, count> span() { return std::span<float, count>(values_.data(), count); }
  std::span<const float, count> span() const { return std::span<const float, count>(values_.data(), count); }
  operator std::span<const float, count>() const { return span(); }  // NOLINT: implicit, what forward takes

 private:
  Buffer<float> values_;
};

}  // namespace unetpp
