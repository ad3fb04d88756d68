#pragma once
// One training step.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/core/flush_subnormals.hpp"
#include "unetpp/core/parallel.hpp"
#include "unetpp/nn/parameters.hpp"
#include "unetpp/nn/supervised.hpp"
#include "unetpp/nn/workspace.hpp"
#include "unetpp/train/gradient_levels.hpp"
#include "unetpp/train/optimizer.hpp"
#include "unetpp/train/shards.hpp"
#include "unetpp/train/softmax_cross_entropy.hpp"
#include "unetpp/train/step_loss.hpp"

namespace unetpp {

/// What a step does beside its own. Where it is of several processes, the reductions sum over them, in the shards' tree.
struct StepConfig {
  std::optional<Pass> pass{};  ///< none: the next of the Trainer's own steps, of this batch alone
  std::span<const std::size_t>
      shard_images{};  ///< in each shard that is computed here; {}: all but the last ones are full
  std::function<void(LossWeight&)>
      reduce_weight{};        ///< gets what the batch weighs and makes it the whole step's: sums all of it
  GradientFunction reduce{};  ///< gets the gradients, and behind them what was seen of statistics
  /// In place of `reduce`: gets them bucket by bucket as soon as they are complete, while the backward pass goes on, and
  /// what is left behind it; nothing where that is a moment to go on with those before. The last call is end_reduce.
  GradientFunction begin_reduce{};
  std::function<void()> end_reduce{};           ///< when it returns, all of them are the whole step's
  std::size_t bucket = 1 << 20;                 ///< floats in a bucket
  std::function<void(LossSum&)> reduce_loss{};  ///< gets the batch's loss and makes it the whole step's
  GradientFunction clip{};                      ///< gets the gradients of the trained tensors
  std::optional<double> rate{};                 ///< of the optimizer's step; none: its own learning rate
};

/// The memory of training steps that compute up to `batch` images at once; after the first step they allocate nothing.
///
/// A step has four seams: the gradients of one or more batches are accumulated, reduced, clipped, and used for an update.
/// `step` does all of it for one batch. One of more images than are computed at once it takes in parts: the gradients are
/// those of the whole but for rounding, unless a layer or the loss sees a batch as a whole, which is then the part.
///
/// A batch may be cut into shards (train/shards.hpp), of which each is a batch of its own to layers and to the loss. What
/// they give is summed in a tree of its own, so that processes which share the shards give the bits of one alone. That
/// takes memory for as many gradients as the tree has levels.
///
/// Where the network has heads (UNetConfig::supervised_levels), the loss is the weighted sum of all outputs' (StepLoss).
template <Layer Net>
class Trainer {
 public:
  explicit Trainer(std::size_t batch, Loss loss = SoftmaxCrossEntropy{}, int threads = max_threads(),
                   const Shards& shards = {})
      : loss_(std::move(loss), Net::out, head_shapes<Net>, batch),
        workspace_(batch, threads, loss_.scratch()),
        shards_(shards),
        gradients_(detail::tree_levels(shards.own), parameter_count<Net>, statistic_count<Net>, threads) {}

  /// A whole step on one batch. Returns the loss before the step.
  /// Errors  NonFiniteLossError if that is NaN or infinite, or a pixel's output is NaN, also where the label is ignored;
  ///         the parameters are then left alone.
  template <class Optimizer>
  LossSum step(Parameters<Net>& parameters, Optimizer& optimizer, BatchView<const float, Net::in> images,
               LabelView<Net::out> labels, const StepConfig& config = {}) {
    LossSum loss = whole_gradients(parameters, images, labels, config);
    if (config.begin_reduce) {
      gradients_.give_rest(config.bucket, config.begin_reduce);
      config.end_reduce();
    } else if (config.reduce) {
      config.reduce(gradients_[0]);
    }
    if (config.reduce_loss) config.reduce_loss(loss);
    if (config.clip) config.clip(gradients());
    update(parameters, optimizer, config.rate);
    return loss;
  }

  /// All of a step on one batch up to the gradients.
  LossSum compute_gradients(const Parameters<Net>& parameters, BatchView<const float, Net::in> images,
                            LabelView<Net::out> labels) {
    return whole_gradients(parameters, images, labels, {});
  }

  /// Begins a step: the gradients are zero.
  void begin() { gradients_.clear(0); }

  /// What a batch weighs to the loss; LossWeights of all batches of a step add up to the whole's.
  LossWeight weigh(LabelView<Net::out> labels) {
    LossWeight whole;
    for_each_part(labels.count(), [&](std::size_t first, std::size_t count) {
      const BatchView<const float, Net::out> no_logits(nullptr, count);
      whole += loss_.weigh(loss_batch(no_logits, labels.images(first, count)), workspace_.scratch());
    });
    whole.images = static_cast<double>(labels.count());
    return whole;
  }

  /// Adds a batch's part of the gradients of the loss of a whole step that weighs `whole`; the pass is one of training and
  /// says where the batch is in the step. Returns the batch's loss.
  /// Errors  As `step`.
  LossSum accumulate(const Parameters<Net>& parameters, BatchView<const float, Net::in> images,
                     LabelView<Net::out> labels, const LossWeight& whole, const Pass& pass) {
    return accumulate_at(0, parameters, {images, labels}, whole, pass, nullptr);
  }

