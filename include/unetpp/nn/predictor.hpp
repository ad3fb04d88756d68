#pragma once
// Inference in three lines.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "unetpp/core/labels.hpp"
#include "unetpp/core/parallel.hpp"
#include "unetpp/kernels/softmax.hpp"
#include "unetpp/nn/parameters.hpp"
#include "unetpp/nn/predict_classes.hpp"
#include "unetpp/nn/workspace.hpp"

namespace unetpp {

struct PredictorConfig {
  std::size_t batch = 1;        ///< images that fit in a call; 1 needs the least memory
  int threads = max_threads();  ///< of the thread that makes the Predictor; 1 where many threads have one each
};

/// A network's parameters and the memory to run it in, planned when it is compiled: after construction nothing is
/// allocated. One for each thread that predicts; they may share the parameters, which must outlive them. Where there are
/// as many such threads as cores, each Predictor wants `.threads = 1`: by default it would run on all cores itself, and
/// `set_threads` in another thread, such as main's, does not change that.
///
/// What a call returns stays valid until the next one.
/// Shapes  images: n×Net::in with n ≤ batch, a Batch, a Tensor or a view of them.
/// Errors  ArgumentError for a batch of 0, numbers of threads out of 1 to most_threads, and for n = 0 or n > batch.
template <Layer Net>
class Predictor {
 public:
  explicit Predictor(Tensors<Net> parameters, PredictorConfig config = {})
      : parameters_(parameters), workspace_(config.batch, config.threads), classes_(config.batch * Net::out.pixels()) {}
  template <class Other>
  explicit Predictor(Parameters<Other>&& parameters, PredictorConfig config = {}) = delete;  // would not outlive it

  std::size_t batch() const { return workspace_.capacity(); }

  /// What the network puts out. One pixel of an image that is NaN makes its whole surroundings so.
  template <class Images>
  BatchView<const float, Net::out> logits(const Images& images) {
    return workspace_.forward(parameters_, images);
  }

  /// Softmax of the logits over the channels, NaN where one of them is: for a network that does not end in a Softmax
  /// itself.
  template <class Images>
  BatchView<const float, Net::out> probabilities(const Images& images) {
    static_assert(Net::out.channels <= kernels::most_softmax_channels, "unetpp: a softmax takes at most 8192 channels");
    const BatchView<float, Net::out> y = workspace_.forward(parameters_, images);
    kernels::softmax(y.pixels(), Net::out.channels, {pixels_of(y), pixels_of(y)}, workspace_.threads());
    return y;
  }

  /// The class of each pixel, as predict_classes has it.
  /// Shapes  result: n×{height, width, 1}.
  /// Errors  NonFiniteError if a logit of any pixel is NaN.
  template <class Images>
  LabelView<Net::out> classes(const Images& images) {
    const BatchView<const float, Net::out> y = logits(images);
    predict_classes(y, std::span(classes_.data(), y.pixels()));
    return {classes_.data(), y.count()};
  }

 private:
  Tensors<Net> parameters_;
  InferenceWorkspace<Net> workspace_;
  std::vector<std::uint8_t> classes_;
};

}  // namespace unetpp
