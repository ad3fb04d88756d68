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
#include "unetpp/train/shards.hpp"
#include "unetpp/train/softmax_cross_entropy.hpp"
#include "unetpp/train/team.hpp"
#include "unetpp/train/trainer.hpp"
#include "unetpp/train/training_state.hpp"

namespace unetpp {

struct FitConfig {
  int epochs = 1;                     ///< in all, those before `start` included
  Loss loss = SoftmaxCrossEntropy{};  ///< that is made small; validation reports it, too
  int threads = max_threads();        ///< of the network's arithmetic
  /// Images that a step computes at once; 0: its whole batch. Fewer take less memory, and their gradients are summed to those
  /// of the whole batch. Only what layers and losses see of a batch as a whole, as batch normalisation does, is then of a
  /// part. Validation takes whole batches of its own loader's, or shards of them.
  std::size_t images_at_once = 0;
  /// Shards that each batch is cut into (train/shards.hpp), which its size is a multiple of: layers and losses see each as
  /// a batch of its own. The bits depend on them, but not on the processes that share them. (1: the batch as it is.)
  std::size_t shards = 1;
  /// The processes that train together, no more than there are shards; all call `fit` with the same settings, parameters
  /// and data, and each computes its own shards of every step and of validation. ({}: this one alone.)
  Team team = {};
  /// Bytes of gradients that processes begin to sum while the backward pass goes on, as soon as they are complete; 0: all,
  /// behind it. Smaller ones hide more and send more messages. (2 MiB: of the default network's 31 MB fifteen.)
  std::size_t bucket_bytes = std::size_t{2} << 20;
  bool progress = true;      ///< print lines on standard output
  TrainingState start = {};  ///< where to go on; parameters and optimizer must be as they were there
  IgnoredClass ignored_class = IgnoredClass::kept;  ///< in means, where the ignored label is a class; as Keras has it
  Schedule schedule = {};      ///< of the learning rate (train/schedules.hpp); {}: the optimizer's own
  GradientFunction clip = {};  ///< changes a step's gradients before they are used (train/clip.hpp); {}: nothing does
  std::function<void(const std::string&)> warn = print_warning;  ///< gets lines; {}: nobody does
};

namespace detail {

/// Images that a step on shards of up to `shard` images computes at once.
inline std::size_t at_once(const FitConfig& config, std::size_t shard) {
  return config.images_at_once > 0 ? std::min(config.images_at_once, shard) : shard;
}

/// Those of a batch that this process computes.
/// Errors  As own_shards.
inline Shards own_shards(const FitConfig& config, std::size_t batch) {
  return unetpp::own_shards(config.shards, batch, static_cast<std::size_t>(config.team.rank),
                            static_cast<std::size_t>(config.team.size));
}

}  // namespace detail

}  // namespace unetpp
