#pragma once
// --find-learning-rate.

#include <unetpp/train/learning_rate_finder.hpp>
#include <unetpp/unet.hpp>

#include "ingredients.hpp"
#include "options.hpp"
#include "output.hpp"

namespace training {

/// Says what was found and writes its picture. Returns the program's exit status.
int show(const LearningRateSearch& search, const Output& output);

/// Tries learning rates. Returns the program's exit status.
template <Layer Net>
int search_learning_rate(const Parameters<Net>& parameters, auto& training, const FitConfig& config,
                         const Options& options, const Output& output) {
  return show(find_learning_rate(parameters, make_optimizer(options.recipe, weight_ranges<Net>()), training, config),
              output);
}

}  // namespace training
