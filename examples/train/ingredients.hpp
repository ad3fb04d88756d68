#pragma once
// The objects that a recipe names.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <unetpp/io/data/augment.hpp>
#include <unetpp/io/data/loader_config.hpp>
#include <unetpp/train/adam.hpp>
#include <unetpp/train/adamw.hpp>
#include <unetpp/train/any_optimizer.hpp>
#include <unetpp/train/class_weights.hpp>
#include <unetpp/train/clip.hpp>
#include <unetpp/train/dice.hpp>
#include <unetpp/train/moving_average.hpp>
#include <unetpp/train/schedules.hpp>
#include <unetpp/train/sgd.hpp>
#include <unetpp/train/softmax_cross_entropy.hpp>
#include <unetpp/train/weighted_losses.hpp>
#include <utility>
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

/// Crops of the network's size, a third of them with a class that is drawn from those of the image, so that rare ones are
/// learnt, too. Source  nnU-Net (Isensee et al., Nature Methods 2021).
template <Layer Net>
AugmentConfig::Crop crop_of() {
  std::vector<std::uint8_t> classes(static_cast<std::size_t>(Net::out.channels));
  std::iota(classes.begin(), classes.end(), std::uint8_t{0});
  return {.height = Net::in.height, .width = Net::in.width, .rare_share = 1.0f / 3, .classes = classes};
}

/// What becomes of training images; {} where that is nothing.
template <Layer Net>
Transform make_transform(const Recipe& recipe) {
  const auto number = [](double value) { return static_cast<float>(value); };
  const auto around_zero = [&](double most) { return Range{number(-most), number(most)}; };
  const auto around_one = [&](double most) { return Range{number(1 / most), number(most)}; };
  const auto if_any = [](bool any) { return any ? 1.0f : 0.0f; };
  AugmentConfig config;
  config.flip.horizontal = number(recipe.flip);
  config.rotation = {if_any(recipe.rotation > 0), around_zero(recipe.rotation)};
  config.scale = {if_any(recipe.scale > 1), around_one(recipe.scale)};
  config.shift = {if_any(recipe.shift > 0), around_zero(recipe.shift), around_zero(recipe.shift)};
  config.brightness = {if_any(recipe.brightness > 0), around_zero(recipe.brightness)};
  config.contrast = {if_any(recipe.contrast > 1), around_one(recipe.contrast)};
  config.gain = {if_any(recipe.gain > 0), {number(1 - recipe.gain), number(1 + recipe.gain)}};
  if (crops(recipe)) config.crop = crop_of<Net>();
  const bool changes = crops(recipe) || recipe.flip > 0 || config.rotation.probability > 0 ||
                       config.scale.probability > 0 || config.shift.probability > 0 ||
                       config.brightness.probability > 0 || config.contrast.probability > 0 ||
                       config.gain.probability > 0;
  return changes ? Transform(Augment(config)) : Transform();
}

/// Of the classes in a loader's first epoch.
template <class Source>
std::vector<float> make_class_weights(const Recipe& recipe, Source& source, int classes, int ignore_label) {
  const ClassCounts counts = count_classes(source, classes, ignore_label);
  if (recipe.class_weights == "inverse") return inverse_frequency_weights(counts.pixels());
  if (recipe.class_weights == "median") return median_frequency_weights(counts);
  return effective_number_weights(counts.pixels(), 1 - 1e-7);
}

inline Loss make_loss(const Recipe& recipe, std::vector<float> class_weights, int ignore_label) {
  const SoftmaxCrossEntropy cross_entropy({.class_weights = std::move(class_weights),
                                           .ignore_label = ignore_label,
                                           .label_smoothing = static_cast<float>(recipe.label_smoothing)});
  if (recipe.dice == 0) return cross_entropy;
  return WeightedLosses({{1, cross_entropy}, {recipe.dice, DiceLoss({.ignore_label = ignore_label})}});
}

template <Layer Net>
AnyOptimizer make_optimizer(const Recipe& recipe) {
  const auto with_average = [&](auto optimizer) {
    if (recipe.average == 0) return AnyOptimizer(std::move(optimizer));
    return AnyOptimizer(MovingAverage(std::move(optimizer), {.decay = recipe.average}));
  };
  if (recipe.optimizer == "adam") return with_average(Adam({.learning_rate = recipe.learning_rate}));
  if (recipe.optimizer == "adamw")
    return with_average(AdamW({.learning_rate = recipe.learning_rate, .decay = recipe.decay}, weight_ranges<Net>()));
  return with_average(
      SGD({.learning_rate = recipe.learning_rate, .momentum = 0.9, .nesterov = true, .decay = recipe.decay},
          weight_ranges<Net>()));
}

/// The learning rate of each step of a run; {} where it is the optimizer's own.
inline Schedule make_schedule(const Recipe& recipe, std::size_t images, int batch, int epochs) {
  const std::size_t in_epoch = (images + static_cast<std::size_t>(batch) - 1) / static_cast<std::size_t>(batch);
  const std::uint64_t all = in_epoch * static_cast<std::uint64_t>(epochs);
  const auto rising = std::min<std::uint64_t>(all - 1, std::llround(recipe.warm_up * static_cast<double>(in_epoch)));
  const std::uint64_t rest = all - rising;
  const auto behind = [&]() -> Schedule {
    if (recipe.schedule == "cosine") return cosine({.first = recipe.learning_rate, .steps = rest});
    if (recipe.schedule == "polynomial") return polynomial({.first = recipe.learning_rate, .steps = rest});
    if (recipe.schedule == "one-cycle") return one_cycle({.peak = recipe.learning_rate, .steps = rest});
    return rising > 0 ? constant_rate(recipe.learning_rate) : Schedule();
  };
  return rising > 0 ? warm_up(rising, behind()) : behind();
}

inline GradientFunction make_clip(const Recipe& recipe) {
  return recipe.clip > 0 ? clip_by_global_norm(recipe.clip) : GradientFunction();
}

}  // namespace training
