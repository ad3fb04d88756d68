#pragma once
// The threads of a loader.

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "unetpp/io/data/epoch_places.hpp"

namespace unetpp::detail {

/// Threads that fill the places of an epoch in order, up to a limit. All members are for one thread.
class PlaceWorkers {
 public:
  /// Fills a place with a sample; called by several threads at once, never for places that are `window` apart; must not
  /// throw.
  using Fill = std::function<void(std::size_t place, std::size_t sample)>;

  PlaceWorkers(std::size_t threads, std::size_t window, Fill fill) : PlaceWorkers(window, std::move(fill)) {
    threads_.resize(threads);
    for (std::thread& thread : threads_) thread = std::thread(&PlaceWorkers::work, this);
  }
  PlaceWorkers(const PlaceWorkers&) = delete;
  PlaceWorkers& operator=(const PlaceWorkers&) = delete;
  /// Waits for the places being filled right now, one a thread at most.
  ~PlaceWorkers() {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    to_do_.notify_all();
    for (std::thread& thread : threads_)
      if (thread.joinable()) thread.join();
  }

  /// What each place holds, no_sample for those that stay empty.
  const std::vector<std::size_t>& samples() const { return samples_; }

  /// Lets no thread begin another place, and waits for those that have begun.
  void pause() {
    std::unique_lock lock(mutex_);
    limit_ = 0;
    done_.wait(lock, [&] { return busy_ == 0; });
  }

  /// Other samples; while paused.
  void begin(std::vector<std::size_t> samples) {
    const std::lock_guard lock(mutex_);
    samples_ = std::move(samples);
    std::fill(filled_.begin(), filled_.end(), no_sample);
    next_ = 0;
  }

  /// Lets the threads fill the places below a limit, which are less than `window` from the first that is still in use.
  void go_on(std::size_t limit) {
    {
      const std::lock_guard lock(mutex_);
      limit_ = limit;
    }
    to_do_.notify_all();
  }

  /// Waits until a place below the limit is filled.
  void wait_for(std::size_t place) {
    std::unique_lock lock(mutex_);
    done_.wait(lock, [&] { return filled_[place % filled_.size()] == place; });
  }

  /// Takes the sample of a filled place out: those behind it move up by one, and the last place below `end` stays empty.
  /// Calls move(from, to) for the places that were filled; while paused.
  template <class Move>
  void take_out(std::size_t place, std::size_t end, const Move& move) {
    const std::lock_guard lock(mutex_);
    std::copy(samples_.begin() + offset(place + 1), samples_.begin() + offset(end), samples_.begin() + offset(place));
    samples_[end - 1] = no_sample;
    const std::size_t filled = std::min(next_, end);
    for (std::size_t to = place; to + 1 < filled; ++to) move(to + 1, to);
    filled_[(filled - 1) % filled_.size()] = no_sample;
    if (next_ <= end) --next_;
  }

 private:
  /// Without threads. Where one cannot be started, the destructor ends those before it.
  PlaceWorkers(std::size_t window, Fill fill) : fill_(std::move(fill)), filled_(window) {}

  static std::ptrdiff_t offset(std::size_t place) { return static_cast<std::ptrdiff_t>(place); }

  void work() {
    std::unique_lock lock(mutex_);
    while (true) {
      while (!ended_ && next_ >= std::min(limit_, samples_.size())) to_do_.wait(lock);
      if (ended_) return;
      const std::size_t place = next_++, sample = samples_[place];
      if (sample == no_sample) continue;
      ++busy_;
      lock.unlock();
      fill_(place, sample);
      lock.lock();
      --busy_;
      filled_[place % filled_.size()] = place;
      done_.notify_one();  // one thread waits at most
    }
  }

  const Fill fill_;

  // Under the mutex; samples_ changes only while busy_ is 0.
  std::mutex mutex_;
  std::condition_variable to_do_, done_;
  std::vector<std::size_t> samples_;
  std::vector<std::size_t> filled_;  // the place that each one of the window holds; no_sample before it is filled
  std::size_t limit_ = 0;
  std::size_t next_ = 0;  // the place that a thread takes next
  std::size_t busy_ = 0;
  bool ended_ = false;

  std::vector<std::thread> threads_;
};

}  // namespace unetpp::detail
