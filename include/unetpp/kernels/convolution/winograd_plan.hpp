#pragma once
// How Winograd's convolutions are cut into tiles, blocks of tiles and panels of channels, and the memory they need.

#include <algorithm>
#include <cstddef>

#include "unetpp/core/buffer.hpp"
#include "unetpp/core/parallel.hpp"
#include "unetpp/core/shape.hpp"
#include "unetpp/kernels/cache.hpp"
#include "unetpp/kernels/convolution/geometry.hpp"
#include "unetpp/kernels/micro_kernels.hpp"
#include "unetpp/kernels/panels.hpp"

// Counts and positions are int, sizes std::size_t; none is negative.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace unetpp::kernels::detail {

/// Pixels a side of the tiles that a convolution is cut into.
constexpr int winograd_tile(const ConvGeometry& g) { return g.algorithm == ConvAlgorithm::winograd2 ? 2 : 4; }

/// The transforms for tiles of that size, of a table of MicroKernels or ImageKernels.
template <class Kernels>
const auto& winograd_kernels(const Kernels& kernels, int tile) {
  return tile == 2 ? kernels.winograd2 : kernels.winograd4;
}

/// Floats from one plane to the next: a cache line more than it holds, or all planes would fall on the same places of
/// the cache.
constexpr std::size_t plane_stride(std::size_t floats) { return aligned_floats(floats) + cache_line; }

/// How a block's tiles are cut to be transformed for all threads: each piece of one panel of channels, for all panels at
/// once would be written to more pages than the processor follows.
struct PanelPieces {
  static constexpr int most_tiles = 16;

  int channels;
  int panel;
  int tiles;

  struct Piece {
    int channel, channels, tile, tiles;
  };
  constexpr int of_panel() const { return parts_of(tiles, most_tiles); }
  constexpr std::size_t size() const { return std::size_t{1} * parts_of(channels, panel) * of_panel(); }
  Piece operator[](std::size_t index) const {
    const int channel = static_cast<int>(index) / of_panel() * panel;
    const int tile = static_cast<int>(index) % of_panel() * most_tiles;
    return {channel, std::min(panel, channels - channel), tile, std::min(most_tiles, tiles - tile)};
  }
};

/// How a convolution is cut. Where weights are small beside the image they are transformed once, and threads take
/// blocks of tiles. Where they are large (or tiles few) the tiles are gone through in blocks that all threads share,
/// and threads take panels of filters, whose transformed weights are used while they are in the cache.
struct WinogradPlan {
  int depth;    // channels read
  int filters;  // channels written
  int panel;
  int points;
  std::size_t tiles;
  Partition partition;
  int block;  // tiles
  int chunk;  // channels read, of which the transformed weights are made at a time if tiles are shared

  constexpr WinogradPlan(Shape in, int written, int tile, std::size_t batch, int panel_width)
      : depth(in.channels),
        filters(written),
        panel(panel_width),
        points((tile + 2) * (tile + 2)),
        tiles(batch * TileGrid(in.height, in.width, tile).in_image()),
        partition(std::size_t{1} * depth * filters > many_weights || tiles < few_tiles ? Partition::weights
                                                                                       : Partition::pixels),
        block(partition == Partition::weights ? most_shared() : even_block(tiles, most_own)),
        chunk(std::min(depth, 64)) {}

  static constexpr std::size_t many_weights = 256 * 512, few_tiles = 192;
  static constexpr int most_own = 28;  // tiles of a block that a thread has for itself
  constexpr int most_shared() const { return static_cast<int>(std::min<std::size_t>(tiles, 128)); }

  /// Whether all transformed weights stay in a core's own cache.
  constexpr bool weights_stay() const {
    return partition == Partition::pixels && points * filter_panels() * weight_plane() <= kept_weights;
  }

  constexpr std::size_t blocks() const { return parts_of(tiles, block); }
  constexpr int filter_panels() const { return parts_of(filters, panel); }
  constexpr int columns(int filter_panel) const { return std::min(panel, filters - filter_panel * panel); }

  // Floats of a plane of: a panel of a block's transformed tiles, a filter panel's transformed weights, a block's sums
  // for a filter panel. A panel's planes of tiles follow each other, so that a product reads on where the last one ended.
  constexpr std::size_t tile_plane() const { return plane_stride(std::size_t{1} * panel * block); }
  constexpr std::size_t weight_plane() const {
    return plane_stride(std::size_t{1} * (partition == Partition::weights ? chunk : depth) * panel);
  }
  constexpr std::size_t sum_plane() const { return plane_stride(std::size_t{1} * panel * block); }
  // Floats of all planes of: a panel of tiles, all tiles, a filter panel's weights, its sums.
  constexpr std::size_t tile_panel() const { return points * tile_plane(); }
  constexpr std::size_t all_tiles() const { return parts_of(depth, panel) * tile_panel(); }
  constexpr std::size_t weight_size() const { return points * weight_plane(); }
  constexpr std::size_t sum_size() const { return points * sum_plane(); }

  // Threads that share tiles have weights in use and the next ones.
  constexpr std::size_t floats(int threads) const {
    return partition == Partition::weights ? all_tiles() + threads * (2 * weight_size() + sum_size())
                                           : filter_panels() * weight_size() + threads * (all_tiles() + sum_size());
  }
  /// Floats that this plan and that of any smaller batch need: those of the largest blocks either way.
  constexpr std::size_t scratch(int threads) const {
    WinogradPlan shared = *this, own = *this;
    shared.partition = Partition::weights;
    shared.block = most_shared();
    own.partition = Partition::pixels;
    own.block = most_own;
    return std::max(shared.floats(threads), partition == Partition::weights ? 0 : own.floats(threads));
  }
};

/// Where a plan's transformed tiles go that begin at `tiles`: past the caches if threads share them but not their caches.
template <class Plan>
PanelPlanes tile_planes(const Plan& plan, Caches caches, float* tiles) {
  return {tiles, plan.tile_plane(), plan.tile_panel(),
          plan.partition == Partition::weights && caches == Caches::grouped};
}

}  // namespace unetpp::kernels::detail

#pragma GCC diagnostic pop
