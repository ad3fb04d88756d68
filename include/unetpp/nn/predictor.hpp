#pragma once
// Inference in three lines.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "unetpp/core/labels.hpp"
#include "unetpp/core/parallel.hpp"
#include "unetpp/core/tensor.hpp"
#include "unetpp/kernels/mirror.hpp"
#include "unetpp/kernels/pointwise.hpp"
#include "unetpp/kernels/softmax.hpp"
#include "unetpp/nn/parameters.hpp"
#include "unetpp/nn/predict_classes.hpp"
#include "unetpp/nn/workspace.hpp"

namespace unetpp {

struct PredictorConfig {
  std::size_t batch = 1;        ///< images that fit in a call; 1 needs the least memory
  int threads = max_threads();  ///< of the thread that makes the Predictor; 1 where many threads have one each
  /// Probabilities and classes are of the mean over an image and its mirror image, left for right: twice the work and
  /// the memory. For a network that was trained with such images.
  bool flip = false;
};

/// A network's parameters and the memory to run it in, planned when it is compiled: after construction nothing is
/// allocated. One for each thread that predicts; they may share the parameters, which must outlive them. One that is given
/// the parameters, by std::move, has them for itself: nobody changes them any more, and kernels for a matrix unit (AMX) keep
/// their weights packed, which is faster for few images (BasicWorkspace::fix). Where there are as many such threads as
/// cores, each Predictor wants `.threads = 1`: by default it would run on all cores itself, and `set_threads` in another
/// thread, such as main's, does not change that.
///
/// What a call returns stays valid until the next one.
/// Shapes  images: n×Net::in with n ≤ batch, a Batch, a Tensor or a view of them.
/// Errors  ArgumentError for a batch of 0, numbers of threads out of 1 to most_threads, and for n = 0 or n > batch.
template <Layer Net>
class Predictor {
 public:
  explicit Predictor(Tensors<Net> parameters, PredictorConfig config = {})
      : parameters_(parameters),
        batch_(config.batch),
        workspace_((config.flip ? 2 : 1) * config.batch, config.threads),
        both_(config.flip ? 2 * config.batch : 0),
        classes_(config.batch * Net::out.pixels()) {}
  template <class Other>
  requires(std::is_convertible_v<const Parameters<Other>&, Tensors<Net>>) explicit Predictor(
      Parameters<Other>&& parameters, PredictorConfig config = {})
      : Predictor(std::make_shared<const Parameters<Other>>(std::move(parameters)), config) {}
  template <class Other>
  explicit Predictor(const Parameters<Other>&& parameters, PredictorConfig config = {}) = delete;  // gone too soon

  std::size_t batch() const { return batch_; }

  /// What the network puts out, for the images as they are. One pixel of an image that is NaN makes its whole
  /// surroundings so.
  template <class Images>
  BatchView<const float, Net::out> logits(const Images& images) {
    return run(images);
  }

  /// Softmax of the logits over the channels, NaN where one of them is: for a network that does not end in a Softmax
  /// itself.
  template <class Images>
  BatchView<const float, Net::out> probabilities(const Images& images) {
    static_assert(Net::out.channels <= kernels::most_softmax_channels, "unetpp: a softmax takes at most 8192 channels");
    if (!flips()) return softmax(run(images));
    const BatchView<float, Net::out> y = softmax(run_both(images));
    const std::size_t count = y.count() / 2;
    kernels::mean_with_mirrored({count * Net::out.height, Net::out.width, Net::out.channels},
                                pixels_of(y.images(count, count)), pixels_of(y), workspace_.threads());
    return y.images(0, count);
  }

  /// The class of each pixel, as predict_classes has it.
  /// Shapes  result: n×{height, width, 1}.
  /// Errors  NonFiniteError if a logit of any pixel is NaN.
  template <class Images>
  LabelView<Net::out> classes(const Images& images) {
    const BatchView<const float, Net::out> y = flips() ? probabilities(images) : logits(images);
    predict_classes(y, std::span(classes_.data(), y.pixels()));
    return {classes_.data(), y.count()};
  }

 private:
  template <class Other>
  Predictor(std::shared_ptr<const Parameters<Other>> own, const PredictorConfig& config)
      : Predictor(Tensors<Net>(*own), config) {
    own_ = std::move(own);
    workspace_.fix(parameters_);
  }

  bool flips() const { return both_.count() > 0; }

  template <class Images>
  BatchView<float, Net::out> run(const Images& images) {
    detail::require_fits(detail::view_of(images).count(), batch_);
    return workspace_.forward(parameters_, images);
  }

  /// The results for the images, then those for their mirror images.
  template <class Images>
  BatchView<float, Net::out> run_both(const Images& images) {
    const auto x = detail::view_of(images);
    const std::size_t count = x.count();
    detail::require_fits(count, batch_);
    const BatchView<float, Net::in> both = both_.view().images(0, 2 * count);
    if constexpr (Images::shape == Net::in) {  // else run's message is enough
      kernels::transfer(x.pixels(), Net::in.channels, {pixels_of(x), pixels_of(both)}, workspace_.threads());
      kernels::mirror({count * Net::in.height, Net::in.width, Net::in.channels}, pixels_of(x),
                      pixels_of(both.images(count, count)), workspace_.threads());
    }
    return workspace_.forward(parameters_, both);
  }

  BatchView<float, Net::out> softmax(BatchView<float, Net::out> y) const {
    kernels::softmax(y.pixels(), Net::out.channels, {pixels_of(y), pixels_of(y)}, workspace_.threads());
    return y;
  }

  std::shared_ptr<const void> own_;  // parameters, if they were given to it
  Tensors<Net> parameters_;
  std::size_t batch_;
  InferenceWorkspace<Net> workspace_;
  Batch<Net::in> both_;  // images and their mirror images
  std::vector<std::uint8_t> classes_;
};

}  // namespace unetpp
