#pragma once
// A loader of those shards that a process computes.

#include <cstddef>

#include "unetpp/io/data/loader_config.hpp"
#include "unetpp/train/shards.hpp"
#include "unetpp/train/team.hpp"

namespace unetpp {

/// The settings of a loader that gives those shards of each batch that this process computes (FitConfig::shards and
/// team), so that no process loads and keeps what another one does; {}: all shards. With one shard they are unchanged. The
/// place of a skipped sample stays empty, as in a Loader of ranks, and each process knows only what it has skipped itself.
/// Where samples may be skipped, the bits are the same on any number of processes only for loaders of such settings.
/// Errors  As own_shards of train/shards.hpp.
inline LoaderConfig own_shards(LoaderConfig config, std::size_t shards, const Team& team = {}) {
  const Shards own = own_shards(shards, static_cast<std::size_t>(config.batch), static_cast<std::size_t>(team.rank),
                                static_cast<std::size_t>(team.size));
  config.rank = static_cast<int>(own.first);
  config.ranks = static_cast<int>(own.count);
  config.own_ranks = static_cast<int>(own.own);
  return config;
}

}  // namespace unetpp
