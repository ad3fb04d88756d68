#pragma once
// Which samples of a loader cannot be used.

#include <cstddef>
#include <string>
#include <vector>

#include "unetpp/core/error.hpp"

namespace unetpp::detail {

/// The bad samples met so far, and those whose images were doubted. Samples are positions among those given.
class BadSamples {
 public:
  explicit BadSamples(std::size_t samples) : bad_(samples), doubted_(samples) {}

  /// Whether each sample is bad.
  const std::vector<bool>& flags() const { return bad_; }
  /// The bad ones in the order in which they were met.
  const std::vector<std::size_t>& met() const { return met_; }

  /// Errors  ArgumentError for a position out of range.
  void add(std::size_t i) {
    if (i >= bad_.size()) throw ArgumentError("a loader has no sample " + std::to_string(i));
    if (!bad_[i]) met_.push_back(i);
    bad_[i] = true;
  }

  /// Notes a doubt; false for a sample that is bad or was doubted before.
  bool doubt(std::size_t i) {
    const bool first = !bad_[i] && !doubted_[i];
    doubted_[i] = true;
    return first;
  }

 private:
  std::vector<bool> bad_, doubted_;
  std::vector<std::size_t> met_;
};

}  // namespace unetpp::detail
