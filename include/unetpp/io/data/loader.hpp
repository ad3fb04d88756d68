#pragma once
// Batches of a data set, made ready in the background.

#include <cstddef>
#include <cstdint>
#include <exception>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/core/shape.hpp"
#include "unetpp/core/tensor.hpp"
#include "unetpp/io/data/batch_ring.hpp"
#include "unetpp/io/data/dataset.hpp"
#include "unetpp/io/data/epoch_places.hpp"
#include "unetpp/io/data/loader_config.hpp"
#include "unetpp/io/data/place_workers.hpp"
#include "unetpp/io/data/sample_writer.hpp"
#include "unetpp/io/data/skipped_samples.hpp"

namespace unetpp {

/// Loads the samples `indices` of a data set in the background, transformed and resized to `In`, batch by batch. All of
/// a sample's way is its worker's: load, keep, transform, resize, write into its place in the batch. What is in the
/// batches depends on the seed and the epoch, not on the number of threads or their speed.
///
/// A sample that cannot be used is skipped: the ones after it close ranks (which copies what was made ready ahead, once),
/// and it is not tried again; when strict, next() throws its error instead, every time. All members are for one thread,
/// and the data set must outlive the loader, whose end waits for the samples being decoded right now, one a worker at
/// most.
///
/// Where several ranks share the batches, each has a loader of the same samples and settings but for `rank`, and gives
/// the images rank * batch / ranks and on of each batch, batch / ranks of them at most. No rank knows what the others
/// skip. So the place of a skipped sample then stays empty in every epoch: its batch is smaller, no other batch changes,
/// and next() is true on all ranks for the same number of batches, also where a rank has no image of one. A loader may be
/// several ranks, those of a process that computes several shards of each batch (own_shards).
///
/// It holds `prefetch` + 1 batches (fewer if there are fewer in an epoch) of batch / ranks images, each of
/// 4 * In.size() + In.pixels() bytes; what it keeps, `cache_bytes` at most; and for each worker the sample that it works
/// on, as loaded, transformed and resized.
/// Errors  ArgumentError for a setting or an index out of range.
template <Shape In, Dataset Data>
class Loader {
  using Ring = detail::BatchRing<In>;

 public:
  static constexpr Shape labels_shape = Ring::labels_shape;

  [[gnu::cold]] Loader(const Data& dataset, std::vector<std::size_t> indices, LoaderConfig config = {})
      : indices_(detail::checked(std::move(indices), dataset.size())),
        config_(detail::checked(std::move(config))),
        writer_(dataset, indices_, config_),
        ring_(detail::batches_held(config_, indices_.size()), detail::own_share(config_)),
        outcomes_(ring_.places()),
        skipped_(indices_.size()),
        workers_(detail::threads(config_, ring_.places()), ring_.places(),
                 [this](std::size_t place, std::size_t i) { fill(place, i); }) {}
  Loader(const Data&& dataset, std::vector<std::size_t> indices, LoaderConfig config = {}) = delete;
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  std::uint64_t seed() const { return config_.seed; }
  /// Images that next() gives at most: this rank's share of a batch.
  std::size_t batch() const { return ring_.batch(); }
  /// Images in a batch of all ranks, at most.
  std::size_t whole_batch() const { return static_cast<std::size_t>(config_.batch); }
  /// Samples in an epoch, of all ranks; fewer once some are skipped.
  std::size_t samples() const { return indices_.size() - skipped_.met().size(); }
  /// Samples that cannot be used, met so far.
  std::size_t skipped() const { return skipped_.met().size(); }
  /// Which these are: positions among the indices given.
  const std::vector<std::size_t>& skipped_samples() const { return skipped_.met(); }
  /// Skips samples without a warning: those met before, where training goes on.
  /// Errors  ArgumentError for a position out of range.
  void skip(const std::vector<std::size_t>& positions) {
    for (const std::size_t i : positions) skipped_.add(i);
  }

  /// The samples that are not skipped, in the order given.
  std::vector<std::size_t> usable() const {
    std::vector<std::size_t> good;
    for (std::size_t i = 0; i < indices_.size(); ++i)
      if (!skipped_.flags()[i]) good.push_back(indices_[i]);
    return good;
  }

  /// Begins the epoch 0, 1, 2 ..., in any order; behind its `first` samples that are not skipped, where training goes on.
  /// (With several ranks `first` counts all ranks' places, those of skipped samples, too.)
  /// Errors  ArgumentError for more of them than there are.
  void start_epoch(int epoch, std::size_t first = 0) {
    detail::EpochPlaces places = detail::epoch_places(config_, epoch, skipped_.flags(), first);
    workers_.pause();
    workers_.begin(std::move(places.samples));
    images_of_ranks_ = std::move(places.images);
    epoch_ = epoch;
    begun_ = true;
    current_ = next_ = count_ = 0;
    workers_.go_on(prefetched());
  }

