#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "unetpp/train/batch_source.hpp"
#include "unetpp/train/callbacks.hpp"
#include "unetpp/train/progress.hpp"
#include "unetpp/train/trainer.hpp"
#include "unetpp/train/training_state.hpp"

namespace unetpp {

struct FitConfig {
  int epochs = 1;  // in all, those before `start` included
  SoftmaxCrossEntropyConfig loss = {};
  int threads = max_threads();
  bool progress = true;      // print lines on standard output
  TrainingState start = {};  // where to go on; parameters and optimizer must be as they were there
  IgnoredClass ignored_class = IgnoredClass::kept;               // in means, where loss.ignore_label is a class
  std::function<void(const std::string&)> warn = print_warning;  // gets lines; {}: nobody does
};

namespace detail {

struct Unwatched {
  void operator()(std::size_t, std::span<const std::uint8_t>) const {}
};

}  // namespace detail

/// A pass over a loader's first epoch without training. After each batch, `watch` is called with the number of images
/// so far and the batch's predicted classes; it may return false to end the pass there.
/// Errors  NonFiniteLossError at the first batch whose loss, or the output of one of whose pixels, is NaN or infinite;
///         ArgumentError if the loader has no images.
template <Layer Net, BatchSource<Net> Data, class Watch = detail::Unwatched>
Evaluation evaluate(Evaluator<Net>& evaluator, std::span<const float, Net::parameter_count> parameters, Data& loader,
                    const Watch& watch = {}) {
  Evaluation evaluation = evaluator.begin();
  std::size_t samples = 0;
  for (loader.start_epoch(0); loader.next();) {
    const std::span<const std::uint8_t> predicted =
        evaluator.add(parameters, loader.images(), loader.labels(), evaluation);
    samples += loader.images().count();
    if constexpr (std::is_void_v<decltype(watch(samples, predicted))>)
      watch(samples, predicted);
    else if (!watch(samples, predicted))
      break;
  }
  if (samples == 0) throw ArgumentError("unetpp: there are no images to validate with");
  return evaluation;
}

/// Trains a network: each epoch a step for every batch of `train`, then a pass over `validation`, then the callbacks'
/// on_epoch_end, in the order given. Returns what they were told, behind the history of `config.start`. Values beyond
/// ±32 in the first batch, as of images of 0 to 255, are warned of once.
/// Errors  NonFiniteLossError at the first NaN or infinite loss, or NaN output of any pixel, naming epoch and image; the
///         parameters are those before that step. ArgumentError for less than 1 epoch, and for a start that these
///         loaders cannot go on from. What loaders and callbacks throw passes through.
template <Layer Net, class Optimizer, BatchSource<Net> Train, class Validation, class... Callbacks>
requires(BatchSource<Validation, Net> || std::same_as<std::remove_const_t<Validation>, NoValidation>)
    std::vector<EpochEnd> fit(Parameters<Net>& parameters, Optimizer& optimizer, Train& train, Validation& validation,
                              const FitConfig& config, Callbacks&&... callbacks) {
  static_assert((detail::Callback<Callbacks> && ...),
                "unetpp: a callback of fit can be called with one of the events of train/callbacks.hpp, has a member "
                "for one of them, or has stop()");
  constexpr bool validates = !std::same_as<std::remove_const_t<Validation>, NoValidation>;
  using Clock = std::chrono::steady_clock;
  const int epochs = config.epochs;
  if (epochs < 1) throw ArgumentError("unetpp: fit: expected at least 1 epoch, found " + std::to_string(epochs));

  std::optional<Progress> progress;
  if (config.progress) progress.emplace();
  const auto tell = [&](const auto& event) {
    if (progress) detail::notify(*progress, event);
    (detail::notify(callbacks, event), ...);
  };
  const auto stop = [&] { return (detail::wants_stop(callbacks) || ...); };

  TrainingState state = config.start;
  detail::require_consistent(state);
  detail::match_source(train, state);
  detail::leave_out(train, state.train_left_out);
  detail::leave_out(validation, state.validation_left_out);
  const auto note_left_out = [&] {
    detail::note_left_out(train, state.train_left_out);
    detail::note_left_out(validation, state.validation_left_out);
  };
  note_left_out();

  Trainer<Net> trainer(train.batch(), SoftmaxCrossEntropy(config.loss), config.threads);
  std::optional<Evaluator<Net>> evaluator;
  if constexpr (validates)
    evaluator.emplace(validation.batch(), SoftmaxCrossEntropy(config.loss), config.threads, config.ignored_class);
  bool warned = !config.warn;

  const auto placed = [&](const auto& work) {
    try {
      return work();
    } catch (const NonFiniteLossError& error) {
      throw NonFiniteLossError("epoch " + std::to_string(state.epoch) + ", after " + std::to_string(state.samples) +
                               " images: " + error.what());
    }
  };

  tell(FitBegin{state.epoch, epochs, state});
  bool stopping = stop();
  if (stopping) tell(ResumePoint{state.epoch, epochs, state, true});
  while (!stopping && state.epoch <= epochs) {
    tell(EpochBegin{state.epoch, epochs});
    const Clock::time_point now = Clock::now();
    const auto seconds = [&, before = state.seconds] {
      return before + std::chrono::duration<double>(Clock::now() - now).count();
    };
    for (detail::start_epoch(train, state); !stopping && train.next();) {
      if (!std::exchange(warned, true) && detail::beyond_range<Net::in>(train.images()))
        config.warn(
            "the images of the first batch have values beyond 32: networks train best on [0, 1], where 0 to 255 "
            "are divided by 255");
      const LossSum loss = placed([&] { return trainer.step(parameters, optimizer, train.images(), train.labels()); });
      state.loss += loss;
      state.samples += train.images().count();
      ++state.batches;
      ++state.steps;
      state.seconds = seconds();
      note_left_out();
      tell(BatchEnd{state.epoch, epochs, state.samples, std::max<std::size_t>(state.samples, train.samples()),
                    loss.mean(), state.loss.mean(), state.seconds});
      stopping = stop();
      tell(ResumePoint{state.epoch, epochs, state, stopping});
    }
    if (stopping) break;
    if (state.samples == 0) throw ArgumentError("unetpp: there are no images to train on");
    EpochEnd end{state.epoch, epochs, state.loss.mean(), {}, 0, static_cast<double>(state.samples) / seconds()};
    if constexpr (validates) {
      const auto watch = [&](std::size_t validated, std::span<const std::uint8_t> predicted) {
        const BatchView<const float, Net::in> images = validation.images();
        const LabelView<Net::out> labels = validation.labels();
        tell(ValidationBatchEnd{state.epoch,
                                epochs,
                                validated,
                                std::max<std::size_t>(validated, validation.samples()),
                                Net::in,
                                Net::out,
                                images.data(),
                                images.pixel_stride(),
                                {labels.data(), labels.pixels()},
                                predicted,
                                config.loss.ignore_label,
                                evaluator->begin().confusion.left_out(),
                                detail::positions(validation),
                                detail::positions_left_out(validation)});
        return !(stopping = stop());
      };
      end.validation = placed([&] { return evaluate(*evaluator, parameters, validation, watch); });
      if (stopping) {  // its epoch is not over: whoever goes on validates again
        tell(ResumePoint{state.epoch, epochs, state, true});
        break;
      }
    }
    end.seconds = seconds();
    tell(end);
    state.history.push_back(std::move(end));
    ++state.epoch;
    state.batches = state.samples = 0;
    state.loss = {};
    state.seconds = 0;
    note_left_out();  // also bad samples behind the last batch
    stopping = stop();
    tell(ResumePoint{state.epoch, epochs, state, stopping});
  }
  tell(FitEnd{state.epoch, epochs, state});
  return std::move(state.history);
}

/// The same without a validation set.
template <Layer Net, class Optimizer, BatchSource<Net> Train, class... Callbacks>
std::vector<EpochEnd> fit(Parameters<Net>& parameters, Optimizer& optimizer, Train& train, const FitConfig& config,
                          Callbacks&&... callbacks) {
  const NoValidation none;
  return fit(parameters, optimizer, train, none, config, std::forward<Callbacks>(callbacks)...);
}

}  // namespace unetpp
