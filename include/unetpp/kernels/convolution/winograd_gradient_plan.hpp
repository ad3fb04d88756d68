#pragma once
// How Winograd's weight gradients are cut into squares of weights, runs and blocks of tiles, and the memory they need.

#include <algorithm>
#include <cstddef>

#include "unetpp/kernels/convolution/winograd_plan.hpp"

// Counts and positions are int, sizes std::size_t; none is negative.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace unetpp::kernels::detail {

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
  Partition partition;
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
        partition(weights() >= 2 * side * side ? Partition::weights : Partition::pixels),
        square(weights() > side * side ? side : std::max(channels, filters)) {
    runs = most_runs();
    run_tiles = parts_of(tiles, runs);
    runs = parts_of(tiles, run_tiles);
    block = static_cast<int>(parts_of(run_tiles, parts_of(run_tiles, most_tiles())));
  }

  static constexpr int side = 64;  // of squares where there are several
  static_assert(36 * side * side <= core_cache, "the sums of a square stay in a core's own cache");

  constexpr std::size_t weights() const { return std::size_t{1} * channels * filters; }
  constexpr int down() const { return parts_of(channels, square); }
  constexpr int across() const { return parts_of(filters, square); }
  constexpr int squares() const { return down() * across(); }

  /// Tiles of a block; two blocks of few are faster than one.
  constexpr std::size_t most_tiles() const {
    if (partition == Partition::weights) return std::clamp<std::size_t>(tiles / 2, 64, 128);
    return squares() > 1 ? 96 : 48;
  }
  static constexpr int wanted_units = 16;  // of squares in pieces, for threads to take
  constexpr std::size_t most_runs() const {
    if (partition == Partition::weights || tiles < 2 * most_tiles()) return 1;
    return std::min<std::size_t>(std::max(2, wanted_units / squares()), tiles / most_tiles() / 2 * 2);
  }
  /// Whether sums are kept from one block that threads share to the next.
  constexpr bool keeps_sums() const { return partition == Partition::weights && weights() <= 8 * side * side; }
  /// Pieces that the points of a square are cut into where threads share tiles.
  constexpr int point_pieces() const { return keeps_sums() ? std::max(1, wanted_units / squares()) : 1; }
  // Floats of a plane of a panel of a block's transformed tiles, of all its planes; and of those that are transformed at
  // once, of inputs and of gradients.
  constexpr std::size_t tile_plane() const { return plane_stride(std::size_t{1} * block * panel); }
  constexpr std::size_t tile_panel() const { return points * tile_plane(); }
  constexpr std::size_t inputs() const {
    return parts_of(partition == Partition::weights ? channels : sum_rows(), panel) * tile_panel();
  }
  constexpr std::size_t gradients() const {
    return (partition == Partition::weights ? parts_of(filters, panel) : sum_panels()) * tile_panel();
  }
  /// Sums of a square, as panels of filters, each with a row for each channel.
  constexpr int sum_rows() const { return std::min(square, channels); }
  constexpr int sum_panels() const { return parts_of(std::min(square, filters), panel); }
  constexpr std::size_t sum_plane() const { return plane_stride(std::size_t{1} * sum_panels() * sum_rows() * panel); }
  constexpr std::size_t sum_size() const { return points * sum_plane(); }
  constexpr std::size_t bias_size() const { return aligned_floats(std::size_t{1} * parts_of(filters, panel) * panel); }

  constexpr std::size_t floats(int threads) const {
    return partition == Partition::weights
               ? inputs() + gradients() + bias_size() + (keeps_sums() ? squares() : threads) * sum_size()
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

}  // namespace unetpp::kernels::detail

#pragma GCC diagnostic pop
