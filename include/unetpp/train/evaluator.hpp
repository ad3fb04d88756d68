#pragma once
// What a network is worth on images that it is not trained on.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/nn/parameters.hpp"
#include "unetpp/nn/predict_classes.hpp"
#include "unetpp/nn/workspace.hpp"
#include "unetpp/train/metrics.hpp"
#include "unetpp/train/softmax_cross_entropy.hpp"

namespace unetpp {

/// Loss and confusion matrix over a whole data set.
struct Evaluation {
  LossSum loss;
  ConfusionMatrix confusion;
};

/// Runs batches through a network to see what it is worth.
template <Layer Net>
class Evaluator {
 public:
  explicit Evaluator(std::size_t batch, Loss loss = SoftmaxCrossEntropy{}, int threads = max_threads(),
                     IgnoredClass ignored_class = IgnoredClass::kept)
      : loss_(std::move(loss)),
        workspace_(batch, threads, loss_.scratch(batch, Net::out)),
        classes_(batch * Net::out.pixels()),
        left_out_(ignored_class == IgnoredClass::left_out ? loss_.ignored_label() : -1) {}

  /// The class that is left out of means; -1: none.
  int left_out() const { return left_out_ < Net::out.channels ? left_out_ : -1; }

  /// Of no images yet.
  Evaluation begin() const {
    Evaluation none{{}, ConfusionMatrix(Net::out.channels)};
    none.confusion.leave_out(left_out_);
    return none;
  }

  /// Returns the predicted class of each pixel, until the next call.
  /// Errors  NonFiniteLossError if the loss is NaN or infinite, or a pixel's output is NaN, also where the label is
  ///         ignored.
  std::span<const std::uint8_t> add(Tensors<Net> parameters, BatchView<const float, Net::in> images,
                                    LabelView<Net::out> labels, Evaluation& evaluation) {
    const BatchView<const float, Net::out> logits = workspace_.forward(parameters, images);
    const LossBatch batch = loss_batch(logits, labels);
    const LossWeight weight = loss_.weigh(batch, workspace_.scratch());
    const LossSum loss = loss_.evaluate(batch, {weight, weight}, {}, workspace_.scratch());
    if (!std::isfinite(loss.loss))
      throw NonFiniteLossError("unetpp: the validation loss became " + std::to_string(loss.loss) +
                               "; look for bad values in the images");
    evaluation.loss += loss;
    const std::span<std::uint8_t> classes(classes_.data(), logits.pixels());
    predict_classes(logits, classes);
    evaluation.confusion.add({labels.data(), labels.pixels()}, classes, loss_.ignored_label());
    return classes;
  }

 private:
  Loss loss_;
  InferenceWorkspace<Net> workspace_;
  std::vector<std::uint8_t> classes_;
  int left_out_;
};

}  // namespace unetpp
