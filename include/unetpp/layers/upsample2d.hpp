#pragma once

#include "unetpp/kernels/resampling.hpp"
#include "unetpp/layers/footprint.hpp"
#include "unetpp/layers/layer.hpp"

namespace unetpp {

using kernels::Interpolation;

struct Upsample2DConfig {
  Extent factor = 2;                                     ///< output pixels for each input pixel; Keras's default
  Interpolation interpolation = Interpolation::nearest;  ///< between pixels' centres; Keras's default
};

/// Larger images, without parameters; a convolution behind it makes the way up of a U-Net that has no transposed ones.
/// Aligned corners are of whole images: a tile's are its own, and so is what it makes of its pixels.
/// Shapes  x: n×In.  y: n×{factor.height·In.height, factor.width·In.width, In.channels}.
/// Source  PyTorch's Upsample (nearest, bilinear with align_corners=False and True), and Keras's UpSampling2D.
template <Shape In, Upsample2DConfig C = Upsample2DConfig{}>
struct Upsample2D : LayerDefaults {
  static_assert(C.factor.height > 0 && C.factor.width > 0, "unetpp: Upsample2D needs a factor of at least 1");

  static constexpr const char* kind = "up_sampling2d";
  static constexpr Shape in = In;
  static constexpr Shape out{In.height * C.factor.height, In.width* C.factor.width, In.channels};
  static constexpr Interpolation interpolation = C.interpolation;

  template <class T>
  static void forward(Tensors<Upsample2D>, BatchView<const T, in> x, OutputTarget<out, T> y, const Context& context) {
    kernels::resample<T>({in, out, rows.taps(), columns.taps()}, x.count(),
                         {pixels_of(x), pixels_of(y.view), {.accumulate = y.accumulate}}, context.threads());
  }

  template <class T>
  static void backward(Tensors<Upsample2D>, BatchView<const T, in> x, BatchView<const T, out>,
                       BatchView<const T, out> dy, Gradients<Upsample2D, T> to, const Context& context) {
    if (to.dx.wanted())
      kernels::resample<T>({out, in, rows_back.taps(), columns_back.taps()}, x.count(),
                           {pixels_of(dy), pixels_of(to.dx.view), to.dx.epilogue(x)}, context.threads());
  }

 private:
  /// The outputs that an input contributes to; with aligned corners, those that it may, wherever it is.
  static constexpr AxisFootprint axis(int factor) {
    if (C.interpolation == Interpolation::nearest) return {factor, factor, 0, true};
    if (C.interpolation == Interpolation::bilinear) return {2 * factor - factor % 2, factor, factor / 2, true};
    return {3 * factor - 2, factor, factor - 1, true};
  }

  static constexpr auto rows = kernels::upsampling_table<In.height, C.factor.height, C.interpolation>();
  static constexpr auto columns = kernels::upsampling_table<In.width, C.factor.width, C.interpolation>();
  static constexpr auto rows_back = kernels::transposed_table<In.height, axis(C.factor.height).window>(rows);
  static constexpr auto columns_back = kernels::transposed_table<In.width, axis(C.factor.width).window>(columns);

 public:
  static constexpr Footprint footprint{axis(C.factor.height), axis(C.factor.width)};
};

}  // namespace unetpp
