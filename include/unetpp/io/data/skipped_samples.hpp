#pragma once
// Which samples of a loader cannot be used.

#include <cstddef>
#include <string>
#include <vector>

#include "unetpp/core/error.hpp"

namespace unetpp::detail {

/// The samples that could not be used so far, and those whose images were doubted. Samples are positions among those given.
class SkippedSamples {
 public:
  explicit SkippedSamples(std::size_t samples) : skipped_(samples), doubted_(samples) {}

  /// Whether each sample is skipped.
  const std::vector<bool>& flags() const { return skipped_; }
  /// The skipped ones in the order in which they were met.
  const std::vector<std::size_t>& met() const { return met_; }

  /// Errors  ArgumentError for a position out of range.
  void add(std::size_t i) {
    if (i >= skipped_.size()) throw ArgumentError("a loader has no sample " + std::to_string(i));
    if (!skipped_[i]) met_.push_back(i);
    skipped_[i] = true;
  }

  /// Notes a doubt; false for a sample that is skipped or was doubted before.
  bool doubt(std::size_t i) {
    const bool first = !skipped_[i] && !doubted_[i];
    doubted_[i] = true;
    return first;
  }

 private:
  std::vector<bool> skipped_, doubted_;
  std::vector<std::size_t> met_;
};

}  // namespace unetpp::detail
