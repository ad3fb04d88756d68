#pragma once

#include <array>
#include <cstddef>

#include "unetpp/kernels/group_norm.hpp"
#include "unetpp/layers/convolution_layer.hpp"
#include "unetpp/layers/footprint.hpp"
#include "unetpp/layers/layer.hpp"

namespace unetpp {

struct GroupNormConfig {
  int groups = 32;  ///< of neighbouring channels, each normalised by itself; the paper's and Keras's default
  int epsilon_per_million = 10;              ///< added to the variance, in millionths; PyTorch's default, 1e-5
  Activation activation = Activation::none;  ///< fused to the end
};

/// y = scale·(x − mean) / √(variance + epsilon) + offset, with mean and variance of each image's group of channels.
///
/// With as many groups as channels it is instance normalisation, with one group layer normalisation (of whole images).
/// Training and inference compute the same.
/// Shapes  x, y: n×In.  scale, offset: In.channels.
/// Errors  A number of groups that does not divide the channels does not compile, nor do groups of a single value, of
///         which nothing but the offset would be left.
/// Source  Wu & He, "Group Normalization", ECCV 2018; the variance is that of PyTorch and Keras, divided by the count.
template <Shape In, GroupNormConfig C = GroupNormConfig{}>
struct GroupNorm : LayerDefaults {
  static_assert(C.groups > 0 && In.channels % C.groups == 0,
                "unetpp: GroupNorm needs a number of groups that divides the channels");
  static_assert(In.pixels() * In.channels > static_cast<std::size_t>(C.groups),
                "unetpp: GroupNorm needs groups of more than one value; use fewer groups or larger images");
  static_assert(C.epsilon_per_million > 0, "unetpp: GroupNorm needs an epsilon of at least a millionth");

  static constexpr const char* kind = "group_normalization";
  static constexpr Shape in = In;
  static constexpr Shape out = In;
  static constexpr bool rectified = C.activation == Activation::relu;
  /// Without its statistics, which are of whole images: what a tile makes of them is its own.
  static constexpr Footprint footprint{};
  static constexpr kernels::GroupNormGeometry geometry{In, C.groups, static_cast<float>(C.epsilon_per_million) * 1e-6f};
  enum { scale, offset };
  static constexpr std::array tensors{scale_tensor("scale", In.channels), offset_tensor("offset", In.channels)};
  static constexpr Kept kept{.an_image = std::size_t{2} * C.groups};  // the statistics

  static constexpr std::size_t scratch(std::size_t batch, int) {
    return kernels::group_norm_scratch(geometry, batch) + statistics(batch);
  }

  template <class T>
  static void forward(Tensors<GroupNorm> p, BatchView<const T, in> x, OutputTarget<out, T> y, const Context& context) {
    kernels::Scratch scratch = context.scratch();
    float* kept_or_not = context.training() ? context.kept_of_images() : scratch.data;
    scratch.data += statistics(x.count());
    kernels::group_norm<T>({geometry,
                            x.count(),
                            {pixels_of(x), pixels_of(y.view), {.accumulate = y.accumulate, .relu = rectified}},
                            p[scale].data(),
                            p[offset].data(),
                            kept_or_not},
                           scratch);
  }

  template <class T>
  static void backward(Tensors<GroupNorm> p, BatchView<const T, in> x, BatchView<const T, out>,
                       BatchView<const T, out> dy, Gradients<GroupNorm, T> to, const Context& context) {
    kernels::group_norm_gradient<T>({geometry,
                                     x.count(),
                                     {pixels_of(x), pixels_of(dy), pixels_of(to.dx.view), to.dx.epilogue(x)},
                                     p[scale].data(),
                                     context.kept_of_images(),
                                     to.dp[scale].data(),
                                     to.dp[offset].data()},
                                    context.scratch());
  }

 private:
  static constexpr std::size_t statistics(std::size_t batch) { return aligned_floats(batch * 2 * C.groups); }
};

}  // namespace unetpp
