// What is the same for all networks, so that it is compiled once.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <numeric>
#include <string>
#include <unetpp/io/data/augment.hpp>
#include <unetpp/report/learning_rate_picture.hpp>
#include <unetpp/report/segmentation_report.hpp>
#include <unetpp/train/adam.hpp>
#include <unetpp/train/adamw.hpp>
#include <unetpp/train/clip.hpp>
#include <unetpp/train/dice.hpp>
#include <unetpp/train/moving_average.hpp>
#include <unetpp/train/schedules.hpp>
#include <unetpp/train/sgd.hpp>
#include <unetpp/train/softmax_cross_entropy.hpp>
#include <unetpp/train/weighted_losses.hpp>
#include <utility>
#include <vector>

#include "../messages.hpp"
#include "ingredients.hpp"
#include "learning_rate.hpp"
#include "output.hpp"
#include "report.hpp"

namespace training {

namespace {

/// A third of the crops have a class that is drawn from those of the image, so that rare ones are learnt, too.
/// Source  nnU-Net (Isensee et al., Nature Methods 2021).
AugmentConfig::Crop crop_of(Shape in, int classes) {
  std::vector<std::uint8_t> all(static_cast<std::size_t>(classes));
  std::iota(all.begin(), all.end(), std::uint8_t{0});
  return {.height = in.height, .width = in.width, .rare_share = 1.0f / 3, .classes = all};
}

}  // namespace

Transform make_crops(Shape in, int classes) { return Augment({.crop = crop_of(in, classes)}); }

Transform make_transform(const Recipe& recipe, Shape in, int classes) {
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
  if (crops(recipe)) config.crop = crop_of(in, classes);
  const bool changes = crops(recipe) || recipe.flip > 0 || config.rotation.probability > 0 ||
                       config.scale.probability > 0 || config.shift.probability > 0 ||
                       config.brightness.probability > 0 || config.contrast.probability > 0 ||
                       config.gain.probability > 0;
  return changes ? Transform(Augment(config)) : Transform();
}

std::vector<float> make_class_weights(const Recipe& recipe, const ClassCounts& counts) {
  if (recipe.class_weights == "inverse") return inverse_frequency_weights(counts.pixels());
  if (recipe.class_weights == "median") return median_frequency_weights(counts);
  return effective_number_weights(counts.pixels(), 1 - 1e-7);
}

Loss make_loss(const Recipe& recipe, std::vector<float> class_weights, int ignore_label) {
  const SoftmaxCrossEntropy cross_entropy({.class_weights = std::move(class_weights),
                                           .ignore_label = ignore_label,
                                           .label_smoothing = static_cast<float>(recipe.label_smoothing)});
  if (recipe.dice == 0) return cross_entropy;
  return WeightedLosses({{1, cross_entropy}, {recipe.dice, DiceLoss({.ignore_label = ignore_label})}});
}

AnyOptimizer make_optimizer(const Recipe& recipe, std::vector<IndexRange> weights) {
  const auto with_average = [&](auto optimizer) {
    if (recipe.average == 0) return AnyOptimizer(std::move(optimizer));
    return AnyOptimizer(MovingAverage(std::move(optimizer), {.decay = recipe.average}));
  };
  if (recipe.optimizer == "adam") return with_average(Adam({.learning_rate = recipe.learning_rate}));
  if (recipe.optimizer == "adamw")
    return with_average(AdamW({.learning_rate = recipe.learning_rate, .decay = recipe.decay}, std::move(weights)));
  return with_average(
      SGD({.learning_rate = recipe.learning_rate, .momentum = 0.9, .nesterov = true, .decay = recipe.decay},
          std::move(weights)));
}

Schedule make_schedule(const Recipe& recipe, std::size_t images, int batch, int epochs) {
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

GradientFunction make_clip(const Recipe& recipe) {
  return recipe.clip > 0 ? clip_by_global_norm(recipe.clip) : GradientFunction();
}

int show(const LearningRateSearch& search, const Output& output) {
  const std::filesystem::path picture = output.folder() / "learning_rate.png";
  write_file(picture, encode_png(draw_learning_rates(search)));
  std::printf("%zu learning rates from %.1e to %.1e, in %s; ", search.points.size(), search.points.front().rate,
              search.points.back().rate, examples::one_line(picture.string()).c_str());
  if (std::isfinite(search.suggestion))
    std::printf("the loss falls the steepest at --learning-rate %.1e\n", search.suggestion);
  else
    std::printf("the loss falls nowhere\n");
  return 0;
}

Report::Report(SegmentationReportConfig config) : report_(std::make_unique<SegmentationReport>(std::move(config))) {}
Report::~Report() = default;
std::filesystem::path Report::path() const { return report_->path(); }
double Report::seconds() const { return report_->seconds(); }
double Report::share() const { return report_->share(); }
std::string Report::state() const { return report_->state(); }
void Report::restore(std::string_view text, const std::vector<EpochEnd>& epochs, const std::string& where) {
  report_->restore(text, epochs, where);
}
void Report::on_fit_begin(const FitBegin& e) { report_->on_fit_begin(e); }
void Report::on_batch_end(const BatchEnd& e) { report_->on_batch_end(e); }
void Report::on_validation_batch_end(const ValidationBatchEnd& e) { report_->on_validation_batch_end(e); }
void Report::on_epoch_end(const EpochEnd& e) { report_->on_epoch_end(e); }
void Report::on_fit_end(const FitEnd& e) { report_->on_fit_end(e); }

}  // namespace training
