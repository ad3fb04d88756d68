#pragma once
// Samples divided into folds, each of which validates once.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/core/one_line.hpp"
#include "unetpp/core/random.hpp"
#include "unetpp/io/data/dataset.hpp"

namespace unetpp {

struct FoldsConfig {
  int folds = 5;                           ///< how many, at least 2 (5: as in scikit-learn and nnU-Net)
  std::uint64_t seed = 0;                  ///< of the order in which groups alike are given to folds
  std::vector<std::string> class_names{};  ///< for errors; empty: classes have numbers
};

namespace detail {

/// A group, and its share in the pixels of each class and, last, in the samples.
/// Units   shares: 2^-24, so that sums of their products are exact and folds are the same on any machine.
struct FoldGroup {
  std::vector<std::size_t> samples;
  std::vector<std::uint64_t> shares;
};

[[gnu::cold]] inline std::vector<FoldGroup> fold_groups(const std::vector<std::string>& groups,
                                                        const std::vector<std::vector<std::size_t>>& pixels) {
  const std::size_t classes = pixels.front().size();
  std::vector<std::size_t> all(classes + 1);
  std::map<std::string, FoldGroup> by_key;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    FoldGroup& group = by_key[groups[i]];
    group.samples.push_back(i);
    group.shares.resize(classes + 1);
    for (std::size_t c = 0; c <= classes; ++c) {
      const std::size_t count = c < classes ? pixels[i][c] : 1;
      group.shares[c] += count;
      all[c] += count;
    }
  }
  std::vector<FoldGroup> list;
  for (auto& [key, group] : by_key) {
    for (std::size_t c = 0; c <= classes; ++c)
      if (all[c] > 0)
        group.shares[c] =
            static_cast<std::uint64_t>(static_cast<double>(group.shares[c]) / static_cast<double>(all[c]) * 0x1p24);
    list.push_back(std::move(group));
  }
  return list;
}

/// Errors  ArgumentError naming a fold and a class that it has no pixel of, where other folds have some.
[[gnu::cold]] inline void require_all_classes(const std::vector<int>& folds,
                                              const std::vector<std::vector<std::size_t>>& pixels,
                                              const FoldsConfig& config) {
  for (std::size_t c = 0; c < pixels.front().size(); ++c) {
    std::vector<std::size_t> samples(static_cast<std::size_t>(config.folds));
    for (std::size_t i = 0; i < folds.size(); ++i)
      if (pixels[i][c] > 0) ++samples[static_cast<std::size_t>(folds[i])];
    const std::size_t all = std::accumulate(samples.begin(), samples.end(), std::size_t{0});
    const auto none = std::find(samples.begin(), samples.end(), std::size_t{0});
    if (all == 0 || none == samples.end()) continue;
    const std::string name = c < config.class_names.size() ? printable(config.class_names[c]) : std::to_string(c);
    throw ArgumentError("fold " + std::to_string(none - samples.begin()) + " of " + std::to_string(config.folds) +
                        ": expected samples of each class, found none of class " + name + ", which " +
                        std::to_string(all) + " samples have (take fewer folds, or smaller groups)");
  }
}

}  // namespace detail

/// The fold of each sample, from 0. The samples of a group are in one fold, and each fold gets about the same share of
/// the samples and of each class's pixels: groups are given out one by one, those with the largest shares first, each to
/// the fold where the sum of squares of all shares grows least.
/// Shapes  groups: a key a sample.  pixels: samples×classes, as class_pixels counts them; no classes: only the numbers of
///         samples are alike.
/// Errors  ArgumentError for less than 2 folds, fewer groups than folds, inputs of other sizes, and for a fold without a
///         class that the samples have.
/// Source  the greedy search of scikit-learn's StratifiedGroupKFold, with another measure.
[[gnu::cold]] inline std::vector<int> make_folds(const std::vector<std::string>& groups,
                                                 const std::vector<std::vector<std::size_t>>& pixels,
                                                 const FoldsConfig& config = {}) {
  if (groups.size() != pixels.size())
    throw ArgumentError("folds: expected a group and the pixels of each sample, found " +
                        std::to_string(groups.size()) + " groups and those of " + std::to_string(pixels.size()));
  for (const std::vector<std::size_t>& sample : pixels)
    if (sample.size() != pixels.front().size())
      throw ArgumentError("folds: expected as many classes of each sample, found " + std::to_string(sample.size()) +
                          " and " + std::to_string(pixels.front().size()));
  const std::vector<detail::FoldGroup> list =
      groups.empty() ? std::vector<detail::FoldGroup>{} : detail::fold_groups(groups, pixels);
  if (config.folds < 2 || static_cast<std::size_t>(config.folds) > list.size())
    throw ArgumentError("folds: expected 2 to " + std::to_string(list.size()) + ", the number of groups, found " +
                        std::to_string(config.folds));
  std::vector<std::size_t> order = permutation(list.size(), Random(config.seed, random_stream(RandomUse::split, 1)));
  const auto largest = [&](std::size_t g) { return *std::max_element(list[g].shares.begin(), list[g].shares.end()); };
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return largest(a) > largest(b); });
  std::vector<std::vector<std::uint64_t>> shares(static_cast<std::size_t>(config.folds),
                                                 std::vector<std::uint64_t>(list.front().shares.size()));
  std::vector<int> folds(groups.size());
  for (const std::size_t g : order) {
    // (s + t)^2 is s^2 + t^2 and 2 s t, which alone depends on the fold.
    const auto growth = [&](const std::vector<std::uint64_t>& fold) {
      return std::inner_product(fold.begin(), fold.end(), list[g].shares.begin(), std::uint64_t{0});
    };
    const auto fold = std::min_element(shares.begin(), shares.end(),
                                       [&](const auto& a, const auto& b) { return growth(a) < growth(b); });
    for (std::size_t c = 0; c < fold->size(); ++c) (*fold)[c] += list[g].shares[c];
    for (const std::size_t i : list[g].samples) folds[i] = static_cast<int>(fold - shares.begin());
  }
  detail::require_all_classes(folds, pixels, config);
  return folds;
}

/// One fold validates, the others train.
/// Errors  ArgumentError for a fold without samples.
[[gnu::cold]] inline Split fold_split(const std::vector<int>& folds, int fold) {
  Split parts;
  for (std::size_t i = 0; i < folds.size(); ++i) (folds[i] == fold ? parts.validation : parts.train).push_back(i);
  if (parts.validation.empty() || parts.train.empty())
    throw ArgumentError("a fold: expected one of those that samples are in, found " + std::to_string(fold));
  return parts;
}

}  // namespace unetpp