  /// Ends a step: the optimizer moves the trained tensors, and statistics become means of their old values and what was
  /// seen.
  /// Errors  ArgumentError for a rate where the optimizer takes none; what the optimizer throws.
  template <class Optimizer>
  void update(Parameters<Net>& parameters, Optimizer& optimizer, std::optional<double> rate = {}) {
    const FlushSubnormals flush;  // moments of gradients that have ended come to be subnormal
    detail::step_optimizer(optimizer, parameters.span(), gradients(), workspace_.threads(), rate);
    const auto most = static_cast<float>((1.0 + static_cast<double>(step_)) / (10.0 + static_cast<double>(step_)));
    for (const NamedTensor& t : statistic_tensors_) {
      const float keep = t.warm_up ? std::min(t.keep, most) : t.keep;
      for (std::size_t i = t.offset; i < t.offset + t.size; ++i) {
        float& value = parameters.statistics()[i];
        value = keep * value + (1 - keep) * seen()[i];
      }
    }
  }

  /// Of the trained tensors.
  std::span<float> gradients() { return gradients_[0].first(parameter_count<Net>); }
  /// What the step's batches showed of the statistics.
  std::span<float> seen() { return gradients_[0].subspan(parameter_count<Net>); }
  /// How many images the last step had, those of all processes.
  std::size_t images() const { return images_; }
  TrainingWorkspace<Net>& workspace() { return workspace_; }

 private:
  struct Examples {
    BatchView<const float, Net::in> images;
    LabelView<Net::out> labels;

    Examples from(std::size_t first, std::size_t count) const {
      return {images.images(first, count), labels.images(first, count)};
    }
  };

  /// Calls work(first, count) for the parts of a batch that are computed at once.
  template <class Work>
  void for_each_part(std::size_t images, const Work& work) const {
    for (std::size_t first = 0; first < images; first += workspace_.capacity())
      work(first, std::min(workspace_.capacity(), images - first));
  }

  void require_finite_loss() const {
    if (const double loss = loss_.sum().loss; !std::isfinite(loss))
      throw NonFiniteLossError("unetpp: the loss became " + std::to_string(loss) +
                               "; lower the learning rate or look for bad values in the images");
  }

  LossSum accumulate_at(std::size_t level, const Parameters<Net>& parameters, const Examples& of,
                        const LossWeight& whole, Pass pass, GradientWatch* watch) {
    pass.training = true;
    step_ = pass.step;
    const LossWeight own = weigh(of.labels);
    const BatchView<const float, Net::out> logits = workspace_.forward(parameters, of.images, pass);
    loss_.evaluate(loss_batch(logits, of.labels), {own, whole}, pixels_of(workspace_.output_gradient()),
                   workspace_.scratch());
    require_finite_loss();
    float* to = gradients_[level].data();
    workspace_.backward(parameters, {to, to + parameter_count<Net>}, of.images, {}, &loss_, watch);
    require_finite_loss();  // the heads' is in it now
    return loss_.sum();
  }

  /// All of a step up to the reduction.
  LossSum whole_gradients(const Parameters<Net>& parameters, BatchView<const float, Net::in> images,
                          LabelView<Net::out> labels, const StepConfig& config) {
    const auto require = [&](bool holds) {
      if (!holds)
        throw ArgumentError("unetpp: a training step: expected labels for each of at least 1 image, found those of " +
                            std::to_string(labels.count()) + " for " + std::to_string(images.count()));
    };
    require(labels.count() == images.count());
    detail::require_fits(shards_, config.shard_images, images.count());
    const auto range = [&](std::size_t shard) {
      return detail::shard_range(shards_, config.shard_images, images.count(), shard - shards_.first);
    };
    LossWeight whole = detail::join_in_tree(
        shards_.first, shards_.own,
        [&](std::size_t shard) { return weigh(labels.images(range(shard).first, range(shard).count)); },
        [](LossWeight& left, const LossWeight& right) { left += right; });
    if (config.reduce_weight) config.reduce_weight(whole);
    require(whole.images > 0);
    images_ = static_cast<std::size_t>(whole.images);

    const Pass pass = config.pass ? *config.pass : own_pass();
    step_ = pass.step;       // also where other processes have all of the step's images
    std::size_t levels = 0;  // whose gradients wait to be joined
    const std::size_t last = shards_.first + shards_.own - 1;
    return detail::join_in_tree(
        shards_.first, shards_.own,
        [&](std::size_t shard) {
          const auto [first, count] = range(shard);
          Pass of_shard = pass;
          if (shard > shards_.first) of_shard.first_image += (shard - shards_.first) * shards_.images;
          const std::size_t level = levels++;
          detail::BucketWatch watch(gradients_, level, config.bucket, config.begin_reduce);
          return shard_gradients(level, parameters, Examples{images, labels}.from(first, count), whole, of_shard,
                                 shard == last && config.begin_reduce ? &watch : nullptr);
        },
        [&](LossSum& left, const LossSum& right) {
          left += right;
          gradients_.join(--levels);
        });
  }

  /// Makes gradients those of a shard, in parts, of which the last is watched.
  LossSum shard_gradients(std::size_t level, const Parameters<Net>& parameters, const Examples& of,
                          const LossWeight& whole, const Pass& pass, GradientWatch* watch) {
    gradients_.clear(level);
    LossSum loss;
    for_each_part(of.images.count(), [&](std::size_t first, std::size_t count) {
      Pass part = pass;
      part.first_image += first;
      part.share *= static_cast<double>(count) / whole.images;
      const bool last = first + count == of.images.count();
      loss += accumulate_at(level, parameters, of.from(first, count), whole, part, last ? watch : nullptr);
    });
    return loss;
  }

  Pass own_pass() { return {.training = true, .step = steps_++}; }

  StepLoss loss_;
  TrainingWorkspace<Net> workspace_;
  Shards shards_;
  detail::GradientLevels gradients_;
  std::vector<NamedTensor> statistic_tensors_ = statistic_tensors<Net>();
  std::uint64_t steps_ = 0;  // that nobody numbered
  std::uint64_t step_ = 0;   // whose gradients these are
  std::size_t images_ = 0;   // of it
};

}  // namespace unetpp
