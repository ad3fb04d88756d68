#pragma once
// Validation by shards, of which each process judges its own.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/core/parallel.hpp"
#include "unetpp/train/batch_source.hpp"
#include "unetpp/train/evaluator.hpp"
#include "unetpp/train/fit_config.hpp"
#include "unetpp/train/shards.hpp"
#include "unetpp/train/team.hpp"

namespace unetpp::detail {

/// Images of a source's batch, and the classes that a network gives their pixels.
struct Judged {
  std::size_t first;
  std::size_t count;
  std::span<const std::uint8_t> predicted;
};

/// Passes over a validation set whose batches are cut into shards as those of training are. The loss of each shard is
/// summed over the batches, and then over the shards in their tree; confusion matrices are counts. So the bits do not
/// depend on the processes that share the shards.
///
/// A source gives each process its own shards, or all of them. Where the first process has all, it gets what the others
/// predict for them.
template <Layer Net>
class ShardEvaluator {
 public:
  /// Errors  ArgumentError for a source of other ranks than the shards of this process, or all.
  template <class Source>
  ShardEvaluator(const FitConfig& config, const Source& source)
      : team_(config.team),
        shards_(own_shards(config, padded_batch(config, source))),
        given_(gives_all(source) ? unetpp::own_shards(shards_.count, shards_.images * shards_.count) : shards_),
        evaluator_(shards_.images, config.loss, config.threads, config.ignored_class),
        predicted_(std::max(given_.own, shards_.own) * shards_.images * Net::out.pixels()) {
    require_gives(source, given_);
    gathers_ = team_.gather && any(team_, team_.rank == 0 && given_.own == shards_.count && team_.size > 1);
  }

  /// The class that is left out of means; -1: none.
  int left_out() const { return evaluator_.left_out(); }

  /// A pass over the source's first epoch. After each batch, `watch` is called with the number of images so far and those
  /// that were judged: on the first process all that its source gives. All end the pass where it returns false, which it
  /// does on all.
  /// Errors  NonFiniteLossError at the first batch whose loss, or the output of one of whose pixels, is NaN or infinite;
  ///         ArgumentError if there are no images.
  template <class Source, class Watch>
  Evaluation run(const Parameters<Net>& parameters, Source& source, const Watch& watch) {
    Evaluation all = evaluator_.begin();
    std::vector<LossSum> losses(shards_.own);
    std::size_t own = 0, told = 0;
    for (source.start_epoch(0); source.next();) {
      const Judged judged = judge(parameters, source, losses, all);
      own += judged.count;
      const Judged shown = gathers_ ? gather(source, judged) : judged;
      told += shown.count;
      if (!watch(told, shown)) break;
    }
    all.loss = join_in_tree(
        0, losses.size(), [&](std::size_t i) { return losses[i]; },
        [](LossSum& left, const LossSum& right) { left += right; });
    if (sum(all, own) == 0) throw ArgumentError("unetpp: there are no images to validate with");
    return all;
  }

 private:
  /// Of a source whose batches the shards do not divide, the last shards have fewer images.
  template <class Source>
  static std::size_t padded_batch(const FitConfig& config, const Source& source) {
    return parts_of(whole_batch(source), std::max<std::size_t>(1, config.shards)) * config.shards;
  }
  template <class Source>
  static bool gives_all(const Source& source) {
    return source.batch() == whole_batch(source);
  }

  ShardRange range_of(std::span<const std::size_t> images_of_shards, std::size_t images, std::size_t shard) const {
    return shard_range(given_, images_of_shards, images, shard - given_.first);
  }

  /// Judges this process's shards of the batch at hand.
  template <class Source>
  Judged judge(const Parameters<Net>& parameters, Source& source, std::vector<LossSum>& losses, Evaluation& all) {
    const BatchView<const float, Net::in> images = source.images();
    const LabelView<Net::out> labels = source.labels();
    const std::span<const std::size_t> of_shards = shard_images(source);
    const std::size_t begin = range_of(of_shards, images.count(), shards_.first).first;
    std::size_t count = 0;
    for (std::size_t i = 0; i < shards_.own; ++i) {
      const ShardRange range = range_of(of_shards, images.count(), shards_.first + i);
      if (range.count == 0) continue;
      all.loss = losses[i];
      const std::span<const std::uint8_t> classes = evaluator_.add(parameters, images.images(range.first, range.count),
                                                                   labels.images(range.first, range.count), all);
      losses[i] = all.loss;
      std::copy(classes.begin(), classes.end(), predicted_.begin() + places(count));
      count += range.count;
    }
    return {begin, count, std::span(predicted_).first(count * Net::out.pixels())};
  }

  /// On the first process all of the batch at hand, with what all have predicted.
  template <class Source>
  Judged gather(Source& source, const Judged& own) {
    if (team_.rank > 0) {
      team_.gather(own.predicted, {});
      return own;
    }
    const std::size_t count = source.images().count();
    const std::span<std::uint8_t> all = std::span(predicted_).first(count * Net::out.pixels());
    team_.gather(own.predicted, all);
    return {0, count, all};
  }

  /// Sums over the processes; returns the number of images.
  std::size_t sum(Evaluation& all, std::size_t images) const {
    if (team_.size == 1) return images;
    const int classes = all.confusion.classes();
    std::vector<double> values{all.loss.loss, all.loss.weight, static_cast<double>(images)};
    for (int truth = 0; truth < classes; ++truth)
      for (int c = 0; c < classes; ++c) values.push_back(static_cast<double>(all.confusion(truth, c)));  // exact
    team_.sum(values);
    all.loss = {values[0], values[1]};
    const int left_out = all.confusion.left_out();
    all.confusion = ConfusionMatrix(classes, std::vector<std::uint64_t>(values.begin() + 3, values.end()));
    all.confusion.leave_out(left_out);
    return static_cast<std::size_t>(values[2]);
  }

  static std::ptrdiff_t places(std::size_t images) { return static_cast<std::ptrdiff_t>(images * Net::out.pixels()); }

  const Team& team_;
  Shards shards_;         // of this process
  Shards given_;          // of the source
  bool gathers_ = false;  // whether the first process gets what the others predict
  Evaluator<Net> evaluator_;
  std::vector<std::uint8_t> predicted_;
};

}  // namespace unetpp::detail
