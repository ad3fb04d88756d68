#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/core/labels.hpp"
#include "unetpp/core/random.hpp"
#include "unetpp/core/tensor.hpp"

namespace unetpp {

/// A loader of images that are already in memory, in another order every epoch if it has a seed to shuffle by.
template <Shape In>
class ArrayLoader {
 public:
  using Labels = Batch<Shape{In.height, In.width, 1}, std::uint8_t>;

  struct Config {
    std::size_t batch = 32;  ///< images, at most; 32 as in Keras
    bool shuffle = true;     ///< every epoch anew, from the seed and the epoch's number; else in the order given
    std::uint64_t seed = 0;  ///< of the order
  };

  /// Shapes  images: n×In.  labels: n×{In.height, In.width, 1}.
  /// Errors  ArgumentError for a batch of 0 and for other numbers of labels than of images.
  ArrayLoader(Batch<In> images, Labels labels, Config config)
      : images_(std::move(images)),
        labels_(std::move(labels)),
        config_(config),
        batch_images_(config.batch),
        batch_labels_(config.batch) {
    if (config.batch == 0) throw ArgumentError("unetpp: a loader's batch must be at least 1");
    if (images_.count() != labels_.count())
      throw ArgumentError("unetpp: " + std::to_string(images_.count()) + " images with labels for " +
                          std::to_string(labels_.count()));
  }

  std::size_t batch() const { return config_.batch; }
  std::size_t samples() const { return images_.count(); }
  std::uint64_t seed() const { return config_.seed; }

  /// Begins an epoch, behind its first images if they were trained on before.
  /// Errors  ArgumentError for more of them than there are.
  void start_epoch(int epoch, std::size_t first = 0) {
    if (first > samples())
      throw ArgumentError("unetpp: an epoch of " + std::to_string(samples()) + " images cannot begin behind image " +
                          std::to_string(first));
    order_ = permutation(config_.shuffle ? samples() : 0,
                         Random(config_.seed, random_stream(RandomUse::order, static_cast<std::uint32_t>(epoch))));
    first_ = first;
    count_ = 0;
    end_ = samples();
    begun_ = true;
  }

  /// Moves to the next batch; false at the end of the epoch.
  /// Errors  ArgumentError before the first epoch has begun.
  bool next() {
    if (!begun_) throw ArgumentError("a loader has no batch before start_epoch()");
    first_ += count_;
    count_ = std::min(config_.batch, end_ - first_);
    for (std::size_t i = 0; i < count_; ++i) {
      const std::size_t from = config_.shuffle ? order_[first_ + i] : first_ + i;
      std::copy_n(images_.data() + from * In.size(), In.size(), batch_images_.data() + i * In.size());
      std::copy_n(labels_.data() + from * In.pixels(), In.pixels(), batch_labels_.data() + i * In.pixels());
    }
    return count_ > 0;
  }

  BatchView<const float, In> images() const { return batch_images_.view().images(0, count_); }
  LabelView<In> labels() const { return batch_labels_.view().images(0, count_); }

 private:
  Batch<In> images_;
  Labels labels_;
  Config config_;
  Batch<In> batch_images_;
  Labels batch_labels_;
  std::vector<std::size_t> order_;
  bool begun_ = false;
  std::size_t end_ = 0;
  std::size_t first_ = 0;
  std::size_t count_ = 0;
};

}  // namespace unetpp
