#pragma once
// The gradients of a step while they are summed: over its shards, and over processes.

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "unetpp/core/buffer.hpp"
#include "unetpp/kernels/pointwise.hpp"
#include "unetpp/layers/gradient_watch.hpp"

namespace unetpp {

/// Changes gradients before they are used, in place; of them alone, so that training that goes on needs nothing else.
using GradientFunction = std::function<void(std::span<float>)>;

namespace detail {

/// Gradients of trained tensors, and behind them what was seen of statistics, of each level of the shards' tree; those of
/// the step are in level 0.
///
/// Buckets of the trained ones, of one size from the end on, can be given away before the others are there: of the last
/// shard, whose levels are then joined in the bucket alone. Where buckets begin depends on nothing but their size.
class GradientLevels {
 public:
  GradientLevels(std::size_t levels, std::size_t trained, std::size_t statistics, int threads)
      : trained_(trained), threads_(threads), levels_(levels, Buffer<float>(trained + statistics)) {}

  std::span<float> operator[](std::size_t level) { return levels_[level]; }

  void clear(std::size_t level) {
    kernels::clear(levels_[level].size(), levels_[level].data(), threads_);
    if (level == 0) given_ = 0;
  }

  /// Adds a level to the one before it, but for what has been given away.
  void join(std::size_t level) {
    if (given_ == 0) return add(level, 0, levels_[level].size());
    add(level, 0, trained_ - given_);
    add(level, trained_, levels_[level].size() - trained_);
  }

  /// Gives away the buckets from `first` on that have not been given yet; the gradients of `level` are the last of its
  /// shard, and no other is to come.
  void give(std::size_t level, std::size_t first, std::size_t bucket, const GradientFunction& to) {
    while (trained_ - given_ >= first + bucket) {
      given_ += bucket;
      const std::size_t at = trained_ - given_;
      for (std::size_t l = level; l > 0; --l) add(l, at, bucket);
      to(std::span(levels_[0]).subspan(at, bucket));
    }
  }

  /// The same of all that is left, with the statistics, when all levels are joined.
  void give_rest(std::size_t bucket, const GradientFunction& to) {
    give(0, 0, bucket, to);
    const std::span<float> all(levels_[0]);
    if (given_ < trained_) to(all.first(trained_ - given_));
    if (trained_ < all.size()) to(all.subspan(trained_));
    given_ = trained_;
  }

 private:
  void add(std::size_t level, std::size_t first, std::size_t count) {
    if (count > 0) kernels::add(count, &levels_[level][first], &levels_[level - 1][first], threads_);
  }

  std::size_t trained_;
  int threads_;
  std::vector<Buffer<float>> levels_;
  std::size_t given_ = 0;  // of the trained ones, the last
};

/// Gives buckets away while the backward pass of a step's last shard goes on.
class BucketWatch final : public GradientWatch {
 public:
  BucketWatch(GradientLevels& levels, std::size_t level, std::size_t bucket, const GradientFunction& to)
      : levels_(levels), level_(level), bucket_(bucket), to_(to) {}

  void complete_from(const float* first) override {
    levels_.give(level_, static_cast<std::size_t>(first - levels_[level_].data()), bucket_, to_);
    to_({});  // time to go on with those before
  }

 private:
  GradientLevels& levels_;
  std::size_t level_, bucket_;
  const GradientFunction& to_;
};

}  // namespace detail

}  // namespace unetpp
