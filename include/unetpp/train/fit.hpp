#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "unetpp/train/callbacks.hpp"
#include "unetpp/train/progress.hpp"
#include "unetpp/train/trainer.hpp"

namespace unetpp {

/// What `fit` reads from: batches of images with labels, epoch after epoch.
///   batch()             the largest number of images in a batch
///   samples()           the number of images of an epoch
///   start_epoch(e)      begins epoch e = 0, 1, ...
///   next()              moves to the next batch; false at the end of the epoch
///   images(), labels()  the batch, until the next call of next() or start_epoch()
template <class L, class Net>
concept BatchSource = requires(L& loader, int epoch) {
  { loader.batch() } -> std::convertible_to<std::size_t>;
  { loader.samples() } -> std::convertible_to<std::size_t>;
  loader.start_epoch(epoch);
  { loader.next() } -> std::convertible_to<bool>;
  { loader.images() } -> std::convertible_to<BatchView<const float, Net::in>>;
  { loader.labels() } -> std::convertible_to<LabelView<Net::out>>;
};

struct FitConfig {
  int epochs = 1;
  SoftmaxCrossEntropyConfig loss = {};
  int threads = max_threads();
  bool progress = true;  // print lines on standard output
};

/// Where there is no validation set.
struct NoValidation {};

namespace detail {

struct Unwatched {
  void operator()(std::size_t, std::span<const std::uint8_t>) const {}
};

}  // namespace detail

/// A pass over a loader's first epoch without training. After each batch, `watch` is called with the number of images
/// so far and the batch's predicted classes.
/// Errors  NonFiniteLossError if the mean loss is NaN or infinite, ArgumentError if the loader has no images.
template <Layer Net, BatchSource<Net> Data, class Watch = detail::Unwatched>
Evaluation evaluate(Evaluator<Net>& evaluator, std::span<const float, Net::parameter_count> parameters, Data& loader,
                    const Watch& watch = {}) {
  Evaluation evaluation{{}, ConfusionMatrix(Net::out.channels)};
  std::size_t samples = 0;
  for (loader.start_epoch(0); loader.next();) {
    const std::span<const std::uint8_t> predicted =
        evaluator.add(parameters, loader.images(), loader.labels(), evaluation);
    samples += loader.images().count();
    watch(samples, predicted);
  }
  if (samples == 0) throw ArgumentError("unetpp: there are no images to validate with");
  if (evaluation.loss.weight > 0 && !std::isfinite(evaluation.loss.mean()))
    throw NonFiniteLossError("unetpp: the validation loss became " + std::to_string(evaluation.loss.mean()));
  return evaluation;
}

/// Trains a network: each epoch a step for every batch of `train`, then a pass over `validation`, then the callbacks'
/// on_epoch_end, in the order given. Returns what they were told.
/// Errors  NonFiniteLossError at the first NaN or infinite loss, naming epoch and image; the parameters are those
///         before that step. What loaders and callbacks throw passes through.
template <Layer Net, class Optimizer, BatchSource<Net> Train, class Validation, class... Callbacks>
requires(BatchSource<Validation, Net> || std::same_as<std::remove_const_t<Validation>, NoValidation>)
    std::vector<EpochEnd> fit(Parameters<Net>& parameters, Optimizer& optimizer, Train& train, Validation& validation,
                              const FitConfig& config, Callbacks&&... callbacks) {
  static_assert((detail::Callback<Callbacks> && ...),
                "unetpp: a callback of fit can be called with EpochBegin, BatchEnd, ValidationBatchEnd or EpochEnd, or "
                "has a member for one of them");
  constexpr bool validates = !std::same_as<std::remove_const_t<Validation>, NoValidation>;
  using Clock = std::chrono::steady_clock;
  const auto seconds_since = [](Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
  };

  std::optional<Progress> progress;
  if (config.progress) progress.emplace();
  const auto tell = [&](const auto& event) {
    if (progress) detail::notify(*progress, event);
    (detail::notify(callbacks, event), ...);
  };

  Trainer<Net> trainer(train.batch(), SoftmaxCrossEntropy(config.loss), config.threads);
  std::optional<Evaluator<Net>> evaluator;
  if constexpr (validates) evaluator.emplace(validation.batch(), SoftmaxCrossEntropy(config.loss), config.threads);

  std::vector<EpochEnd> history;
  for (int epoch = 1; epoch <= config.epochs; ++epoch) {
    tell(EpochBegin{epoch, config.epochs});
    const Clock::time_point start = Clock::now();
    LossSum sum;
    std::size_t samples = 0;
    train.start_epoch(epoch - 1);
    while (train.next()) {
      LossSum loss;
      try {
        loss = trainer.step(parameters, optimizer, train.images(), train.labels());
      } catch (const NonFiniteLossError& error) {
        throw NonFiniteLossError("epoch " + std::to_string(epoch) + ", after " + std::to_string(samples) +
                                 " images: " + error.what());
      }
      sum += loss;
      samples += train.images().count();
      tell(BatchEnd{epoch, config.epochs, samples, std::max(samples, train.samples()), loss.mean(), sum.mean(),
                    seconds_since(start)});
    }
    if (samples == 0) throw ArgumentError("unetpp: there are no images to train on");
    const double training_seconds = seconds_since(start);
    EpochEnd end{epoch, config.epochs, sum.mean(), {}, 0, static_cast<double>(samples) / training_seconds};
    if constexpr (validates) {
      const auto watch = [&](std::size_t validated, std::span<const std::uint8_t> predicted) {
        const BatchView<const float, Net::in> images = validation.images();
        const LabelView<Net::out> labels = validation.labels();
        tell(ValidationBatchEnd{epoch,
                                config.epochs,
                                validated,
                                std::max<std::size_t>(validated, validation.samples()),
                                Net::in,
                                Net::out,
                                images.data(),
                                images.pixel_stride(),
                                {labels.data(), labels.pixels()},
                                predicted,
                                config.loss.ignore_label});
      };
      end.validation = evaluate(*evaluator, parameters, validation, watch);
    }
    end.seconds = seconds_since(start);
    tell(end);
    history.push_back(std::move(end));
  }
  return history;
}

/// The same without a validation set.
template <Layer Net, class Optimizer, BatchSource<Net> Train, class... Callbacks>
std::vector<EpochEnd> fit(Parameters<Net>& parameters, Optimizer& optimizer, Train& train, const FitConfig& config,
                          Callbacks&&... callbacks) {
  const NoValidation none;
  return fit(parameters, optimizer, train, none, config, std::forward<Callbacks>(callbacks)...);
}

}  // namespace unetpp
