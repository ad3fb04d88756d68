#pragma once
// Where windows lie on an image: TensorFlow's and Keras's rules for same and valid.

#include <algorithm>

#include "array.hpp"

namespace reference {

enum class Padding { same, valid };

/// Vertical and horizontal value of an extent, a step or an offset.
struct Pair {
  int h, w;
  bool operator==(const Pair&) const = default;
};

/// Output extent along one axis and how much padding (for a transposed convolution: cropping) lies before it.
struct Axis {
  int out, before;
};

/// One axis of a convolution or a pool.
/// Extent  same: out = ceil(in / stride), padded by max((out − 1)·stride + (kernel − 1)·dilation + 1 − in, 0) in all,
///         the smaller half before.  valid: out = floor((in − (kernel − 1)·dilation − 1) / stride) + 1, no padding.
/// Source  TensorFlow, tf.nn: "Notes on padding".
inline Axis window_axis(int in, int kernel, int stride, int dilation, Padding padding) {
  const int reach = (kernel - 1) * dilation + 1;
  if (padding == Padding::valid) return {in < reach ? 0 : (in - reach) / stride + 1, 0};
  const int out = (in + stride - 1) / stride;
  return {out, std::max((out - 1) * stride + reach - in, 0) / 2};
}

/// One axis of a transposed convolution.
/// Extent  same: out = in·stride, max((in − 1)·stride + kernel − out, 0) cropped in all, the smaller half before.
///         valid: out = in·stride + max(kernel − stride, 0), nothing cropped.
/// Source  Keras, Conv2DTranspose.
inline Axis transpose_axis(int in, int kernel, int stride, Padding padding) {
  if (padding == Padding::valid) return {in * stride + std::max(kernel - stride, 0), 0};
  const int out = in * stride;
  return {out, std::max((in - 1) * stride + kernel - out, 0) / 2};
}

/// Everything about a window's way over an image; `pad` is what lies above and to the left.
struct Geometry {
  Pair kernel;
  Pair stride = {1, 1};
  Pair dilation = {1, 1};
  Pair pad = {0, 0};
  Pair out = {0, 0};
};

inline Geometry window_geometry(const Array& x, Pair kernel, Pair stride, Pair dilation, Padding padding) {
  const Axis rows = window_axis(x.h, kernel.h, stride.h, dilation.h, padding);
  const Axis columns = window_axis(x.w, kernel.w, stride.w, dilation.w, padding);
  return {kernel, stride, dilation, {rows.before, columns.before}, {rows.out, columns.out}};
}

inline Geometry transpose_geometry(const Array& x, Pair kernel, Pair stride, Padding padding) {
  const Axis rows = transpose_axis(x.h, kernel.h, stride.h, padding);
  const Axis columns = transpose_axis(x.w, kernel.w, stride.w, padding);
  return {kernel, stride, {1, 1}, {rows.before, columns.before}, {rows.out, columns.out}};
}

}  // namespace reference
