#pragma once
// Batches of a data set, made ready in the background.

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <numeric>
#include <span>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/core/random.hpp"
#include "unetpp/core/shape.hpp"
#include "unetpp/core/tensor.hpp"
#include "unetpp/io/data/dataset.hpp"

namespace unetpp {

struct LoaderConfig {
  int batch = 32;
  std::uint64_t seed = 0;
  bool shuffle = true;  ///< every epoch anew, from the seed and the epoch's number
  int workers = 0;      ///< threads that load; 0: as many as the machine runs at once
  int prefetch = 2;     ///< batches that are made ready ahead of the current one, at most
  /// Of resized samples that are kept for the next epochs, at most: these are loaded once, so that what the data set's
  /// load() draws at random stays as it was in the first epoch. With 0 every epoch loads, and draws, anew.
  std::size_t cache_bytes = std::size_t{2} << 30;
  bool strict = false;                             ///< a bad sample, or one of a doubtful image, is an error
  std::function<void(const std::string&)> warn{};  ///< gets a line for each such sample, in next(); must not throw
};

/// Loads the samples `indices` of a data set in the background, resized to `In`, batch by batch. What is in the batches
/// depends on the seed and the epoch, not on the number of threads or their speed.
///
/// A bad sample is left out, the ones after it close ranks, and it is not tried again; when strict, next() throws its
/// error instead, every time. All members are for one thread, and the data set must outlive the loader.
/// Errors  ArgumentError for a setting or an index out of range.
template <Shape In, Dataset Data>
class Loader {
  static_assert(In.channels == 3, "unetpp: a Loader makes RGB images, so that In needs 3 channels");

 public:
  static constexpr Shape labels_shape{In.height, In.width, 1};

  Loader(const Data& dataset, std::vector<std::size_t> indices, LoaderConfig config = {})
      : dataset_(dataset),
        indices_(std::move(indices)),
        config_(std::move(config)),
        images_(checked("batch", config_.batch, 1)),
        labels_(images_.count()),
        positions_(images_.count()),
        bad_(indices_.size()),
        doubted_(indices_.size()),
        cache_(indices_.size()),
        slots_(std::min(images_.count() * checked("prefetch", config_.prefetch, 1), indices_.size())) {
    for (const std::size_t index : indices_)
      if (index >= dataset.size())
        throw ArgumentError("a loader's indices: expected less than " + std::to_string(dataset.size()) + ", found " +
                            std::to_string(index));
    const std::size_t hardware = std::max(1u, std::thread::hardware_concurrency());
    const std::size_t wanted = checked("workers", config_.workers, 0);
    const std::size_t workers = std::min(wanted > 0 ? wanted : hardware, slots_.size());
    for (std::size_t i = 0; i < workers; ++i) workers_.emplace_back([this](std::stop_token stop) { work(stop); });
  }
  Loader(const Data&& dataset, std::vector<std::size_t> indices, LoaderConfig config = {}) = delete;
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;
  /// Waits for the samples being decoded right now, one a thread at most.
  ~Loader() {
    for (std::jthread& worker : workers_) worker.request_stop();  // all, before the first is waited for
  }

  std::uint64_t seed() const { return config_.seed; }
  /// Samples in a batch, at most.
  std::size_t batch() const { return images_.count(); }
  /// Samples in an epoch; fewer once bad ones are known.
  std::size_t samples() const { return indices_.size() - left_out_.size(); }
  /// Bad samples met so far.
  std::size_t skipped() const { return left_out_.size(); }
  /// Which these are: positions among the indices given.
  const std::vector<std::size_t>& left_out() const { return left_out_; }
  /// Takes samples for bad ones, without a warning: those met before, where training goes on.
  /// Errors  ArgumentError for a position out of range.
  void leave_out(const std::vector<std::size_t>& positions) {
    for (const std::size_t i : positions) {
      if (i >= bad_.size()) throw ArgumentError("a loader has no sample " + std::to_string(i));
      if (!bad_[i]) left_out_.push_back(i);
      bad_[i] = true;
    }
  }

  /// The samples that are not known to be bad, in the order given.
  std::vector<std::size_t> usable() const {
    std::vector<std::size_t> good;
    for (std::size_t i = 0; i < indices_.size(); ++i)
      if (!bad_[i]) good.push_back(indices_[i]);
    return good;
  }

  /// Begins the epoch 0, 1, 2 ..., in any order; behind its `first` good samples, where training goes on.
  /// Errors  ArgumentError for more of them than there are.
  void start_epoch(int epoch, std::size_t first = 0) {
    std::vector<std::size_t> order(indices_.size());
    if (config_.shuffle)
      order = permutation(indices_.size(),
                          Random(config_.seed, random_stream(RandomUse::order, static_cast<std::uint32_t>(epoch))));
    else
      std::iota(order.begin(), order.end(), std::size_t{0});
    std::erase_if(order, [&](std::size_t i) { return bad_[i]; });
    if (first > order.size())
      throw ArgumentError("a loader of " + std::to_string(order.size()) + " samples cannot begin behind " +
                          std::to_string(first));
    {
      std::unique_lock lock(mutex_);
      order_.clear();
      done_.wait(lock, [&] { return busy_ == 0; });
      for (Slot& slot : slots_) slot.ready = false;
      order_ = std::move(order);
      position_ = next_ = first;
      count_ = 0;
    }
    begun_ = true;
    to_do_.notify_all();
  }

