#pragma once
// How convolutions whose windows lie side by side are cut, and the memory they need.

#include <algorithm>
#include <cstddef>

#include "unetpp/core/buffer.hpp"
#include "unetpp/core/parallel.hpp"
#include "unetpp/kernels/cache.hpp"
#include "unetpp/kernels/convolution/geometry.hpp"
#include "unetpp/kernels/panels.hpp"

// Counts and positions are int, sizes std::size_t; none is negative.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace unetpp::kernels::detail {

/// Positions are the pixels of the convolution's output; a tap of a position is a pixel of its input. Where the weights
/// are small, all are packed once and threads take blocks of positions. Where they are large (or positions few) the
/// positions are gone through in blocks that all threads share, and threads take panels of weights, which stay in the
/// cache.
struct DisjointPlan {
  int taps;
  int channels;
  int filters;
  int panel;
  std::size_t positions;
  Partition partition;
  int block;  // positions

  constexpr DisjointPlan(const ConvGeometry& g, std::size_t batch, int panel_width)
      : taps(static_cast<int>(g.taps())),
        channels(g.in.channels),
        filters(g.out.channels),
        panel(panel_width),
        positions(batch * g.out.pixels()),
        partition(g.weights() > core_cache || positions <= most_shared ? Partition::weights : Partition::pixels),
        block(partition == Partition::weights ? static_cast<int>(std::min<std::size_t>(positions, most_shared))
                                              : even_block(positions, most_own)) {}

  static constexpr int most_own = 96;  // positions of a block that a thread has for itself
  static constexpr int most_shared = 256;

  constexpr int padded(int n) const { return parts_of(n, panel) * panel; }
  // Of the convolution: floats of a position's patch, panels of weights, floats of each.
  constexpr int patch() const { return taps * padded(channels); }
  constexpr int filter_panels() const { return parts_of(filters, panel); }
  constexpr std::size_t filter_panel() const { return std::size_t{1} * taps * channels * panel; }
  // The same of the transposed one, with a panel's weights of one tap.
  constexpr int pixel() const { return padded(filters); }
  constexpr int tap_panels() const { return taps * parts_of(channels, panel); }
  constexpr std::size_t tap_panel() const { return std::size_t{1} * filters * panel; }

  /// Whether all packed weights of the convolution stay in a core's own cache.
  constexpr bool weights_stay() const {
    return partition == Partition::pixels && filter_panels() * filter_panel() <= kept_weights;
  }

  constexpr std::size_t packed_positions() const {
    return aligned_floats(std::size_t{1} * block * std::max(patch(), pixel()));
  }
  constexpr std::size_t sums() const { return aligned_floats(std::size_t{1} * block * panel); }
  constexpr std::size_t floats(int threads) const {
    const std::size_t panels = std::max(filter_panels() * filter_panel(), tap_panels() * tap_panel());
    return partition == Partition::weights
               ? packed_positions() + threads * (aligned_floats(std::max(filter_panel(), tap_panel())) + sums())
               : aligned_floats(panels) + threads * (packed_positions() + sums());
  }
  /// Floats that this plan and that of any smaller batch need: those of the largest blocks either way.
  constexpr std::size_t scratch(int threads) const {
    DisjointPlan shared = *this, own = *this;
    shared.partition = Partition::weights;
    shared.block = static_cast<int>(std::min<std::size_t>(positions, most_shared));
    own.partition = Partition::pixels;
    own.block = most_own;
    return std::max(shared.floats(threads), partition == Partition::weights ? 0 : own.floats(threads));
  }
};

}  // namespace unetpp::kernels::detail

#pragma GCC diagnostic pop
