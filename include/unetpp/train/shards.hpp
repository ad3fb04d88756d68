#pragma once
// How a step's batch is cut, and the one tree in which what its shards give is summed.
//
// How a sum is cut decides its bits. So it is cut by a setting of the run, the number of shards, and not by the processes
// that happen to compute it: these own whole subtrees, of which the sums are the tree's own.

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>
#include <string>

#include "unetpp/core/error.hpp"

namespace unetpp {

/// The shards of a batch, and those of them that one process computes.
struct Shards {
  std::size_t count = 1;  ///< of the whole batch
  std::size_t first = 0;  ///< of those that are computed here
  std::size_t own = 1;    ///< how many are computed here, from `first` on: a subtree
  /// Places for images in each: the shard k has those from k × images on, and a last batch leaves the last ones empty.
  std::size_t images = std::numeric_limits<std::size_t>::max();
};

namespace detail {

/// Of `count` leaves, those of a tree's left half.
constexpr std::size_t left_half(std::size_t count) { return (count + 1) / 2; }

/// Joins what leaf(i) gives for the `count` leaves from `first` on: join(left, right) adds the right half's to the left
/// one's, from the leaves' neighbours up.
template <class Leaf, class Join>
auto join_in_tree(std::size_t first, std::size_t count, const Leaf& leaf, const Join& join) {
  if (count == 1) return leaf(first);
  const std::size_t left = left_half(count);
  auto joined = join_in_tree(first, left, leaf, join);
  join(joined, join_in_tree(first + left, count - left, leaf, join));
  return joined;
}

/// Values that are kept at once while so many leaves are joined.
constexpr std::size_t tree_levels(std::size_t count) {
  std::size_t levels = 1;
  for (; count > 1; count = left_half(count)) ++levels;
  return levels;
}

}  // namespace detail

/// The shards of one of `processes` processes, which halve their tree as the shards halve theirs.
/// Units   batch: images, at most.
/// Errors  ArgumentError unless 1 ≤ processes ≤ shards, and the batch is a multiple of the shards.
[[gnu::cold]] inline Shards own_shards(std::size_t shards, std::size_t batch, std::size_t process = 0,
                                       std::size_t processes = 1) {
  if (shards < std::max<std::size_t>(1, processes))
    throw ArgumentError("unetpp: shards: expected at least 1, and as many as there are processes (" +
                        std::to_string(processes) + "), found " + std::to_string(shards));
  if (batch % shards != 0)
    throw ArgumentError("unetpp: shards: expected a batch that is a multiple of the " + std::to_string(shards) +
                        " shards, found one of " + std::to_string(batch) + " images");
  Shards own{.count = shards, .first = 0, .own = shards, .images = batch / shards};
  while (processes > 1) {
    const std::size_t left = detail::left_half(processes), left_shards = detail::left_half(own.own);
    if (process < left) {
      processes = left;
      own.own = left_shards;
    } else {
      process -= left;
      processes -= left;
      own.first += left_shards;
      own.own -= left_shards;
    }
  }
  return own;
}

namespace detail {

/// Where a shard's images are among those that are computed here.
struct ShardRange {
  std::size_t first;
  std::size_t count;
};

/// Of the shard `index` of those that are computed here, of which each has as many images as `given` says; {}: all that it
/// has places for, but for the last ones.
inline ShardRange shard_range(const Shards& shards, std::span<const std::size_t> given, std::size_t images,
                              std::size_t index) {
  if (given.empty()) {
    if (index == 0) return {0, std::min(shards.images, images)};
    const std::size_t first = shards.images > images / index ? images : index * shards.images;
    return {first, std::min(shards.images, images - first)};
  }
  std::size_t first = 0;
  for (std::size_t i = 0; i < index; ++i) first += given[i];
  return {first, given[index]};
}

/// Errors  ArgumentError for images that do not fit into the shards, and for other numbers of images than there are.
inline void require_fits(const Shards& shards, std::span<const std::size_t> given, std::size_t images) {
  std::size_t sum = given.empty() ? images : 0, most = given.empty() ? (images + shards.own - 1) / shards.own : 0;
  for (const std::size_t count : given) {
    sum += count;
    most = std::max(most, count);
  }
  if ((!given.empty() && given.size() != shards.own) || sum != images || most > shards.images)
    throw ArgumentError(
        "unetpp: a training step: expected " + std::to_string(images) + " images in " + std::to_string(shards.own) +
        " shards of at most " + std::to_string(shards.images) + ", found " + std::to_string(sum) + " in " +
        std::to_string(given.empty() ? shards.own : given.size()) + " of up to " + std::to_string(most));
}

}  // namespace detail

}  // namespace unetpp
