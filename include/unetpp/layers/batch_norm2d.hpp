#pragma once

#include <algorithm>

#include "unetpp/kernels/batch_norm.hpp"
#include "unetpp/layers/convolution_layer.hpp"
#include "unetpp/layers/footprint.hpp"
#include "unetpp/layers/layer.hpp"

namespace unetpp {

struct BatchNorm2DConfig {
  Activation activation = Activation::none;  ///< fused to the end
  int keep_per_thousand = 990;     ///< of a running statistic, what a step keeps; Keras's 0.99 (PyTorch's is 900)
  int epsilon_per_million = 1000;  ///< added to the variance; Keras's 1e-3 (PyTorch's is 10)
  /// Whether the running variance is that of the population that the batch is drawn from, n/(n − 1) times the batch's own,
  /// as PyTorch has it; Keras's is the batch's own. Training itself divides by n in both.
  bool unbiased = false;
  /// Whether step t = 0, 1, ... keeps (1 + t) / (10 + t) of them at most, so that what they begin with is soon forgotten.
  /// Neither Keras nor PyTorch does: 0.99 leaves half of it after 69 steps. A UNet's do.
  bool warm_up = false;
};

/// Batch normalisation: each channel minus its mean over its standard deviation, times a trained scale, plus a trained
/// offset. In training mean and variance are those of the batch, over images and pixels; in inference the running ones,
/// which each training step moves. `Folded` (nn/fold_batch_norm.hpp) is a network without it that computes the same.
///
/// A step that is made of several parts or processes normalises each by its own moments; the running ones then move by
/// their means, weighted by images. A convolution before it needs no bias: the mean takes it away. Of a batch of one pixel
/// nothing is left but the offset; PyTorch refuses such a batch.
/// Shapes  x, y: n×In.  scale, offset, mean, variance: In.channels.
/// Source  Ioffe & Szegedy, ICML 2015.
template <Shape In, BatchNorm2DConfig C = BatchNorm2DConfig{}>
struct BatchNorm2D : LayerDefaults {
  static_assert(C.keep_per_thousand >= 0 && C.keep_per_thousand < 1000 && C.epsilon_per_million > 0,
                "unetpp: BatchNorm2D needs a keep_per_thousand of 0 to 999 and an epsilon_per_million of at least 1");

  static constexpr const char* kind = "batch_normalization";
  static constexpr Shape in = In;
  static constexpr Shape out = In;
  static constexpr Footprint footprint{};
  static constexpr bool rectified = C.activation == Activation::relu;
  static constexpr float epsilon = static_cast<float>(C.epsilon_per_million) * 1e-6f;
  static constexpr float keep = static_cast<float>(C.keep_per_thousand) * 1e-3f;
  static constexpr std::array tensors{scale_tensor("scale", In.channels), offset_tensor("offset", In.channels),
                                      statistic_tensor("mean", In.channels, 0, keep, C.warm_up),
                                      statistic_tensor("variance", In.channels, 1, keep, C.warm_up)};
  enum { scale, offset, mean, variance };                  // of `tensors`
  static constexpr Kept kept{.for_all = 2 * In.channels};  // the batch's moments

  static constexpr std::size_t scratch(std::size_t batch, int) { return kernels::batch_norm_scratch(In, batch); }

  template <class T>
  static void forward(Tensors<BatchNorm2D> p, BatchView<const T, in> x, OutputTarget<out, T> y,
                      const Context& context) {
    const float *mean_of = p[mean].data(), *variance_of = p[variance].data();
    if (context.training()) {
      const kernels::ChannelMoments own = moments(context);
      kernels::batch_moments<T>({In, x.count(), epsilon}, pixels_of(x), own, context.scratch());
      mean_of = own.mean;
      variance_of = own.variance;
    }
    kernels::batch_norm<T>({{In, x.count(), epsilon},
                            {pixels_of(x), pixels_of(y.view), {.accumulate = y.accumulate, .relu = rectified}},
                            mean_of,
                            variance_of,
                            p[scale].data(),
                            p[offset].data()},
                           context.scratch());
  }

  template <class T>
  static void backward(Tensors<BatchNorm2D> p, BatchView<const T, in> x, BatchView<const T, out>,
                       BatchView<const T, out> dy, Gradients<BatchNorm2D, T> to, const Context& context) {
    const kernels::ChannelMoments own = moments(context);
    const auto pixels = static_cast<double>(x.pixels());
    const double share = context.pass().share, to_running = C.unbiased ? pixels / std::max(1.0, pixels - 1) : 1;
    for (std::size_t c = 0; c < In.channels; ++c) {
      to.dp[mean][c] += static_cast<float>(share * own.mean[c]);
      to.dp[variance][c] += static_cast<float>(share * to_running * own.variance[c]);
    }
    kernels::batch_norm_gradient<T>({{In, x.count(), epsilon},
                                     {pixels_of(x), pixels_of(dy), pixels_of(to.dx.view), to.dx.epilogue(x)},
                                     own.mean,
                                     own.variance,
                                     p[scale].data(),
                                     to.dp[scale].data(),
                                     to.dp[offset].data()},
                                    context.scratch());
  }

 private:
  static kernels::ChannelMoments moments(const Context& context) {
    return {context.kept_for_all(), context.kept_for_all() + In.channels};
  }
};

}  // namespace unetpp
