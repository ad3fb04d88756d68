#pragma once
// How a loader loads.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/core/parallel.hpp"
#include "unetpp/core/random.hpp"
#include "unetpp/io/data/sample.hpp"
#include "unetpp/io/image/channel_scaling.hpp"

namespace unetpp {

/// Makes another sample of a sample, of any size and of the network's channels: what it draws at random comes from the
/// Random alone. It is called by several threads at once. A sample is skipped where it throws an Error.
using Transform = std::function<Sample(const Sample&, Random)>;

struct LoaderConfig {
  int batch = 32;          ///< images a batch, of all ranks together; a multiple of `ranks` (32: as in Keras)
  std::uint64_t seed = 0;  ///< of the order of samples, and of what `transform` draws
  bool shuffle = true;     ///< every epoch anew, from the seed and the epoch's number
  int workers = 0;         ///< threads that load; 0: as many as cores that this process may use, within its quota
  int prefetch = 2;        ///< batches that are made ready ahead of the current one, at most (2: as in PyTorch)
  /// Bytes of samples that are kept for the next epochs, at most. These are loaded once, so that what the data set's
  /// load() draws at random stays as it was in the first epoch; with 0 every epoch loads, and draws, anew. Without a
  /// transform, and with `resize_first`, samples are kept resized, since they are never asked for otherwise: In.size() +
  /// In.pixels() bytes each. With a transform alone they are kept at the size that they were loaded at, on which it
  /// works. (2 GiB: four times all of the Oxford-IIIT Pets at 128×128.)
  std::size_t cache_bytes = std::size_t{2} << 30;
  bool strict = false;                             ///< one that cannot be used, or of a doubtful image, is an error
  std::function<void(const std::string&)> warn{};  ///< gets a line for each such sample, in next(); must not throw
  /// What becomes of each sample before it is resized (with `resize_first` after that), in every epoch anew; {}: nothing.
  /// Its Random is of the seed, the epoch's number and the sample's position among those given, and of nothing else.
  Transform transform{};
  /// How samples come to the network's size; of a sample that a crop is larger than nothing is used. A transform that is
  /// to see all of a sample and gives crops of it at random is an Augment's, with AugmentConfig::Crop. (bilinear: as
  /// tf.image.resize does it unless told otherwise.)
  Resize resize = Resize::bilinear;
  /// Samples come to the network's size when they are loaded, so that the transform works on that, which is quick, and
  /// they are kept small; what it returns is resized again where it has another size. (false: the transform sees all
  /// that the image shows.)
  bool resize_first = false;
  /// Of the training set, mostly, as channel_statistics finds it. ({}: values over their full scale, in [0, 1], as the
  /// published U-Nets for photographs read them.)
  ChannelScaling scaling{};
  int rank = 0;       ///< of the processes that share each batch: which one this is, from 0
  int ranks = 1;      ///< how many these are
  int own_ranks = 1;  ///< of them, as many have their images from this loader, from `rank` on (own_shards.hpp)
};

namespace detail {

[[gnu::cold]] inline void require_least(const char* name, int value, int least) {
  if (value < least)
    throw ArgumentError(std::string("a loader's ") + name + ": expected at least " + std::to_string(least) +
                        ", found " + std::to_string(value));
}

/// Errors  ArgumentError for a setting out of range.
[[gnu::cold]] inline LoaderConfig checked(LoaderConfig config) {
  require_least("batch", config.batch, 1);
  require_least("prefetch", config.prefetch, 1);
  require_least("workers", config.workers, 0);
  require_least("ranks", config.ranks, 1);
  require_least("rank", config.rank, 0);
  if (config.rank >= config.ranks)
    throw ArgumentError("a loader's rank: expected less than the " + std::to_string(config.ranks) + " ranks, found " +
                        std::to_string(config.rank));
  require_least("own_ranks", config.own_ranks, 1);
  if (config.own_ranks > config.ranks - config.rank)
    throw ArgumentError("a loader's own_ranks: expected at most " + std::to_string(config.ranks - config.rank) +
                        " from rank " + std::to_string(config.rank) + " of " + std::to_string(config.ranks) +
                        " on, found " + std::to_string(config.own_ranks));
  if (config.batch % config.ranks != 0)
    throw ArgumentError("a loader's batch: expected a multiple of the " + std::to_string(config.ranks) +
                        " ranks, found " + std::to_string(config.batch));
  return config;
}

/// Images of a batch that one rank has, at most.
inline std::size_t share(const LoaderConfig& config) { return static_cast<std::size_t>(config.batch / config.ranks); }

/// Images of a batch that the loader gives, at most.
inline std::size_t own_share(const LoaderConfig& config) {
  return share(config) * static_cast<std::size_t>(config.own_ranks);
}

/// Batches that there is memory for.
inline std::size_t batches_held(const LoaderConfig& config, std::size_t samples) {
  const auto batch = static_cast<std::size_t>(config.batch), prefetch = static_cast<std::size_t>(config.prefetch);
  return std::min(prefetch + 1, (samples + batch - 1) / batch);
}

/// Threads that load into as many places.
inline std::size_t threads(const LoaderConfig& config, std::size_t places) {
  const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));  // as the affinity mask has it
  return std::min(static_cast<std::size_t>(config.workers > 0 ? config.workers : within_quota(cores)), places);
}

/// Errors  ArgumentError for an index out of range.
[[gnu::cold]] inline std::vector<std::size_t> checked(std::vector<std::size_t> indices, std::size_t samples) {
  for (const std::size_t index : indices)
    if (index >= samples)
      throw ArgumentError("a loader's indices: expected less than " + std::to_string(samples) + ", found " +
                          std::to_string(index));
  return indices;
}

}  // namespace detail

}  // namespace unetpp
