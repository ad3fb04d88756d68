#pragma once
// One training step, and one pass of validation.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "unetpp/core/flush_subnormals.hpp"
#include "unetpp/nn/parameters.hpp"
#include "unetpp/nn/predict_classes.hpp"
#include "unetpp/nn/workspace.hpp"
#include "unetpp/train/loss.hpp"
#include "unetpp/train/metrics.hpp"

namespace unetpp {

/// The memory of training steps on batches of up to `batch` images; after the first step they allocate nothing.
template <Layer Net>
class Trainer {
 public:
  explicit Trainer(std::size_t batch, SoftmaxCrossEntropy loss = SoftmaxCrossEntropy{}, int threads = max_threads())
      : workspace_(batch, threads), gradients_(Net::parameter_count), loss_(std::move(loss)) {}

  /// Forward, loss, backward and one step of the optimizer. Returns the loss before the step.
  /// Errors  NonFiniteLossError if that is NaN or infinite, or a pixel's output is NaN, also where the label is ignored;
  ///         the parameters are then left alone.
  template <class Optimizer>
  LossSum step(Parameters<Net>& parameters, Optimizer& optimizer, BatchView<const float, Net::in> images,
               LabelView<Net::out> labels) {
    const LossSum loss = compute_gradients(parameters, images, labels);
    const FlushSubnormals flush;  // moments of gradients that have ended come to be subnormal
    optimizer.step(parameters.span(), gradients(), workspace_.threads());
    return loss;
  }

  /// All of a step but the optimizer's part.
  LossSum compute_gradients(const Parameters<Net>& parameters, BatchView<const float, Net::in> images,
                            LabelView<Net::out> labels) {
    const BatchView<const float, Net::out> logits = workspace_.forward(parameters, images);
    const LossSum loss = loss_(logits, labels, workspace_.output_gradient(), workspace_.scratch());
    if (!std::isfinite(loss.loss))
      throw NonFiniteLossError("unetpp: the loss became " + std::to_string(loss.loss) +
                               "; lower the learning rate or look for bad values in the images");
    kernels::clear(gradients_.size(), gradients_.data(), workspace_.threads());
    workspace_.backward(parameters, std::span<float, Net::parameter_count>(gradients_.data(), gradients_.size()),
                        images);
    return loss;
  }

  std::span<const float> gradients() const { return gradients_; }
  TrainingWorkspace<Net>& workspace() { return workspace_; }

 private:
  TrainingWorkspace<Net> workspace_;
  Buffer<float> gradients_;
  SoftmaxCrossEntropy loss_;
};

/// Loss and confusion matrix over a whole data set.
struct Evaluation {
  LossSum loss;
  ConfusionMatrix confusion;
};

/// Runs batches through a network to see what it is worth.
template <Layer Net>
class Evaluator {
 public:
  explicit Evaluator(std::size_t batch, SoftmaxCrossEntropy loss = SoftmaxCrossEntropy{}, int threads = max_threads(),
                     IgnoredClass ignored_class = IgnoredClass::kept)
      : workspace_(batch, threads),
        classes_(batch * Net::out.pixels()),
        loss_(std::move(loss)),
        left_out_(ignored_class == IgnoredClass::left_out ? loss_.config().ignore_label : -1) {}

  /// Of no images yet.
  Evaluation begin() const {
    Evaluation none{{}, ConfusionMatrix(Net::out.channels)};
    none.confusion.leave_out(left_out_);
    return none;
  }

  /// Returns the predicted class of each pixel, until the next call.
  /// Errors  NonFiniteLossError if the loss is NaN or infinite, or a pixel's output is NaN, also where the label is
  ///         ignored.
  std::span<const std::uint8_t> add(std::span<const float, Net::parameter_count> parameters,
                                    BatchView<const float, Net::in> images, LabelView<Net::out> labels,
                                    Evaluation& evaluation) {
    const BatchView<const float, Net::out> logits = workspace_.forward(parameters, images);
    const LossSum loss = loss_(logits, labels, BatchView<float, Net::out>{}, workspace_.scratch());
    if (!std::isfinite(loss.loss))
      throw NonFiniteLossError("unetpp: the validation loss became " + std::to_string(loss.loss) +
                               "; look for bad values in the images");
    evaluation.loss += loss;
    const std::span<std::uint8_t> classes(classes_.data(), logits.pixels());
    predict_classes(logits, classes);
    evaluation.confusion.add({labels.data(), labels.pixels()}, classes, loss_.config().ignore_label);
    return classes;
  }

 private:
  InferenceWorkspace<Net> workspace_;
  std::vector<std::uint8_t> classes_;
  SoftmaxCrossEntropy loss_;
  int left_out_;
};

}  // namespace unetpp
