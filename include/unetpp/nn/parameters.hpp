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
#include "unetpp/core/ranges.hpp"
#include "unetpp/layers/layer.hpp"
#include "unetpp/layers/walk.hpp"

namespace unetpp {

/// One tensor of a network.
struct NamedTensor {
  std::string name;  // layer.tensor: "conv2d_3.weight"
  std::vector<int> extents;
  std::size_t offset;  // in the flat span of the trained tensors, or in that of the statistics
  std::size_t size;
  Role role;
  int fan_in;  // these as LayerTensor's
  int fan_out;
  float first;
  float keep;
  bool warm_up;
};

/// Names of a network's leaves, as Keras numbers them: conv2d, conv2d_1, max_pooling2d, ...
[[gnu::cold]] inline std::vector<std::string> layer_names(std::span<const LeafInfo> leaves) {
  std::vector<std::string> names;
  for (const LeafInfo& leaf : leaves) {
    const auto same_kind = [&](const LeafInfo& other) { return std::string_view(other.kind) == leaf.kind; };
    const auto number = std::count_if(leaves.data(), &leaf, same_kind);
    names.push_back(leaf.kind);
    if (number > 0) names.back().append("_").append(std::to_string(number));
  }
  return names;
}

namespace detail {

/// The tensors that are statistics, or those that are not, in the order in which they lie in their span.
[[gnu::cold]] inline std::vector<NamedTensor> named_tensors(std::span<const LeafInfo> leaves, bool statistics) {
  std::vector<NamedTensor> tensors;
  const std::vector<std::string> names = layer_names(leaves);
  std::size_t offset = 0;
  for (std::size_t i = 0; i < leaves.size(); ++i)
    for (const LayerTensor& t : leaves[i].tensors) {
      if ((t.role == Role::statistic) != statistics) continue;
      tensors.push_back({names[i] + "." + t.name,
                         {t.extents.begin(), t.extents.begin() + t.rank},
                         offset,
                         t.size(),
                         t.role,
                         t.fan_in,
                         t.fan_out,
                         t.first,
                         t.keep,
                         t.warm_up});
      offset += t.size();
    }
  return tensors;
}

}  // namespace detail

template <Layer Net>
std::vector<std::string> layer_names() {
  return layer_names(leaves<Net>);
}
/// The trained tensors of a network, in the order in which they lie in Parameters::span().
template <Layer Net>
std::vector<NamedTensor> parameter_tensors() {
  return detail::named_tensors(leaves<Net>, false);
}
/// The statistics of a network, in the order in which they lie in Parameters::statistics().
template <Layer Net>
std::vector<NamedTensor> statistic_tensors() {
  return detail::named_tensors(leaves<Net>, true);
}

/// Where weights lie in Parameters::span(), ascending: the parameters that decay.
template <Layer Net>
std::vector<IndexRange> weight_ranges() {
  std::vector<IndexRange> ranges;
  for (const NamedTensor& t : parameter_tensors<Net>()) {
    if (t.role != Role::weight) continue;
    if (!ranges.empty() && ranges.back().last == t.offset)
      ranges.back().last += t.size;
    else
      ranges.push_back({t.offset, t.offset + t.size});
  }
  return ranges;
}

/// Weights uniform in ±sqrt(6 / (fan_in + fan_out)): Keras's default.
/// Source  Glorot & Bengio, AISTATS 2010.
struct GlorotUniform {
  std::uint64_t seed = 0;

  void operator()(const NamedTensor& tensor, std::uint64_t number, std::span<float> values) const {
    if (tensor.role != Role::weight) return;
    const Random random(seed, random_stream(RandomUse::weights, number));
    const float limit = std::sqrt(6.0f / static_cast<float>(tensor.fan_in + tensor.fan_out));
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = limit * (2 * random.uniform(i) - 1);
  }
};

/// Weights normal with standard deviation sqrt(2 / fan_in).
/// Source  He et al., ICCV 2015.
struct HeNormal {
  std::uint64_t seed = 0;

  void operator()(const NamedTensor& tensor, std::uint64_t number, std::span<float> values) const {
    if (tensor.role != Role::weight) return;
    const Random random(seed, random_stream(RandomUse::weights, number));
    const float deviation = std::sqrt(2.0f / static_cast<float>(tensor.fan_in));
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = deviation * random.normal(i);
  }
};

/// The tensors of a network, copyable like a number: the trained ones in one flat span, the statistics in another. A
/// network of another size with the same layers takes them too.
template <Layer Net>
class Parameters {
 public:
  static constexpr std::size_t count = parameter_count<Net>;

  /// Each tensor begins with its first value (LayerTensor::first). Then the initialiser is called for each trained tensor
  /// with its number, and may write it.
  template <class Initialiser = GlorotUniform>
  explicit Parameters(const Initialiser& initialise = {}) : values_(count + statistic_count<Net>) {
    std::uint64_t number = 0;
    for (const NamedTensor& t : parameter_tensors<Net>()) {
      const std::span<float> values = span().subspan(t.offset, t.size);
      std::fill(values.begin(), values.end(), t.first);
      initialise(t, number++, values);
    }
    for (const NamedTensor& t : statistic_tensors<Net>()) std::fill_n(statistics().data() + t.offset, t.size, t.first);
  }

  std::span<float, count> span() { return std::span<float, count>(values_.data(), count); }
  std::span<const float, count> span() const { return std::span<const float, count>(values_.data(), count); }
  std::span<float> statistics() { return std::span(values_).subspan(count); }
  std::span<const float> statistics() const { return std::span(values_).subspan(count); }

  /// What a network reads: this one, or another one with the same layers.
  template <class Other>
  requires(parameter_count<Other> == count && statistic_count<Other> == statistic_count<Net>)
  operator TensorView<Other, const float>() const {  // NOLINT: implicit
    return TensorView<Net, const float>(values_.data(), values_.data() + count);
  }

 private:
  Buffer<float> values_;
};

}  // namespace unetpp
