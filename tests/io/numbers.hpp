#pragma once
// A data set for the tests of the loader that watches how it is read.

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <numeric>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "unetpp/io/data/loader.hpp"

namespace io_tests {

/// Samples that are their number: every value of image i is i, every label i % 3. Counts what is asked of it.
struct Numbers {
  std::size_t count;
  std::set<std::size_t> bad;
  std::size_t broken = ~std::size_t{0};  ///< where load fails with what is no unetpp::Error
  mutable std::atomic<std::size_t> loads = 0;
  mutable std::atomic<int> loading = 0;
  mutable std::mutex mutex;
  mutable std::condition_variable loaded;

  explicit Numbers(std::size_t n, std::set<std::size_t> bad_ones = {}) : count(n), bad(std::move(bad_ones)) {}

  std::size_t size() const { return count; }
  std::string name(std::size_t i) const { return "number " + std::to_string(i); }
  unetpp::Sample load(std::size_t i) const {
    ++loading;
    {
      const std::lock_guard lock(mutex);
      ++loads;
    }
    loaded.notify_all();
    const auto value = static_cast<std::uint8_t>(i);
    unetpp::Sample sample{{5, 4, 3, std::vector<std::uint8_t>(60, value)},
                          {5, 4, std::vector<std::uint8_t>(20, value % 3)}};
    --loading;
    if (bad.contains(i)) throw unetpp::FormatError(name(i) + ".png: expected a good one, found a bad one");
    if (i == broken) throw std::runtime_error("broken");
    return sample;
  }
  void wait_for_loads(std::size_t wanted) const {
    std::unique_lock lock(mutex);
    loaded.wait(lock, [&] { return loads >= wanted; });
  }
};

inline constexpr unetpp::Shape in{4, 3, 3};
using NumberLoader = unetpp::Loader<in, Numbers>;
using Numbered = std::vector<std::vector<int>>;  // the samples of each batch

inline std::vector<std::size_t> first(std::size_t count) {
  std::vector<std::size_t> indices(count);
  std::iota(indices.begin(), indices.end(), std::size_t{0});
  return indices;
}

template <class L>
Numbered rest(L& loader) {
  Numbered batches;
  while (loader.next()) {
    batches.emplace_back();
    for (std::size_t i = 0; i < loader.images().count(); ++i)
      batches.back().push_back(static_cast<int>(loader.images()(i, 0, 0, 0) * 255 + 0.5f));
  }
  return batches;
}

template <class L>
Numbered epoch(L& loader, int number) {
  loader.start_epoch(number);
  return rest(loader);
}

inline std::vector<int> joined(const Numbered& batches) {
  std::vector<int> all;
  for (const auto& batch : batches) all.insert(all.end(), batch.begin(), batch.end());
  return all;
}

}  // namespace io_tests
