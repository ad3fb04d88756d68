#pragma once
// One axis of an image, cut into tiles that overlap.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <span>
#include <string>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/nn/receptive_field.hpp"

// Counts and positions are int, sizes std::size_t; none is negative.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace unetpp {

/// Where tiles lie along one axis, and what their pixels weigh where they overlap.
///
/// The axis is extended at its end to a multiple of the network's alignment and to at least one tile. The first and the
/// last tile lie flush with its ends, so that a network's zero padding is where it is for the whole image; all begin at
/// multiples of the alignment, so that pooling falls on the same pixels.
///
/// A raised cosine leads from tile to tile. Where the overlap is wider than twice the network's margin, it spans only the
/// part in which neither tile has changed by being cut; else all of it. Weights of a pixel sum to 1.
/// Units   pixels.
/// Errors  ArgumentError for an empty axis, and for an overlap that is negative or, rounded up to a multiple of the
///         alignment, leaves nothing of a tile.
class TileAxis {
 public:
  TileAxis(int size, int tile, int overlap, const ReceptiveAxis& field)
      : tile_(tile), extended_(std::max(tile, rounded_up(size, field.alignment))) {
    if (size < 1) throw ArgumentError("tiles: expected an image of at least one pixel, found " + std::to_string(size));
    if (overlap < 0 || overlap > tile - field.alignment)
      throw ArgumentError("tiles of " + std::to_string(tile) + " pixels: expected an overlap of 0 to " +
                          std::to_string(tile - field.alignment) + ", found " + std::to_string(overlap));
    const int step = (tile - rounded_up(overlap, field.alignment)) / field.alignment;
    const int way = (extended_ - tile) / field.alignment, steps = (way + step - 1) / step;
    for (int i = 0; i <= steps; ++i)
      origins_.push_back(steps == 0 ? 0 : static_cast<int>(std::size_t{1} * i * way / steps) * field.alignment);
    weigh(field.margin);
  }

  int count() const { return static_cast<int>(origins_.size()); }
  /// The axis's length with what it was extended by.
  int extended() const { return extended_; }
  int origin(int i) const { return origins_.at(static_cast<std::size_t>(i)); }
  /// Where tile i is the last one, or where the next one begins.
  int next_origin(int i) const { return i + 1 < count() ? origin(i + 1) : extended_; }
  /// Of the pixels of tile i.
  std::span<const float> weights(int i) const { return {weights_.data() + std::size_t{1} * i * tile_, size_t(tile_)}; }

 private:
  static constexpr int rounded_up(int n, int step) { return (n + step - 1) / step * step; }

  void weigh(int margin) {
    std::vector<float> sums(static_cast<std::size_t>(extended_));
    weights_.assign(origins_.size() * tile_, 1);
    for (int i = 0; i + 1 < count(); ++i) {
      const int overlap = origin(i) + tile_ - origin(i + 1), inset = overlap > 2 * margin ? margin : 0;
      for (int x = 0; x < overlap; ++x) {
        const double t = std::clamp((x - inset + 0.5) / (overlap - 2 * inset), 0.0, 1.0);
        const double on = 0.5 - 0.5 * std::cos(std::numbers::pi * t);
        weights_[std::size_t{1} * i * tile_ + (tile_ - overlap + x)] *= static_cast<float>(1 - on);
        weights_[(std::size_t{1} * i + 1) * tile_ + x] *= static_cast<float>(on);
      }
    }
    for (std::size_t k = 0; k < weights_.size(); ++k) sums[position(k)] += weights_[k];
    for (std::size_t k = 0; k < weights_.size(); ++k) weights_[k] /= sums[position(k)];
  }
  /// On the axis, of weight k.
  std::size_t position(std::size_t k) const { return origins_[k / tile_] + k % tile_; }

  int tile_;
  int extended_;
  std::vector<int> origins_;
  std::vector<float> weights_;  // tile by tile
};

}  // namespace unetpp

#pragma GCC diagnostic pop
