#pragma once

#include "unetpp/kernels/pooling.hpp"
#include "unetpp/kernels/resampling.hpp"
#include "unetpp/layers/footprint.hpp"
#include "unetpp/layers/layer.hpp"
#include "unetpp/layers/padding.hpp"

namespace unetpp {

struct AveragePool2DConfig {
  Extent window = 2;                 ///< input pixels; Keras's default
  Extent stride = window;            ///< input pixels from one output to the next; Keras's default
  Padding padding = Padding::valid;  ///< Keras's default
};

/// The mean of each channel in each window. A window as large as the image is global average pooling.
/// Shapes  x: n×In.  y: n×out.
/// Extent  as in window_axis; padding is not counted (PyTorch's count_include_pad=False, and Keras's way).
/// Errors  A window larger than a valid-padded input does not compile.
template <Shape In, AveragePool2DConfig C = AveragePool2DConfig{}>
struct AveragePool2D : LayerDefaults {
  static_assert(C.window.height > 0 && C.window.width > 0 && C.stride.height > 0 && C.stride.width > 0,
                "unetpp: AveragePool2D needs a window and a stride of at least 1");

  static constexpr const char* kind = "average_pooling2d";
  static constexpr WindowAxis rows = window_axis(In.height, C.window.height, C.stride.height, C.padding);
  static constexpr WindowAxis columns = window_axis(In.width, C.window.width, C.stride.width, C.padding);

  static constexpr Shape in = In;
  static constexpr Shape out =
      (require_window_fits<AveragePool2D, In, C.window, C.padding>(), Shape{rows.out, columns.out, In.channels});
  static constexpr kernels::PoolGeometry geometry{in, out, C.window, C.stride, rows.pad, columns.pad};
  static constexpr Footprint footprint{{C.window.height, C.stride.height, rows.pad},
                                       {C.window.width, C.stride.width, columns.pad}};

  template <class T>
  static void forward(Tensors<AveragePool2D>, BatchView<const T, in> x, OutputTarget<out, T> y,
                      const Context& context) {
    kernels::resample<T>({in, out, row_taps.taps(), column_taps.taps()}, x.count(),
                         {pixels_of(x), pixels_of(y.view), {.accumulate = y.accumulate}}, context.threads());
  }

  template <class T>
  static void backward(Tensors<AveragePool2D>, BatchView<const T, in> x, BatchView<const T, out>,
                       BatchView<const T, out> dy, Gradients<AveragePool2D, T> to, const Context& context) {
    if (to.dx.wanted())
      kernels::resample<T>({out, in, rows_back.taps(), columns_back.taps()}, x.count(),
                           {pixels_of(dy), pixels_of(to.dx.view), to.dx.epilogue(x)}, context.threads());
  }

 private:
  static constexpr auto row_taps =
      kernels::mean_table<In.height, out.height, C.window.height, C.stride.height, rows.pad>();
  static constexpr auto column_taps =
      kernels::mean_table<In.width, out.width, C.window.width, C.stride.width, columns.pad>();
  static constexpr auto rows_back =
      kernels::transposed_table<In.height, parts_of(C.window.height, C.stride.height)>(row_taps);
  static constexpr auto columns_back =
      kernels::transposed_table<In.width, parts_of(C.window.width, C.stride.width)>(column_taps);
};

}  // namespace unetpp
