#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include "unetpp/core/error.hpp"
#include "unetpp/train/averaged.hpp"
#include "unetpp/train/batch_source.hpp"
#include "unetpp/train/callbacks.hpp"
#include "unetpp/train/fit_config.hpp"
#include "unetpp/train/note_skipped.hpp"
#include "unetpp/train/same_training.hpp"
#include "unetpp/train/shard_evaluator.hpp"
#include "unetpp/train/shards.hpp"
#include "unetpp/train/team.hpp"
#include "unetpp/train/trainer.hpp"
#include "unetpp/train/training_state.hpp"

namespace unetpp::detail {

/// One call of `fit`.
template <Layer Net, class Optimizer, class Train, class Validation, class Audience>
class FitRun {
 public:
  FitRun(Parameters<Net>& parameters, Optimizer& optimizer, Train& train, Validation& validation,
         const FitConfig& config, Audience& audience)
      : parameters_(parameters),
        optimizer_(optimizer),
        train_(train),
        validation_(validation),
        config_(config),
        audience_(audience),
        shards_(own_shards(config, whole_batch(train))),
        state_(begin()),
        trainer_(at_once(config, shards_.images), config.loss, config.threads, shards_) {
    step_.clip = config.clip;
    reduce_over(config.team, step_, config.bucket_bytes);
    if constexpr (validates) evaluator_.emplace(config, validation);
  }

  TrainingState run() {
    audience_.tell(FitBegin{state_.epoch, config_.epochs, state_});
    stopping_ = stop();
    if (stopping_) tell_resume_point();
    while (!stopping_ && state_.epoch <= config_.epochs) epoch();
    audience_.tell(FitEnd{state_.epoch, config_.epochs, state_});
    return std::move(state_);
  }

 private:
  static constexpr bool validates = !std::same_as<std::remove_const_t<Validation>, NoValidation>;
  using Clock = std::chrono::steady_clock;

  /// Where to go on, known to both loaders.
  TrainingState begin() {
    if (config_.epochs < 1)
      throw ArgumentError("unetpp: fit: expected at least 1 epoch, found " + std::to_string(config_.epochs));
    TrainingState state = config_.start;
    require_consistent(state);
    require_gives(train_, shards_);
    match_source(train_, state);
    if (state.shards && *state.shards != config_.shards)
      throw ArgumentError("unetpp: training goes on: expected " + std::to_string(*state.shards) + " shards, found " +
                          std::to_string(config_.shards));
    state.shards = config_.shards;
    skip(train_, state.train_skipped);
    skip(validation_, state.validation_skipped);
    note_skipped_in(state);
    require_same_training(parameters_, optimizer_, config_, state);
    if (config_.team.size > 1) note_skipped_by_all(state);
    return state;
  }

  /// Of several processes, `stop` notes it.
  void note_skipped_in(TrainingState& state) const {
    if (config_.team.size > 1) return;
    note_skipped(train_, config_.shards, state.train_skipped);
    note_skipped(validation_, config_.shards, state.validation_skipped);
  }

  /// Whether to stop: where one process has to, all do. They also tell each other what they have skipped.
  bool stop() {
    if (config_.team.size == 1) return audience_.stop();
    std::array<double, 2> all{audience_.stop() ? 1.0 : 0.0,
                              static_cast<double>(skipped_count(train_) + skipped_count(validation_))};
    config_.team.sum(all);
    if (std::exchange(skipped_, all[1]) != all[1]) note_skipped_by_all(state_);
    return all[0] > 0;
  }

  void note_skipped_by_all(TrainingState& state) const {
    note_skipped_of_all(config_.team, train_, state.train_skipped);
    note_skipped_of_all(config_.team, validation_, state.validation_skipped);
  }

  void tell_resume_point() { audience_.tell(ResumePoint{state_.epoch, config_.epochs, state_, stopping_}); }

  double seconds() const { return seconds_before_ + std::chrono::duration<double>(Clock::now() - begun_).count(); }

  /// What `work` returns; a loss that is not finite is said to be at this place.
  template <class Work>
  auto placed(const Work& work) {
    try {
      return work();
    } catch (const NonFiniteLossError& error) {
      throw NonFiniteLossError("epoch " + std::to_string(state_.epoch) + ", after " + std::to_string(state_.samples) +
                               " images: " + error.what());
    }
  }

  void epoch() {
    audience_.tell(EpochBegin{state_.epoch, config_.epochs});
    begun_ = Clock::now();
    seconds_before_ = state_.seconds;
    rate_.reset();
    for (start_epoch(train_, state_); !stopping_ && train_.next();) step();
    if (stopping_) return;
    if (state_.samples == 0) throw ArgumentError("unetpp: there are no images to train on");
    EpochEnd end{state_.epoch,
                 config_.epochs,
                 state_.loss.mean(),
                 {},
                 0,
                 static_cast<double>(state_.samples) / seconds(),
                 rate_ ? *rate_ : rate_of(state_.steps - 1)};
    if constexpr (validates) {
      end.validation = placed([&] { return validate(); });
      if (stopping_) return tell_resume_point();  // its epoch is not over: whoever goes on validates again
    }
    end.seconds = seconds();
    end_epoch(std::move(end));
  }

