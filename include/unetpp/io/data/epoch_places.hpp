#pragma once
// Which sample comes into which place of an epoch's batches.

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/core/random.hpp"
#include "unetpp/io/data/loader_config.hpp"

namespace unetpp::detail {

/// Stands in a place that stays empty.
inline constexpr std::size_t no_sample = ~std::size_t{0};

/// The samples of an epoch in their order; with one rank without the skipped ones.
inline std::vector<std::size_t> epoch_order(const LoaderConfig& config, int epoch, const std::vector<bool>& skipped) {
  std::vector<std::size_t> order(skipped.size());
  if (config.shuffle)
    order = permutation(skipped.size(),
                        Random(config.seed, random_stream(RandomUse::order, static_cast<std::uint32_t>(epoch))));
  else
    std::iota(order.begin(), order.end(), std::size_t{0});
  if (config.ranks == 1) std::erase_if(order, [&](std::size_t i) { return skipped[i]; });
  return order;
}

/// What a loader's places hold in an epoch.
struct EpochPlaces {
  std::vector<std::size_t> samples;
  std::vector<std::size_t> images;  // of each of its ranks, batch by batch
};

/// What this rank's places hold, behind the first samples of the epoch: `batch / ranks` places a batch, and as many for
/// each of `own_ranks`. Those of skipped samples, and those that a last batch has no samples for, come last in their batch
/// and are empty.
/// Errors  ArgumentError for more first samples than there are.
[[gnu::cold]] inline EpochPlaces epoch_places(const LoaderConfig& config, int epoch, const std::vector<bool>& skipped,
                                              std::size_t first) {
  const std::vector<std::size_t> order = epoch_order(config, epoch, skipped);
  if (first > order.size())
    throw ArgumentError("a loader of " + std::to_string(order.size()) + " samples cannot begin behind " +
                        std::to_string(first));
  const std::size_t count = share(config), before = count * static_cast<std::size_t>(config.rank);
  EpochPlaces places;
  for (; first < order.size(); first += static_cast<std::size_t>(config.batch)) {
    std::size_t at = std::min(order.size(), first + before);
    const std::size_t full = places.samples.size() + own_share(config);
    for (int rank = 0; rank < config.own_ranks; ++rank) {
      const std::size_t begun = places.samples.size();
      for (const std::size_t end = std::min(order.size(), at + count); at < end; ++at)
        if (!skipped[order[at]]) places.samples.push_back(order[at]);
      places.images.push_back(places.samples.size() - begun);
    }
    places.samples.resize(full, no_sample);
  }
  return places;
}

}  // namespace unetpp::detail
