#pragma once

#include <concepts>
#include <type_traits>
#include <utility>

#include "unetpp/train/batch_source.hpp"
#include "unetpp/train/callbacks.hpp"
#include "unetpp/train/fit_config.hpp"
#include "unetpp/train/fit_run.hpp"
#include "unetpp/train/listeners.hpp"
#include "unetpp/train/training_state.hpp"

namespace unetpp {

/// Trains a network: each epoch a step for every batch of `train`, then a pass over `validation`, then the callbacks'
/// on_epoch_end, in the order given. Where the optimizer has an average of the parameters (MovingAverage), that is what
/// validation takes (`averaged`). Values beyond ±32 in the first batch, as of images of 0 to 255, are warned of once.
///
/// Returns where training stands: its history has what on_epoch_end was told, and another call goes on from it as
/// FitConfig::start. A call without a start begins anew with the steps and epochs, on the parameters and the optimizer as
/// they are.
///
/// Processes that train together (FitConfig::team) all call `fit`; each takes its shards from the whole batches of its own
/// loader, or has a loader of them alone (io/data/own_shards.hpp); of validation, too. Callbacks are told the losses and
/// numbers of all, and of images and predicted classes those of their own process; where the first has a loader of all
/// shards to validate with, its callbacks see all. Progress is printed by the first, and where one stops, all do after
/// that batch.
/// Errors  NonFiniteLossError at the first NaN or infinite loss, or NaN output of any pixel, naming epoch and image; the
///         parameters are those before that step. ArgumentError for less than 1 epoch, for a start that these loaders
///         cannot go on from, and on all processes where they would train differently. What loaders and callbacks throw
///         passes through.
template <Layer Net, class Optimizer, BatchSource<Net> Train, class Validation, class... Callbacks>
requires(BatchSource<Validation, Net> || std::same_as<std::remove_const_t<Validation>, NoValidation>) TrainingState
    fit(Parameters<Net>& parameters, Optimizer& optimizer, Train& train, Validation& validation,
        const FitConfig& config, Callbacks&&... callbacks) {
  static_assert((detail::Callback<Callbacks> && ...),
                "unetpp: a callback of fit can be called with one of the events of train/callbacks.hpp, has a member "
                "for one of them, or has stop()");
  detail::Listeners<std::remove_reference_t<Callbacks>...> audience(config.progress && config.team.rank == 0,
                                                                    callbacks...);
  return detail::FitRun(parameters, optimizer, train, validation, config, audience).run();
}

/// The same without a validation set.
template <Layer Net, class Optimizer, BatchSource<Net> Train, class... Callbacks>
TrainingState fit(Parameters<Net>& parameters, Optimizer& optimizer, Train& train, const FitConfig& config,
                  Callbacks&&... callbacks) {
  const NoValidation none;
  return fit(parameters, optimizer, train, none, config, std::forward<Callbacks>(callbacks)...);
}

}  // namespace unetpp
