#pragma once

#include "unetpp/kernels/pooling.hpp"
#include "unetpp/layers/footprint.hpp"
#include "unetpp/layers/layer.hpp"
#include "unetpp/layers/padding.hpp"

namespace unetpp {

struct MaxPool2DConfig {
  Extent window = 2;                 ///< input pixels; the U-Net's and Keras's
  Extent stride = window;            ///< input pixels from one output to the next; Keras's default
  Padding padding = Padding::valid;  ///< Keras's default
};

/// The largest value of each channel in each window; of equal ones the first, row by row, gets the gradient.
/// Shapes  x: n×In.  y: n×out.
/// Extent  as in window_axis; padding takes no part in the maximum.
/// Errors  A window larger than a valid-padded input does not compile.
template <Shape In, MaxPool2DConfig C = MaxPool2DConfig{}>
struct MaxPool2D : LayerDefaults {
  static_assert(C.window.height > 0 && C.window.width > 0 && C.stride.height > 0 && C.stride.width > 0,
                "unetpp: MaxPool2D needs a window and a stride of at least 1");

  static constexpr const char* kind = "max_pooling2d";
  static constexpr WindowAxis rows = window_axis(In.height, C.window.height, C.stride.height, C.padding);
  static constexpr WindowAxis columns = window_axis(In.width, C.window.width, C.stride.width, C.padding);

  static constexpr Shape in = In;
  static constexpr Shape out =
      (require_window_fits<MaxPool2D, In, C.window, C.padding>(), Shape{rows.out, columns.out, In.channels});
  static constexpr kernels::PoolGeometry geometry{in, out, C.window, C.stride, rows.pad, columns.pad};
  static constexpr Footprint footprint{{C.window.height, C.stride.height, rows.pad},
                                       {C.window.width, C.stride.width, columns.pad}};

  static constexpr std::size_t scratch(std::size_t, int threads) {
    return kernels::max_pool_gradient_scratch(geometry, threads);
  }

  template <class T>
  static void forward(Tensors<MaxPool2D>, BatchView<const T, in> x, OutputTarget<out, T> y, const Context& context) {
    kernels::max_pool<T>(geometry, x.count(), {pixels_of(x), pixels_of(y.view), {.accumulate = y.accumulate}},
                         context.threads());
  }

  template <class T>
  static void backward(Tensors<MaxPool2D>, BatchView<const T, in> x, BatchView<const T, out>,
                       BatchView<const T, out> dy, Gradients<MaxPool2D, T> to, const Context& context) {
    if (to.dx.wanted())
      kernels::max_pool_gradient<T>(geometry, x.count(),
                                    {pixels_of(x), pixels_of(dy), pixels_of(to.dx.view), to.dx.epilogue(x)},
                                    context.scratch());
  }
};

}  // namespace unetpp
