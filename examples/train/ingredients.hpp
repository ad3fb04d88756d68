#pragma once
// The objects that a recipe names.

#include <cstddef>
#include <unetpp/core/shape.hpp>
#include <unetpp/io/data/loader_config.hpp>
#include <unetpp/io/image/preprocessing.hpp>
#include <unetpp/nn/parameters.hpp>
#include <unetpp/train/any_optimizer.hpp>
#include <unetpp/train/class_weights.hpp>
#include <unetpp/train/loss.hpp>
#include <unetpp/train/schedule.hpp>
#include <unetpp/train/trainer.hpp>
#include <vector>

#include "recipe.hpp"

namespace training {

using namespace unetpp;

/// Whether the images stay as they are and crops of them are learnt from, which is no choice of a command line's --resize.
inline bool crops(const Recipe& recipe) { return recipe.resize == "crop"; }

inline Resize resize_of(const Recipe& recipe) {
  if (crops(recipe)) return Resize::crop;
  return recipe.resize == "antialiased" ? Resize::antialiased : Resize::bilinear;
}

/// Crops of a network's size and nothing else.
Transform make_crops(Shape in, int classes);

/// What becomes of training images; {} where that is nothing.
Transform make_transform(const Recipe& recipe, Shape in, int classes);

std::vector<float> make_class_weights(const Recipe& recipe, const ClassCounts& counts);

Loss make_loss(const Recipe& recipe, std::vector<float> class_weights, int ignore_label);

/// `weights`: which parameters decay.
AnyOptimizer make_optimizer(const Recipe& recipe, std::vector<IndexRange> weights);

/// The learning rate of each step of a run; {} where it is the optimizer's own.
Schedule make_schedule(const Recipe& recipe, std::size_t images, int batch, int epochs);

GradientFunction make_clip(const Recipe& recipe);

}  // namespace training
