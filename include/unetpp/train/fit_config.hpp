#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "unetpp/core/parallel.hpp"
#include "unetpp/train/callbacks.hpp"
#include "unetpp/train/loss.hpp"
#include "unetpp/train/metrics.hpp"
#include "unetpp/train/softmax_cross_entropy.hpp"
#include "unetpp/train/trainer.hpp"
#include "unetpp/train/training_state.hpp"

namespace unetpp {

/// A learning rate for each step, 0, 1, ...: of the step alone, so that training that goes on needs nothing else.
using Schedule = std::function<double(std::uint64_t)>;

struct FitConfig {
  int epochs = 1;                     ///< in all, those before `start` included
  Loss loss = SoftmaxCrossEntropy{};  ///< that is made small; validation reports it, too
  int threads = max_threads();        ///< of the network's arithmetic
  bool progress = true;               ///< print lines on standard output
  TrainingState start = {};           ///< where to go on; parameters and optimizer must be as they were there
  IgnoredClass ignored_class = IgnoredClass::kept;  ///< in means, where the ignored label is a class; as Keras has it
  Schedule schedule = {};                           ///< of the learning rate; {}: the optimizer's own
  GradientFunction clip = {};  ///< changes a step's gradients before they are used; {}: nothing does
  std::function<void(const std::string&)> warn = print_warning;  ///< gets lines; {}: nobody does
};

}  // namespace unetpp