  /// Waits for the next batch; false at the end of the epoch. The last batch may be smaller.
  /// Errors  ArgumentError before the first epoch has begun. What the data set threw: for a bad sample only when strict,
  ///         and always if it is no unetpp::Error.
  bool next() {
    if (!begun_) throw ArgumentError("a loader has no batch before start_epoch()");
    count_ = 0;
    while (count_ < images_.count() && position_ < order_.size()) {
      Slot& slot = slots_[position_ % slots_.size()];
      {
        std::unique_lock lock(mutex_);
        done_.wait(lock, [&] { return slot.ready; });
      }
      if (slot.error)
        set_aside(slot.error, order_[position_]);
      else
        append(*slot.sample, order_[position_]);
      tell_of(slot.doubt, order_[position_]);
      {
        const std::lock_guard lock(mutex_);
        slot.ready = false;
        ++position_;
      }
      to_do_.notify_one();
    }
    return count_ > 0;
  }

  /// The current batch, until the next call of next() or start_epoch().
  /// Units   [0, 1].
  BatchView<const float, In> images() const { return images_.view().images(0, count_); }
  /// The classes of its pixels.
  BatchView<const std::uint8_t, labels_shape> labels() const { return labels_.view().images(0, count_); }
  /// Which samples these are: positions among the indices given.
  std::span<const std::size_t> positions() const { return {positions_.data(), count_}; }

 private:
  /// What became of one position of the epoch. Its worker owns it until it is ready, next() from then on.
  struct Slot {
    bool ready = false;
    Sample own;                      // where it did not fit into the cache
    const Sample* sample = nullptr;  // own, or one in the cache
    std::exception_ptr error;
    std::string doubt;  // of its image
  };

  static std::size_t checked(const char* name, int value, int least) {
    if (value < least)
      throw ArgumentError(std::string("a loader's ") + name + ": expected at least " + std::to_string(least) +
                          ", found " + std::to_string(value));
    return static_cast<std::size_t>(value);
  }

  void work(const std::stop_token& stop) {
    const auto has_work = [&] { return next_ < std::min(order_.size(), position_ + slots_.size()); };
    std::unique_lock lock(mutex_);
    while (to_do_.wait(lock, stop, has_work) && !stop.stop_requested()) {
      Slot& slot = slots_[next_ % slots_.size()];
      const std::size_t i = order_[next_++];
      ++busy_;
      lock.unlock();
      load(slot, i);
      lock.lock();
      if (slot.sample == &slot.own && cached_ < config_.cache_bytes / (In.pixels() * 4)) {
        ++cached_;
        cache_[i] = std::exchange(slot.own, {});
        slot.sample = &cache_[i];
      }
      --busy_;
      slot.ready = true;
      done_.notify_one();  // next() and start_epoch() are never called at once
    }
  }

  void load(Slot& slot, std::size_t i) const {
    slot.error = nullptr;
    slot.doubt.clear();
    slot.sample = &cache_[i];  // within an epoch no other thread uses this one
    if (!cache_[i].mask.values.empty()) return;
    slot.sample = nullptr;
    try {
      Sample loaded = dataset_.load(indices_[i]);
      slot.doubt = std::exchange(loaded.image.doubt, {});
      if (config_.strict && !slot.doubt.empty()) throw FormatError(slot.doubt);
      slot.own = resize(loaded, In.height, In.width);
      slot.sample = &slot.own;
    } catch (...) {
      slot.error = std::current_exception();
    }
  }

  void append(const Sample& sample, std::size_t i) {
    positions_[count_] = i;
    to_float(sample.image, {images_.data() + count_ * In.size(), In.size()});
    std::copy(sample.mask.values.begin(), sample.mask.values.end(), labels_.data() + count_ * In.pixels());
    ++count_;
  }

  /// Once for each sample.
  void tell_of(const std::string& doubt, std::size_t i) {
    if (doubt.empty() || doubted_[i] || bad_[i]) return;
    doubted_[i] = true;
    if (config_.warn) config_.warn(doubt);
  }

  void set_aside(const std::exception_ptr& error, std::size_t i) {
    try {
      std::rethrow_exception(error);
    } catch (const Error& e) {
      if (config_.strict) throw;
      leave_out({i});
      if (config_.warn) config_.warn("skipping " + std::string(dataset_.name(indices_[i])) + ": " + e.what());
    }
  }

  const Data& dataset_;
  const std::vector<std::size_t> indices_;
  const LoaderConfig config_;

  // Of the caller's thread.
  Batch<In> images_;
  Batch<labels_shape, std::uint8_t> labels_;
  std::vector<std::size_t> positions_;
  std::size_t count_ = 0;
  bool begun_ = false;
  std::vector<bool> bad_, doubted_;
  std::vector<std::size_t> left_out_;

  // Shared, under the mutex. order_ changes only while busy_ is 0; position_ is written by the caller's thread alone.
  std::mutex mutex_;
  std::condition_variable_any to_do_;
  std::condition_variable done_;
  std::vector<std::size_t> order_;  // of this epoch, without the bad samples
  std::size_t position_ = 0;        // in order_, of what next() waits for
  std::size_t next_ = 0;            // in order_, of what a worker takes next
  std::size_t busy_ = 0;
  std::size_t cached_ = 0;
  std::vector<Sample> cache_;
  std::vector<Slot> slots_;

  std::vector<std::jthread> workers_;  // last: they end before what they use does
};

}  // namespace unetpp
