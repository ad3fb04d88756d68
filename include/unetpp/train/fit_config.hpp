#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <string>

#include "unetpp/core/parallel.hpp"
#include "unetpp/train/callbacks.hpp"
#include "unetpp/train/loss.hpp"
#include "unetpp/train/metrics.hpp"
#include "unetpp/train/schedule.hpp"
#include "unetpp/train/softmax_cross_entropy.hpp"
#include "unetpp/train/trainer.hpp"
#include "unetpp/train/training_state.hpp"

namespace unetpp {

struct FitConfig {
  int epochs = 1;                     ///< in all, those before `start` included
  Loss loss = SoftmaxCrossEntropy{};  ///< that is made small; validation reports it, too
  int threads = max_threads();        ///< of the network's arithmetic
  /// Images that a step computes at once; 0: its whole batch. Fewer take less memory, and their gradients are summed to those
  /// of the whole batch. Only what layers and losses see of a batch as a whole, as batch normalisation does, is then of a
  /// part. Validation takes batches of its own loader's.
  std::size_t images_at_once = 0;
  bool progress = true;      ///< print lines on standard output
  TrainingState start = {};  ///< where to go on; parameters and optimizer must be as they were there
  IgnoredClass ignored_class = IgnoredClass::kept;  ///< in means, where the ignored label is a class; as Keras has it
  Schedule schedule = {};      ///< of the learning rate (train/schedules.hpp); {}: the optimizer's own
  GradientFunction clip = {};  ///< changes a step's gradients before they are used (train/clip.hpp); {}: nothing does
  std::function<void(const std::string&)> warn = print_warning;  ///< gets lines; {}: nobody does
};

namespace detail {

/// Images that a step on batches of up to `batch` computes at once.
inline std::size_t at_once(const FitConfig& config, std::size_t batch) {
  return config.images_at_once > 0 ? std::min(config.images_at_once, batch) : batch;
}

}  // namespace detail

}  // namespace unetpp
