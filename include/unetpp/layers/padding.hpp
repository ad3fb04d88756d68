#pragma once
// How a window slides over an image.

#include <algorithm>

#include "unetpp/core/shape.hpp"

namespace unetpp {

/// same: as many outputs as strides fit in the input, zeros (for pooling: nothing) around it, the odd one after it.
/// valid: windows lie inside the input.
/// Source  TensorFlow's and Keras's rule.
enum class Padding { same, valid };

/// One axis of a sliding window: the number of outputs and the padding before the first input.
struct WindowAxis {
  int out;
  int pad;
};

/// Extent  same: out = ceil(in / stride); valid: out = floor((in - window) / stride) + 1, 0 if it does not fit.
constexpr WindowAxis window_axis(int in, int window, int stride, Padding padding) {
  if (padding == Padding::valid) return {in < window ? 0 : (in - window) / stride + 1, 0};
  const int out = (in + stride - 1) / stride;
  return {out, std::max(0, (out - 1) * stride + window - in) / 2};
}

/// Does not compile if a window (a dilated kernel) is larger than the input that it slides over.
template <class Layer, Shape Input, Extent Window, Padding P>
consteval void require_window_fits() {
  static_assert(P == Padding::same || (Window.height <= Input.height && Window.width <= Input.width),
                "unetpp: the Window of this Layer is larger than its Input; use Padding::same or a smaller kernel");
}

}  // namespace unetpp
