#pragma once
// The memory of the batches that are filled ahead.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "unetpp/core/shape.hpp"
#include "unetpp/core/tensor.hpp"

namespace unetpp::detail {

/// Batches that are used in turn: place p of an epoch lies in batch p / `batch`, whose memory is used again `batches`
/// batches later.
template <Shape In>
class BatchRing {
 public:
  static constexpr Shape labels_shape{In.height, In.width, 1};

  BatchRing(std::size_t batches, std::size_t batch)
      : batch_(batch), ring_(batches, {Batch<In>(batch), Labels(batch)}) {}

  /// Images in a batch.
  std::size_t batch() const { return batch_; }
  /// Images in all of them.
  std::size_t places() const { return ring_.size() * batch_; }

  std::span<float> image(std::size_t place) {
    return of(place).images.span().subspan(place % batch_ * In.size(), In.size());
  }
  std::span<std::uint8_t> labels(std::size_t place) {
    return of(place).labels.span().subspan(place % batch_ * In.pixels(), In.pixels());
  }
  void copy(std::size_t from, std::size_t to) {
    std::ranges::copy(image(from), image(to).begin());
    std::ranges::copy(labels(from), labels(to).begin());
  }

  /// The first images of the batch that begins at a place.
  BatchView<const float, In> images_from(std::size_t place, std::size_t count) const {
    return count > 0 ? of(place).images.view().images(0, count) : BatchView<const float, In>();
  }
  BatchView<const std::uint8_t, labels_shape> labels_from(std::size_t place, std::size_t count) const {
    return count > 0 ? of(place).labels.view().images(0, count) : BatchView<const std::uint8_t, labels_shape>();
  }

 private:
  using Labels = Batch<labels_shape, std::uint8_t>;
  struct Pair {
    Batch<In> images;
    Labels labels;
  };

  Pair& of(std::size_t place) { return ring_[place / batch_ % ring_.size()]; }
  const Pair& of(std::size_t place) const { return ring_[place / batch_ % ring_.size()]; }

  std::size_t batch_;
  std::vector<Pair> ring_;
};

}  // namespace unetpp::detail