  /// Waits for the next batch; false at the end of the epoch. The last batch may be smaller.
  /// Errors  ArgumentError before the first epoch has begun, and for an image of other channels than `In`. What the data
  ///         set and the transform threw: an Error only when strict, and always what is no unetpp::Error.
  bool next() {
    if (!begun_) throw ArgumentError("a loader has no batch before start_epoch()");
    const std::vector<std::size_t>& samples = workers_.samples();
    current_ = next_;
    count_ = 0;
    if (current_ == samples.size()) return false;
    workers_.go_on(current_ + batch() + prefetched());  // the batch before this one is no longer in use
    while (count_ < batch() && samples[current_ + count_] != detail::no_sample)
      if (take(current_ + count_)) ++count_;
    next_ = current_ + batch();
    return count_ > 0 || config_.ranks > 1;
  }

  /// The current batch, until the next call of next() or start_epoch().
  /// Units   Values over their full scale, in [0, 1] but for floats; with a scaling, standard deviations.
  BatchView<const float, In> images() const { return ring_.images_from(current_, count_); }
  /// The classes of its pixels.
  BatchView<const std::uint8_t, labels_shape> labels() const { return ring_.labels_from(current_, count_); }
  /// Which samples these are: positions among the indices given.
  std::span<const std::size_t> positions() const {
    return std::span(workers_.samples()).subspan(count_ > 0 ? current_ : 0, count_);
  }
  /// How many share the batches.
  int ranks() const { return config_.ranks; }
  /// The position of the first of these images in the whole batch, that of all ranks.
  std::size_t first_image() const { return static_cast<std::size_t>(config_.rank) * detail::share(config_); }
  /// How many of them are of each of its ranks.
  std::span<const std::size_t> shard_images() const {
    const auto own = static_cast<std::size_t>(config_.own_ranks);
    return count_ > 0 ? std::span(images_of_ranks_).subspan(current_ / batch() * own, own)
                      : std::span<const std::size_t>();
  }

 private:
  /// What became of one place. Its worker owns it until it is filled, next() from then on.
  struct Outcome {
    std::exception_ptr error;
    std::string doubt;  // of its image
  };

  /// Places that are made ready ahead of the current batch.
  std::size_t prefetched() const { return static_cast<std::size_t>(config_.prefetch) * batch(); }
  Outcome& outcome(std::size_t place) { return outcomes_[place % outcomes_.size()]; }

  /// In a worker.
  void fill(std::size_t place, std::size_t i) {
    outcome(place) = {};
    try {
      outcome(place).doubt = writer_.write(i, epoch_, ring_.image(place), ring_.labels(place));
    } catch (...) {
      outcome(place).error = std::current_exception();
    }
  }

  /// Waits for a place; false where its sample is skipped, so that the ones after it have closed ranks.
  bool take(std::size_t place) {
    workers_.wait_for(place);
    const std::size_t i = workers_.samples()[place];
    const auto& [error, doubt] = outcome(place);
    if (!error) {
      if (!doubt.empty() && skipped_.doubt(i) && config_.warn) config_.warn(doubt);
      return true;
    }
    set_aside(error, i);
    if (config_.ranks > 1) {
      std::size_t* images = &images_of_ranks_[current_ / batch() * static_cast<std::size_t>(config_.own_ranks)];
      for (std::size_t before = current_; place - before >= *images; ++images) before += *images;
      --*images;  // of the rank in whose share it was
    }
    close_ranks(place);
    return false;
  }

  void set_aside(const std::exception_ptr& error, std::size_t i) {
    try {
      std::rethrow_exception(error);
    } catch (const detail::ChannelsError&) {
      throw;
    } catch (const Error& e) {
      if (config_.strict) throw;
      skipped_.add(i);
      if (config_.warn) config_.warn("skipping " + writer_.name(i) + ": " + e.what());
    }
  }

  /// Moves up what is behind a place: to the end of the epoch, or with several ranks to that of the batch.
  void close_ranks(std::size_t place) {
    workers_.pause();
    const std::size_t end = config_.ranks == 1 ? workers_.samples().size() : current_ + batch();
    workers_.take_out(place, end, [&](std::size_t from, std::size_t to) {
      ring_.copy(from, to);
      outcome(to) = std::move(outcome(from));
    });
    workers_.go_on(current_ + batch() + prefetched());
  }

  const std::vector<std::size_t> indices_;
  const LoaderConfig config_;
  detail::SampleWriter<In, Data> writer_;
  Ring ring_;
  std::vector<Outcome> outcomes_;
  std::vector<std::size_t> images_of_ranks_;  // those of each batch
  int epoch_ = 0;                             // changes only while the workers pause

  // Of the caller's thread.
  bool begun_ = false;
  std::size_t current_ = 0;  // the place of the current batch's first image
  std::size_t next_ = 0;     // of the next one's
  std::size_t count_ = 0;    // images in the current batch
  detail::SkippedSamples skipped_;
  detail::PlaceWorkers workers_;  // last: they end before what they use does
};

}  // namespace unetpp
