#pragma once
// The memory of the batches that are filled ahead.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

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
      : batch_(batch), images_(batches * batch), labels_(batches * batch) {}

  /// Images in a batch.
  std::size_t batch() const { return batch_; }
  /// Images in all of them.
  std::size_t places() const { return images_.count(); }

  std::span<float> image(std::size_t place) { return images_.span().subspan(place % places() * In.size(), In.size()); }
  std::span<std::uint8_t> labels(std::size_t place) {
    return labels_.span().subspan(place % places() * In.pixels(), In.pixels());
  }
  void copy(std::size_t from, std::size_t to) {
    std::ranges::copy(image(from), image(to).begin());
    std::ranges::copy(labels(from), labels(to).begin());
  }

  /// The first images of the batch that begins at a place.
  BatchView<const float, In> images_from(std::size_t place, std::size_t count) const {
    return count > 0 ? images_.view().images(place % places(), count) : BatchView<const float, In>();
  }
  BatchView<const std::uint8_t, labels_shape> labels_from(std::size_t place, std::size_t count) const {
    return count > 0 ? labels_.view().images(place % places(), count) : BatchView<const std::uint8_t, labels_shape>();
  }

 private:
  std::size_t batch_;
  Batch<In> images_;
  Batch<labels_shape, std::uint8_t> labels_;
};

}  // namespace unetpp::detail
