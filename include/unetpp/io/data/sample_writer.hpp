#pragma once
// A sample's way into a batch.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/core/random.hpp"
#include "unetpp/core/shape.hpp"
#include "unetpp/io/data/dataset.hpp"
#include "unetpp/io/data/loader_config.hpp"
#include "unetpp/io/data/sample_cache.hpp"

namespace unetpp::detail {

/// A sample whose channels are not the network's: the program's mistake, not the sample's.
struct ChannelsError : ArgumentError {
  using ArgumentError::ArgumentError;
};

/// What a transform draws from.
inline Random transform_random(std::uint64_t seed, int epoch, std::size_t position) {
  constexpr std::uint32_t epochs = std::uint32_t{1} << 28;  // a stream's number has 60 bits, a position 32
  const std::uint64_t number = std::uint64_t{static_cast<std::uint32_t>(epoch) % epochs} << 32 | position;
  return Random(seed, random_stream(RandomUse::transform, number));
}

/// Loads samples or takes them from its cache, transforms them, resizes them and writes them where it is told. Threads
/// may write at once, each another sample.
template <Shape In, Dataset Data>
class SampleWriter {
 public:
  /// All must outlive it. `indices` are of the samples in the data set.
  /// Errors  ArgumentError for a scaling of other channels than In's.
  SampleWriter(const Data& dataset, const std::vector<std::size_t>& indices, const LoaderConfig& config)
      : dataset_(dataset), indices_(indices), config_(config), cache_(indices.size(), config.cache_bytes) {
    require_scaling(config.scaling, In.channels, "a loader");
  }

  std::string name(std::size_t i) const { return dataset_.name(indices_[i]); }

  /// Writes sample i of those given. Returns what its image's decoder warned of.
  /// Shapes  image: In.  labels: In, without the channels.
  /// Errors  What the data set and the transform throw; of the transform an Error that begins with the sample's name.
  ///         ChannelsError for an image of other channels; FormatError for a mask of another size than its image, and for
  ///         a doubtful image when strict.
  std::string write(std::size_t i, int epoch, std::span<float> image, std::span<std::uint8_t> labels) {
    Sample loaded;
    const Sample* sample = cache_.find(i);
    if (sample == nullptr) {
      loaded = load(i);
      sample = cache_.keep(i, loaded);
    }
    if (config_.transform)
      write_resized(resized(transformed(*sample, i, epoch), i), image, labels, config_.scaling);
    else
      write_resized(*sample, image, labels, config_.scaling);
    return sample->image.doubt;
  }

 private:
  /// As it is kept: resized, unless the transform comes first.
  Sample load(std::size_t i) const {
    Sample loaded = dataset_.load(indices_[i]);
    if (config_.strict && !loaded.image.doubt.empty()) throw FormatError(loaded.image.doubt);
    if (config_.resize == Resize::crop)
      if (const std::string problem = crop_problem({loaded.image.height, loaded.image.width}, {In.height, In.width});
          !problem.empty())
        throw FormatError(name(i) + ": " + problem);
    if (config_.transform && !config_.resize_first) return loaded;
    Sample sample = resized(loaded, i);
    sample.image.doubt = std::move(loaded.image.doubt);
    return sample;
  }

  Sample transformed(const Sample& sample, std::size_t i, int epoch) const {
    try {
      return config_.transform(sample, transform_random(config_.seed, epoch, i));
    } catch (const Error& error) {
      throw FormatError(name(i) + ": its transform failed: " + error.what());
    }
  }

  Sample resized(const Sample& sample, std::size_t i) const {
    const auto& [image, mask] = sample;
    if (image.width != mask.width || image.height != mask.height || image.width < 1 || image.height < 1)
      throw FormatError(name(i) + ": expected an image and a mask of its size, found " +
                        size_text(image.width, image.height) + " and " + size_text(mask.width, mask.height));
    if (sample.image.channels != In.channels)
      throw ChannelsError(name(i) + ": expected an image of " + std::to_string(In.channels) + " channels, as " +
                          to_string(In) + " has, found " + std::to_string(sample.image.channels));
    try {
      return resize(sample, In.height, In.width, config_.resize);
    } catch (const Error& error) {
      throw FormatError(name(i) + ": " + error.what());
    }
  }

  const Data& dataset_;
  const std::vector<std::size_t>& indices_;
  const LoaderConfig& config_;
  SampleCache cache_;
};

}  // namespace unetpp::detail
