#pragma once
// Ranges of positions in a buffer.

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>

#include "unetpp/core/error.hpp"

namespace unetpp {

/// The positions first, first + 1, ..., last − 1.
struct IndexRange {
  std::size_t first;
  std::size_t last;

  bool operator==(const IndexRange&) const = default;
};

/// Errors  ArgumentError, which begins with `what`, for ranges that are empty, overlap or do not ascend.
inline void require_ascending(std::span<const IndexRange> ranges, const char* what) {
  std::size_t end = 0;
  for (const IndexRange& range : ranges) {
    if (range.first < end || range.last <= range.first)
      throw ArgumentError(std::string(what) + ": expected a range that begins at " + std::to_string(end) +
                          " or later and is not empty, found " + std::to_string(range.first) + " to " +
                          std::to_string(range.last));
    end = range.last;
  }
}

/// Calls work(first, last, inside) for the consecutive parts of `whole` that lie in one of the ascending ranges (inside) or
/// in none.
template <class Work>
void for_each_part(IndexRange whole, std::span<const IndexRange> ranges, const Work& work) {
  const auto is_before = [&](const IndexRange& range) { return range.last <= whole.first; };
  auto range = std::partition_point(ranges.begin(), ranges.end(), is_before);
  std::size_t at = whole.first;
  for (; range != ranges.end() && range->first < whole.last; ++range) {
    const std::size_t first = std::max(at, range->first), last = std::min(whole.last, range->last);
    if (at < first) work(at, first, false);
    work(first, last, true);
    at = last;
  }
  if (at < whole.last) work(at, whole.last, false);
}

}  // namespace unetpp