  /// The learning rate of a step; not a number where the optimizer does not say its own.
  double rate_of(std::uint64_t step) const {
    if (config_.schedule) return config_.schedule(step);
    if constexpr (SaysRate<Optimizer>)
      return optimizer_.learning_rate();
    else
      return std::numeric_limits<double>::quiet_NaN();
  }

  /// Looks at the first batch.
  void look_at(BatchView<const float, Net::in> images, LabelView<Net::out> labels) const {
    if (!gives_shards(train_)) require_same_batch(config_.team, images, labels);
    if (config_.warn && config_.team.rank == 0 && beyond_range<Net::in>(images))
      config_.warn(
          "the images of the first batch have values beyond 32: networks train best on [0, 1], where 0 to 255 "
          "are divided by 255");
  }

  /// Trains on the batch at hand.
  void step() {
    const BatchView<const float, Net::in> images = train_.images();
    const LabelView<Net::out> labels = train_.labels();
    if (!std::exchange(looked_, true)) look_at(images, labels);
    const std::size_t first = gives_shards(train_) ? 0 : std::min(images.count(), shards_.first * shards_.images),
                      count = std::min(images.count() - first, shards_.own * shards_.images);
    step_.pass = {.training = true,
                  .seed = state_.seed.value_or(0),
                  .step = state_.steps,
                  .first_image = first_image(train_) + first};
    step_.shard_images = shard_images(train_);
    rate_ = rate_of(state_.steps);
    if (config_.schedule) step_.rate = rate_;
    const LossSum loss = placed([&] {
      return trainer_.step(parameters_, optimizer_, images.images(first, count), labels.images(first, count), step_);
    });
    state_.loss += loss;
    state_.samples += trainer_.images();
    ++state_.batches;
    ++state_.steps;
    state_.seconds = seconds();
    note_skipped_in(state_);
    audience_.tell(BatchEnd{state_.epoch,
                            config_.epochs,
                            state_.samples,
                            std::max<std::size_t>(state_.samples, train_.samples()),
                            loss.mean(),
                            state_.loss.mean(),
                            state_.seconds,
                            Net::in,
                            Net::out,
                            images.data(),
                            images.pixel_stride(),
                            {labels.data(), labels.pixels()},
                            config_.loss.ignored_label()});
    stopping_ = stop();
    tell_resume_point();
  }

  /// The parameters that are validated.
  const Parameters<Net>& evaluated() {
    if constexpr (HasAverage<Optimizer>) {
      average_ = averaged(parameters_, optimizer_);
      return *average_;
    } else {
      return parameters_;
    }
  }

  Evaluation validate() {
    return evaluator_->run(evaluated(), validation_, [&](std::size_t validated, const Judged& judged) {
      const auto images = BatchView<const float, Net::in>(validation_.images()).images(judged.first, judged.count);
      const auto labels = LabelView<Net::out>(validation_.labels()).images(judged.first, judged.count);
      const std::span<const std::size_t> all = positions(validation_);
      audience_.tell(ValidationBatchEnd{state_.epoch,
                                        config_.epochs,
                                        validated,
                                        std::max<std::size_t>(validated, validation_.samples()),
                                        Net::in,
                                        Net::out,
                                        images.data(),
                                        images.pixel_stride(),
                                        {labels.data(), labels.pixels()},
                                        judged.predicted,
                                        config_.loss.ignored_label(),
                                        evaluator_->left_out(),
                                        all.empty() ? all : all.subspan(judged.first, judged.count),
                                        skipped_positions(validation_)});
      return !(stopping_ = stop());
    });
  }

  void end_epoch(EpochEnd end) {
    audience_.tell(end);
    state_.history.push_back(std::move(end));
    ++state_.epoch;
    state_.batches = state_.samples = 0;
    state_.loss = {};
    state_.seconds = 0;
    note_skipped_in(state_);  // also those behind the last batch
    stopping_ = stop();
    tell_resume_point();
  }

  Parameters<Net>& parameters_;
  Optimizer& optimizer_;
  Train& train_;
  Validation& validation_;
  const FitConfig& config_;
  Audience& audience_;
  Shards shards_;
  TrainingState state_;
  Trainer<Net> trainer_;
  std::optional<ShardEvaluator<Net>> evaluator_;
  std::optional<Parameters<Net>> average_;  // of an optimizer that has one
  StepConfig step_;
  std::optional<double> rate_;  // of the epoch's last step, if one was made
  double skipped_ = -1;         // samples, the sum of all processes' numbers
  bool looked_ = false;         // whether a batch has been looked at
  bool stopping_ = false;
  Clock::time_point begun_;
  double seconds_before_ = 0;  // that the epoch took before it was gone on with
};

}  // namespace unetpp::detail
