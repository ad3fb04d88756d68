#pragma once
// What every layer is.
//
// A layer is a type without objects: constexpr facts and two static functions.
//
//   in, out            the shapes of one image before and after
//   parameter_count    floats of parameters
//   multiply_adds      multiplications of one image's forward pass
//   rectified          whether the output went through a fused ReLU; whoever computes the gradient of that output then
//                      zeroes it where the output is not positive (InputGradient::rectified says so)
//   scratch(n, t)      floats of scratch memory for batches of up to n on t threads
//   forward(p, x, y, memory)
//   backward(p, dp, x, dy, dx, memory)    accumulates into dp, writes dx as InputGradient says; needs x, never y
//
// A leaf also has `kind`, its name in tables, `parameters`, a list of its tensors, and `footprint`, the window of inputs
// that an output depends on. A combinator is a layer that is made of layers: it has `Children` instead, its backward gets
// y too (p, dp, x, y, dy, dx, memory), for what its children left in it, and may overwrite dy, and it needs memory of its
// own between its children (nn/planner.hpp).

#include <array>
#include <concepts>
#include <cstddef>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>

#include "unetpp/core/tensor.hpp"
#include "unetpp/kernels/epilogue.hpp"
#include "unetpp/kernels/operands.hpp"

namespace unetpp {

/// One tensor of a layer's parameters: its name within the layer, its extents, and what initialisers go by.
struct ParameterTensor {
  const char* name;
  std::array<int, 4> extents;
  int rank;
  int fan_in;
  int fan_out;

  constexpr std::size_t size() const {
    std::size_t product = 1;
    for (std::size_t i = 0; i < static_cast<std::size_t>(rank); ++i) product *= static_cast<std::size_t>(extents[i]);
    return product;
  }
};

/// Where and how a layer writes the gradient of its input.
template <Shape S>
struct InputGradient {
  BatchView<float, S> view;  // without data: the gradient is not wanted
  bool accumulate = false;   // add to what is there
  bool rectified = false;    // the input went through a ReLU: zero where it is not positive

  bool wanted() const { return view.data() != nullptr; }

  kernels::Epilogue epilogue(BatchView<const float, S> x) const {
    return {.accumulate = accumulate, .mask = rectified ? x.data() : nullptr, .mask_stride = x.pixel_stride()};
  }
};

/// The memory that a network's plan gives a layer: slots for values between the children of combinators, and scratch.
class Memory {
 public:
  Memory(float* arena, const std::size_t* offsets, std::size_t capacity, kernels::Scratch scratch)
      : arena_(arena), offsets_(offsets), capacity_(capacity), scratch_(scratch) {}

  template <Shape S>
  BatchView<float, S> slot(int index, std::size_t count) const {
    return {arena_ + offsets_[index] * capacity_, count};
  }
  /// The memory of a child whose slots begin at `first`.
  Memory child(int first) const { return {arena_, offsets_ + first, capacity_, scratch_}; }
  std::size_t capacity() const { return capacity_; }  // images
  kernels::Scratch scratch() const { return scratch_; }
  int threads() const { return scratch_.threads; }

 private:
  float* arena_;
  const std::size_t* offsets_;  // floats an image
  std::size_t capacity_;
  kernels::Scratch scratch_;
};

template <class T>
concept Layer = requires {
  { T::in } -> std::convertible_to<Shape>;
  { T::out } -> std::convertible_to<Shape>;
  { T::parameter_count } -> std::convertible_to<std::size_t>;
  { T::multiply_adds } -> std::convertible_to<std::size_t>;
  { T::rectified } -> std::convertible_to<bool>;
  { T::scratch(std::size_t{1}, 1) } -> std::convertible_to<std::size_t>;
};

template <class T>
concept Combinator = Layer<T> && requires {
  typename T::Children;
};

/// Calls f.operator()<Leaf>(offset of its first parameter) for every leaf of a network in the order of execution.
template <Layer L, class F>
constexpr void for_each_leaf(F&& f, std::size_t offset = 0) {
  if constexpr (Combinator<L>) {
    [&]<class... Children>(std::type_identity<std::tuple<Children...>>) {
      ((for_each_leaf<Children>(f, offset), offset += Children::parameter_count), ...);
    }(std::type_identity<typename L::Children>{});
  } else {
    f.template operator()<L>(offset);
  }
}

/// What initialisers and tables know of a leaf: values, so that their code does not depend on the network.
struct LeafInfo {
  const char* kind;
  Shape out;
  std::span<const ParameterTensor> parameters;
  std::size_t first_parameter;  // where they begin in the network's
  std::size_t parameter_count;
  std::size_t multiply_adds;
};

template <Layer L>
inline constexpr std::size_t leaf_count = [] {
  std::size_t count = 0;
  for_each_leaf<L>([&]<class>(std::size_t) { ++count; });
  return count;
}();

/// The leaves of a network in the order of execution.
template <Layer L>
inline constexpr std::array<LeafInfo, leaf_count<L>> leaves = [] {
  std::array<LeafInfo, leaf_count<L>> list{};
  std::size_t i = 0;
  for_each_leaf<L>([&]<class Leaf>(std::size_t offset) {
    list[i++] = {Leaf::kind, Leaf::out, Leaf::parameters, offset, Leaf::parameter_count, Leaf::multiply_adds};
  });
  return list;
}();

template <Shape S>
constexpr kernels::ConstPixels pixels_of(BatchView<const float, S> view) {
  return {view.data(), view.pixel_stride()};
}
template <Shape S>
constexpr kernels::Pixels pixels_of(BatchView<float, S> view) {
  return {view.data(), view.pixel_stride()};
}

}  // namespace unetpp
