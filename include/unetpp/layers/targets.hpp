#pragma once
// Where a layer writes to.

#include "unetpp/core/tensor.hpp"
#include "unetpp/kernels/epilogue.hpp"
#include "unetpp/kernels/operands.hpp"
#include "unetpp/layers/tensors.hpp"

namespace unetpp {

/// The raw pixels of a view, for kernels.
template <class T>
constexpr kernels::ConstPixels<T> pixels_of(const detail::ViewedPixels<const T>& view) {
  return {view.data(), view.pixel_stride()};
}
template <class T>
constexpr kernels::Pixels<T> pixels_of(const detail::ViewedPixels<T>& view) {
  return {view.data(), view.pixel_stride()};
}

/// Where a layer writes its output. If it is to accumulate, the output is added to what is there, so that a sum of
/// layers needs no pass of its own; a fused ReLU is then that of the sum.
template <Shape S, class T = float>
struct OutputTarget {
  BatchView<T, S> view;
  bool accumulate = false;

  OutputTarget(BatchView<T, S> to, bool add = false) : view(to), accumulate(add) {}  // NOLINT: implicit
};

/// Where and how a layer writes the gradient of its input.
template <Shape S, class T = float>
struct InputGradient {
  BatchView<T, S> view;     // without data: the gradient is not wanted
  bool accumulate = false;  // add to what is there
  bool rectified = false;   // the input went through a fused ReLU: zero where it is not positive

  bool wanted() const { return view.data() != nullptr; }

  kernels::Epilogue<T> epilogue(BatchView<const T, S> x) const {
    return {.accumulate = accumulate, .mask = rectified ? x.data() : nullptr, .mask_stride = x.pixel_stride()};
  }
};

/// Where a layer's gradients go: those of its tensors are added to dp, and so is what a batch shows of a statistic, times
/// Pass::share.
template <class L, class T = float>
struct Gradients {
  TensorView<L, float> dp;
  InputGradient<L::in, T> dx;

  /// Of a type derived from L, or that L is derived from.
  template <class Other>
  operator Gradients<Other, T>() const {  // NOLINT: implicit
    return {dp, dx};
  }
};

}  // namespace unetpp
