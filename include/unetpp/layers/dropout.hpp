#pragma once

#include <cstddef>
#include <cstdint>

#include "unetpp/kernels/dropout.hpp"
#include "unetpp/kernels/pointwise.hpp"
#include "unetpp/layers/footprint.hpp"
#include "unetpp/layers/layer.hpp"

namespace unetpp {

struct DropoutConfig {
  int per_thousand = 500;  ///< probability that a value becomes zero, in thousandths; PyTorch's default
  bool spatial =
      false;  ///< whether all values of a channel share one draw [Tompson et al., CVPR 2015]; Keras's default
};

/// In training y = x / (1 − p) or, with a probability of p, 0; in inference y = x.
///
/// What is drawn depends on the seed, the step, the layer and the image's place in the step, not on threads or on how the
/// step is cut into batches; the backward pass draws it again.
/// Shapes  x, y: n×In.
/// Errors  A probability below 0 or of 1 does not compile.
/// Source  Srivastava et al., "Dropout", JMLR 2014; scaled in training, as Keras and PyTorch do.
template <Shape In, DropoutConfig C = DropoutConfig{}>
struct Dropout : LayerDefaults {
  static_assert(C.per_thousand >= 0 && C.per_thousand < 1000,
                "unetpp: Dropout needs a probability of 0 to 999 thousandths");

  static constexpr const char* kind = C.spatial ? "spatial_dropout2d" : "dropout";
  static constexpr Shape in = In;
  static constexpr Shape out = In;
  static constexpr Footprint footprint{};

  template <class T>
  static void forward(Tensors<Dropout>, BatchView<const T, in> x, OutputTarget<out, T> y, const Context& context) {
    apply<T>(x.count(), {pixels_of(x), pixels_of(y.view), {.accumulate = y.accumulate}}, context);
  }

  template <class T>
  static void backward(Tensors<Dropout>, BatchView<const T, in> x, BatchView<const T, out>, BatchView<const T, out> dy,
                       Gradients<Dropout, T> to, const Context& context) {
    if (to.dx.wanted()) apply<T>(x.count(), {pixels_of(dy), pixels_of(to.dx.view), to.dx.epilogue(x)}, context);
  }

 private:
  template <class T>
  static void apply(std::size_t count, const kernels::MapOperands<T>& of, const Context& context) {
    if (!context.training() || C.per_thousand == 0)
      return kernels::transfer<T>(count * in.pixels(), in.channels, of, context.threads());
    const kernels::Draw draw = kernels::dropout_draw(C.per_thousand, context.random());
    const std::uint64_t image = context.pass().first_image;
    if (C.spatial)
      kernels::spatial_dropout<T>(count, in, {of, draw, image * in.channels}, context.threads());
    else
      kernels::dropout<T>(count * in.pixels(), in.channels, {of, draw, image * in.size()}, context.threads());
  }
};

}  // namespace unetpp
