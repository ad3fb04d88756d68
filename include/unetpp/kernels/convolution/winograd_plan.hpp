#pragma once
// How Winograd's convolutions are cut into tiles, blocks of tiles and panels of channels, and the memory they need.

#include <algorithm>
#include <cstddef>

#include "unetpp/core/buffer.hpp"
#include "unetpp/core/parallel.hpp"
#include "unetpp/core/shape.hpp"
#include "unetpp/kernels/convolution/geometry.hpp"
#include "unetpp/kernels/micro_kernels.hpp"
#include "unetpp/kernels/panels.hpp"

// Counts and positions are int, sizes std::size_t; none is negative.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace unetpp::kernels::detail {

/// Pixels a side of the tiles that a convolution is cut into.
constexpr int winograd_tile(const ConvGeometry& g) { return g.algorithm == ConvAlgorithm::winograd2 ? 2 : 4; }

/// Floats from one plane to the next: a cache line more than it holds, or all planes would fall on the same places of
/// the cache.
constexpr std::size_t plane_stride(std::size_t floats) { return aligned_floats(floats) + 16; }

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
  bool share_tiles;
  int block;  // tiles
  int chunk;  // channels read, of which the transformed weights are made at a time if tiles are shared

  constexpr WinogradPlan(Shape in, int written, int tile, std::size_t batch, int panel_width)
      : depth(in.channels),
        filters(written),
        panel(panel_width),
        points((tile + 2) * (tile + 2)),
        tiles(batch * TileGrid(in.height, in.width, tile).in_image()),
        share_tiles(has_large_weights() || tiles < 192),
        block(share_tiles ? most_shared() : even_block(tiles, most_own)),
        chunk(std::min(depth, 64)) {}

  static constexpr int most_own = 28;  // tiles of a block that a thread has for itself
  constexpr int most_shared() const { return static_cast<int>(std::min<std::size_t>(tiles, 128)); }
  constexpr bool has_large_weights() const { return std::size_t{1} * depth * filters > 256 * 512; }

  /// Whether all transformed weights stay in a core's own cache.
  constexpr bool weights_stay() const { return !share_tiles && points * filter_panels() * weight_plane() <= 100'000; }

  constexpr std::size_t blocks() const { return parts_of(tiles, block); }
  constexpr int filter_panels() const { return parts_of(filters, panel); }
  constexpr int columns(int filter_panel) const { return std::min(panel, filters - filter_panel * panel); }

  // Floats of a plane of: a panel of a block's transformed tiles, a filter panel's transformed weights, a block's sums
  // for a filter panel. A panel's planes of tiles follow each other, so that a product reads on where the last one ended.
  constexpr std::size_t tile_plane() const { return plane_stride(std::size_t{1} * panel * block); }
  constexpr std::size_t weight_plane() const {
    return plane_stride(std::size_t{1} * (share_tiles ? chunk : depth) * panel);
  }
  constexpr std::size_t sum_plane() const { return plane_stride(std::size_t{1} * panel * block); }
  // Floats of all planes of: a panel of tiles, all tiles, a filter panel's weights, its sums.
  constexpr std::size_t tile_panel() const { return points * tile_plane(); }
  constexpr std::size_t all_tiles() const { return parts_of(depth, panel) * tile_panel(); }
  constexpr std::size_t weight_size() const { return points * weight_plane(); }
  constexpr std::size_t sum_size() const { return points * sum_plane(); }

  // Threads that share tiles have weights in use and the next ones.
  constexpr std::size_t floats(int threads) const {
    return share_tiles ? all_tiles() + threads * (2 * weight_size() + sum_size())
                       : filter_panels() * weight_size() + threads * (all_tiles() + sum_size());
  }
  /// Floats that this plan and that of any smaller batch need: those of the largest blocks either way.
  constexpr std::size_t scratch(int threads) const {
    WinogradPlan shared = *this, own = *this;
    shared.share_tiles = true;
    shared.block = most_shared();
    own.share_tiles = false;
    own.block = most_own;
    return share_tiles ? shared.floats(threads) : std::max(shared.floats(threads), own.floats(threads));
  }
};

