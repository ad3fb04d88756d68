#pragma once
// The tensors of a layer: what they are for, and where they lie.

#include <array>
#include <cassert>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <tuple>
#include <type_traits>

#include "unetpp/layers/place.hpp"

namespace unetpp {

/// What a tensor is for.
///   weight     is multiplied by inputs: initialised by its fans; the one that decays where an optimizer decays any
///   offset     is added, such as a bias: begins at 0
///   scale      is multiplied by what is normalised: begins at 1
///   statistic  is what training saw of its data, such as a running mean: kept and saved, never trained
enum class Role { weight, offset, scale, statistic };

/// One tensor of a layer, made by one of the four functions below.
struct LayerTensor {
  const char* name;  // within the layer
  Role role;
  std::array<int, 4> extents;
  int rank;
  int fan_in;  // of a weight: inputs of an output, and outputs of an input
  int fan_out;
  float first;   // value that it begins with where no initialiser writes it
  float keep;    // share of a statistic's old value that a training step keeps
  bool warm_up;  // whether it keeps less in the first steps

  constexpr std::size_t size() const {
    std::size_t product = 1;
    for (int i = 0; i < rank; ++i) product *= static_cast<std::size_t>(extents[static_cast<std::size_t>(i)]);
    return product;
  }
};

namespace detail {

constexpr LayerTensor layer_tensor(const char* name, Role role, std::initializer_list<int> extents) {
  LayerTensor tensor{name, role, {}, 0, 0, 0, 0, 0, false};
  for (const int extent : extents) tensor.extents[static_cast<std::size_t>(tensor.rank++)] = extent;
  return tensor;
}

}  // namespace detail

constexpr LayerTensor weight_tensor(const char* name, std::initializer_list<int> extents, int fan_in, int fan_out) {
  LayerTensor tensor = detail::layer_tensor(name, Role::weight, extents);
  tensor.fan_in = fan_in;
  tensor.fan_out = fan_out;
  return tensor;
}
constexpr LayerTensor offset_tensor(const char* name, int count) {
  return detail::layer_tensor(name, Role::offset, {count});
}
constexpr LayerTensor scale_tensor(const char* name, int count) {
  LayerTensor tensor = detail::layer_tensor(name, Role::scale, {count});
  tensor.first = 1;
  return tensor;
}
/// A statistic that begins at `first` and becomes keep·old + (1 − keep)·observed in a training step. If it warms up, step
/// t = 0, 1, ... keeps (1 + t) / (10 + t) at most.
constexpr LayerTensor statistic_tensor(const char* name, int count, float first, float keep, bool warm_up = false) {
  LayerTensor tensor = detail::layer_tensor(name, Role::statistic, {count});
  tensor.first = first;
  tensor.keep = keep;
  tensor.warm_up = warm_up;
  return tensor;
}

namespace detail {

/// Floats of a layer's tensors that are statistics, or that are not.
template <class L>
constexpr std::size_t count_floats(bool statistics) {
  std::size_t count = 0;
  if constexpr (requires { typename L::Children; })
    [&]<class... Children>(std::type_identity<std::tuple<Children...>>) {
      ((count += count_floats<Children>(statistics)), ...);
    }(std::type_identity<typename L::Children>{});
  else
    for (const LayerTensor& t : L::tensors)
      if ((t.role == Role::statistic) == statistics) count += t.size();
  return count;
}

}  // namespace detail

/// Floats of a layer or network that are trained, and of its statistics.
template <class L>
inline constexpr std::size_t parameter_count = detail::count_floats<L>(false);
template <class L>
inline constexpr std::size_t statistic_count = detail::count_floats<L>(true);

namespace detail {

/// Where a tensor of a layer lies within its trained floats, or within its statistics.
struct TensorPart {
  bool statistic;
  std::size_t begin;
  std::size_t size;
};

/// A table, so that looking a tensor up is no loop over its extents.
template <class L>
inline constexpr std::array<TensorPart, L::tensors.size()> tensor_parts = [] {
  std::array<TensorPart, L::tensors.size()> parts{};
  std::size_t trained = 0, statistics = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const bool statistic = L::tensors[i].role == Role::statistic;
    std::size_t& next = statistic ? statistics : trained;
    parts[i] = {statistic, next, L::tensors[i].size()};
    next += parts[i].size;
  }
  return parts;
}();

}  // namespace detail

/// The tensors of a layer, or what is of their shapes, by name: `p[weight]`, where `weight` is the tensor's number in
/// L::tensors. The trained ones of a network lie in one flat span, its statistics in another. Not owned.
template <class L, class T>
class TensorView {
 public:
  TensorView(T* trained, T* statistics) : trained_(trained), statistics_(statistics) {}
  /// Of a network without statistics, its trained floats alone.
  template <class U, std::size_t Count>
  requires(std::is_convertible_v<U (*)[], T (*)[]>) TensorView(std::span<U, Count> trained)  // NOLINT: implicit
      : TensorView(trained.data(), nullptr) {
    static_assert(Count == parameter_count<L> && statistic_count<L> == 0,
                  "unetpp: expected parameter_count<L> floats of a network L without statistics");
  }

  /// Of another layer with as many of both: the same network at another size, or a type derived from it.
  template <class Other, class U>
  requires(std::is_convertible_v<U (*)[], T (*)[]>&& parameter_count<L> == parameter_count<Other> &&
           statistic_count<L> == statistic_count<Other>)
      TensorView(const TensorView<Other, U>& other)  // NOLINT: implicit
      : TensorView(other.trained(), other.statistics()) {}

  std::span<T> operator[](int tensor) const {
    const auto i = static_cast<std::size_t>(tensor);
    assert(i < L::tensors.size());
    const detail::TensorPart& part = detail::tensor_parts<L>[i];
    return {(part.statistic ? statistics_ : trained_) + part.begin, part.size};
  }

  T* trained() const { return trained_; }
  T* statistics() const { return statistics_; }
  /// Those of a child that begins at `place`.
  template <class Child>
  TensorView<Child, T> child(const Place& place) const {
    return {trained_ + place.trained, statistics_ + place.statistics};
  }

 private:
  T* trained_;
  T* statistics_;
};

/// A layer's tensors, to be read.
template <class L>
using Tensors = TensorView<L, const float>;

}  // namespace unetpp
