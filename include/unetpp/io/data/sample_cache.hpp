#pragma once
// Samples that are kept in memory.

#include <cstddef>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "unetpp/io/data/sample.hpp"
#include "unetpp/io/image/pixels.hpp"

namespace unetpp::detail {

/// Bytes of memory that a sample holds.
inline std::size_t bytes_of(const Sample& sample) {
  const std::size_t values =
      visit_values(sample.image, []<class T>(const std::vector<T>& image) { return image.capacity() * sizeof(T); });
  return values + sample.mask.values.capacity() + sample.image.doubt.size();
}

/// Keeps samples of any size up to a number of bytes, each for as long as the cache lives. Threads may use it at once,
/// each for another sample.
class SampleCache {
 public:
  SampleCache(std::size_t samples, std::size_t most_bytes) : most_(most_bytes), kept_(samples) {}

  /// A sample, if it is kept.
  const Sample* find(std::size_t i) const { return kept_[i] ? &*kept_[i] : nullptr; }

  /// Takes a sample, if its bytes still fit. Returns where it is from now on: here, or where it was.
  const Sample* keep(std::size_t i, Sample& sample) {
    if (!reserve(bytes_of(sample))) return &sample;
    return &kept_[i].emplace(std::move(sample));
  }

 private:
  bool reserve(std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    if (bytes > most_ - used_) return false;
    used_ += bytes;
    return true;
  }

  std::size_t most_;
  std::size_t used_ = 0;
  std::mutex mutex_;
  std::vector<std::optional<Sample>> kept_;
};

}  // namespace unetpp::detail