/// How a weight gradient is cut: into squares of channels×filters whose sums stay in a core's own cache, or one of all if
/// they are few. A thread takes a square and a run of tiles, in blocks of tiles that it transforms for itself; the runs
/// are summed apart and added in order at the end. With many squares, whose threads would all transform the same tiles,
/// a block's tiles are transformed for all, and a thread takes some points of a square and adds to their sums; or a whole
/// square, whose sums it transforms back for each block, if those of all squares are too large to keep in a cache.
struct WinogradGradientPlan {
  int channels;
  int filters;
  int panel;
  int points;
  std::size_t tiles;
  bool share_tiles;
  int square;  // channels and filters
  std::size_t runs;
  std::size_t run_tiles;
  int block;  // tiles

  constexpr WinogradGradientPlan(const ConvGeometry& g, std::size_t batch, int panel_width)
      : channels(g.in.channels),
        filters(g.out.channels),
        panel(panel_width),
        points((winograd_tile(g) + 2) * (winograd_tile(g) + 2)),
        tiles(batch * TileGrid(g.in.height, g.in.width, winograd_tile(g)).in_image()),
        share_tiles(weights() >= 64 * 128),
        square(weights() > 64 * 64 ? 64 : std::max(channels, filters)) {
    runs = most_runs();
    run_tiles = parts_of(tiles, runs);
    runs = parts_of(tiles, run_tiles);
    block = static_cast<int>(parts_of(run_tiles, parts_of(run_tiles, most_tiles())));
  }

  constexpr std::size_t weights() const { return std::size_t{1} * channels * filters; }
  constexpr int down() const { return parts_of(channels, square); }
  constexpr int across() const { return parts_of(filters, square); }
  constexpr int squares() const { return down() * across(); }

  /// Tiles of a block; two blocks of few are faster than one.
  constexpr std::size_t most_tiles() const {
    if (share_tiles) return std::clamp<std::size_t>(tiles / 2, 64, 128);
    return squares() > 1 ? 96 : 48;
  }
  static constexpr int wanted_units = 16;  // of squares in pieces, for threads to take
  constexpr std::size_t most_runs() const {
    if (share_tiles || tiles < 2 * most_tiles()) return 1;
    return std::min<std::size_t>(std::max(2, wanted_units / squares()), tiles / most_tiles() / 2 * 2);
  }
  /// Whether sums are kept from one block that threads share to the next.
  constexpr bool keeps_sums() const { return share_tiles && weights() <= 256 * 128; }
  /// Pieces that the points of a square are cut into where threads share tiles.
  constexpr int point_pieces() const { return keeps_sums() ? std::max(1, wanted_units / squares()) : 1; }
  // Floats of a plane of a panel of a block's transformed tiles, of all its planes; and of those that are transformed at
  // once, of inputs and of gradients.
  constexpr std::size_t tile_plane() const { return plane_stride(std::size_t{1} * block * panel); }
  constexpr std::size_t tile_panel() const { return points * tile_plane(); }
  constexpr std::size_t inputs() const { return parts_of(share_tiles ? channels : sum_rows(), panel) * tile_panel(); }
  constexpr std::size_t gradients() const {
    return (share_tiles ? parts_of(filters, panel) : sum_panels()) * tile_panel();
  }
  /// Sums of a square, as panels of filters, each with a row for each channel.
  constexpr int sum_rows() const { return std::min(square, channels); }
  constexpr int sum_panels() const { return parts_of(std::min(square, filters), panel); }
  constexpr std::size_t sum_plane() const { return plane_stride(std::size_t{1} * sum_panels() * sum_rows() * panel); }
  constexpr std::size_t sum_size() const { return points * sum_plane(); }
  constexpr std::size_t bias_size() const { return aligned_floats(std::size_t{1} * parts_of(filters, panel) * panel); }

  constexpr std::size_t floats(int threads) const {
    return share_tiles ? inputs() + gradients() + bias_size() + (keeps_sums() ? squares() : threads) * sum_size()
                       : runs * (squares() * sum_size() + bias_size()) + threads * (inputs() + gradients());
  }
  /// Floats that this plan and that of any smaller batch need: those of the largest blocks and the most runs.
  constexpr std::size_t scratch(int threads) const {
    WinogradGradientPlan largest = *this;
    largest.runs = most_runs();
    largest.block = static_cast<int>(std::min(tiles, most_tiles()));
    return largest.floats(threads);
  }
};

/// Where a plan's transformed tiles go that begin at `tiles`: past the caches if threads share them but not their caches.
template <class Plan>
PanelPlanes tile_planes(const Plan& plan, float* tiles) {
  return {tiles, plan.tile_plane(), plan.tile_panel(), plan.share_tiles && has_grouped_caches()};
}

}  // namespace unetpp::kernels::detail

#pragma GCC diagnostic pop
