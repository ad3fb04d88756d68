#pragma once
// 3×3 convolutions and their input gradients by Winograd's F(4×4, 3×3), or F(2×2, 3×3).
//
// An output tile of 4×4 pixels is made of a 6×6 patch of inputs. Transformed to 36 points each, patch and weights are
// multiplied point by point where the direct sum needs 144 multiplications: summed over channels, that is a matrix
// product of tiles×channels by channels×filters for each point. The 36 sums of an output tile are then transformed back
// to its 16 pixels. With tiles of 2×2, 16 points take the place of 36 multiplications. [Winograd 1980; Lavin & Gray
// 2016]
//
// The input gradient is the same with the taps rotated and the weight transposed. kernels/convolution/winograd_gradient.hpp has the
// weight gradient.

#include <algorithm>
#include <cstddef>
#include <utility>

#include "unetpp/core/parallel.hpp"
#include "unetpp/kernels/convolution/operands.hpp"
#include "unetpp/kernels/convolution/winograd_plan.hpp"
#include "unetpp/kernels/micro_kernels.hpp"
#include "unetpp/kernels/panels.hpp"

// Counts and positions are int, sizes std::size_t; none is negative.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace unetpp::kernels {

namespace detail {

/// A convolution, or a transposed one, of one image shape.
template <class T>
struct WinogradConvolution {
  const MicroKernels& kernels;
  const WinogradKernels& transform;
  const WinogradTileKernels<T>& transform_tiles;
  const ConvOperands<T>& of;
  bool transposed;
  WinogradPlan plan;
  TileGrid grid;
  Epilogue<T> end;
  Caches caches;

  /// What is multiplied for a panel of filters: `count` tiles of the channels [first, first + depth), from point 0 on.
  struct Block {
    int filter_panel, count, first, depth;
    const float* tiles;
    const float* weights;
    float* sums;
  };

  void transform_weight(int filter_panel, int first, int depth, float* to) const {
    const int channels = of.g.in.channels, filters = of.g.out.channels, from = filter_panel * plan.panel;
    if (transposed)
      transform.weight_rotated(of.weight + std::size_t{1} * from * filters, channels, filters, first, depth,
                               plan.columns(filter_panel), to, plan.weight_plane());
    else
      transform.weight(of.weight + from, channels, filters, first, depth, plan.columns(filter_panel), to,
                       plan.weight_plane());
  }

  void transform_input(int channel, int channels, std::size_t first, int count, float* to) const {
    transform_tiles.input(grid, of.x.data + channel, of.x.stride, channels, first, count,
                          tile_planes(plan, caches, to));
  }

  /// The pixels that are new in the block of tiles that begins with `first`: where one of `parts` parts of them begins.
  const float* new_pixels(std::size_t first, int part, int parts) const {
    const int in_row = parts / grid.tile, row = 1 + part / in_row;
    const std::size_t pixel =
        grid.pixel(grid.place(first)) + row * grid.width + plan.block * grid.tile * (part % in_row) / in_row;
    const std::size_t pixels = plan.tiles / grid.in_image() * grid.height * grid.width;
    return of.x.from(pixel, pixels).places().data;
  }

  /// Adds to point p's sums (or begins them) what a block contributes, and meanwhile brings to the cache what is needed
  /// next, from `fetch` on.
  void multiply(int p, const Block& b, const float* fetch) const {
    kernels.product(b.count, plan.columns(b.filter_panel), b.depth,
                    b.tiles + b.first / plan.panel * plan.tile_panel() + p * plan.tile_plane(), plan.tile_panel(),
                    b.weights + p * plan.weight_plane(), b.sums + p * plan.sum_plane(), b.first > 0, fetch, 0);
  }

  void transform_output(int filter_panel, std::size_t first, int count, const float* sums) const {
    const int channel = filter_panel * plan.panel;
    transform_tiles.output(grid, first, count, sums, plan.sum_plane(), plan.columns(filter_panel), of.y.data + channel,
                           of.y.stride, end.from_channel(channel));
  }

  void share_out_tiles(Scratch scratch) const {
    constexpr int rows = 16;  // of weights, for one piece of work
    const std::size_t chunks = parts_of(plan.depth, rows);
    float* weights = scratch.data;
    parallel_for(scratch.threads, plan.filter_panels() * chunks, [&](std::size_t unit, int) {
      const int panel = static_cast<int>(unit / chunks), first = static_cast<int>(unit % chunks) * rows;
      transform_weight(panel, first, std::min(rows, plan.depth - first),
                       weights + panel * plan.weight_size() + std::size_t{1} * first * plan.panel);
    });
    parallel_for(scratch.threads, plan.blocks(), [&](std::size_t block, int thread) {
      float* tiles =
          weights + plan.filter_panels() * plan.weight_size() + thread * (plan.all_tiles() + plan.sum_size());
      float* sums = tiles + plan.all_tiles();
      const std::size_t first = block * plan.block;
      const int count = static_cast<int>(std::min<std::size_t>(plan.block, plan.tiles - first));
      transform_input(0, plan.depth, first, count, tiles);
      for (int panel = 0; panel < plan.filter_panels(); ++panel) {
        const float* of_panel = weights + panel * plan.weight_size();
        for (int p = 0; p < plan.points; ++p)
          multiply(p, {panel, count, 0, plan.depth, tiles, of_panel, sums},
                   plan.weights_stay()
                       ? new_pixels(first + plan.block, panel * plan.points + p, plan.filter_panels() * plan.points)
                       : of_panel + (p + 1) * plan.weight_plane());
        transform_output(panel, first, count, sums);
      }
    });
  }

  /// Whether a few rows of the weights that come next are transformed after each point's products, so that the stores
  /// drain to the large cache while the processor multiplies. With many tiles that cache is busy then, too.
  bool alternates() const { return !transposed && plan.tiles <= 16; }

  /// Of `depth` rows of weights that are needed next, those that are transformed before point p's products.
  int rows_before(int p, int depth) const { return alternates() || p == plan.points ? depth * p / plan.points : 0; }

  void share_out_filters(Scratch scratch) const {
    float* tiles = scratch.data;
    for (std::size_t first = 0; first < plan.tiles; first += plan.block) {
      const int count = static_cast<int>(std::min<std::size_t>(plan.block, plan.tiles - first));
      const PanelPieces pieces{plan.depth, plan.panel, count};
      parallel_for(scratch.threads, pieces.size(), [&](std::size_t unit, int) {
        const PanelPieces::Piece piece = pieces[unit];
        transform_input(
            piece.channel, piece.channels, first + piece.tile, piece.tiles,
            tiles + piece.channel / plan.panel * plan.tile_panel() + std::size_t{1} * piece.tile * plan.panel);
      });
      parallel_for(scratch.threads, plan.filter_panels(), [&](std::size_t unit, int thread) {
        const int panel = static_cast<int>(unit);
        float* weights = tiles + plan.all_tiles() + thread * (2 * plan.weight_size() + plan.sum_size());
        float* sums = weights + 2 * plan.weight_size();
        float* later = alternates() ? weights + plan.weight_size() : weights;
        transform_weight(panel, 0, plan.chunk, weights);
        for (int channel = 0; channel < plan.depth; channel += plan.chunk) {
          const int depth = std::min(plan.chunk, plan.depth - channel), next = channel + depth;
          const int next_depth = std::min(plan.chunk, plan.depth - next);
          for (int p = 0; p < plan.points; ++p) {
            multiply(p, {panel, count, channel, depth, tiles, weights, sums}, weights + (p + 1) * plan.weight_plane());
            const int from = rows_before(p, next_depth), rows = rows_before(p + 1, next_depth) - from;
            if (rows > 0) transform_weight(panel, next + from, rows, later + std::size_t{1} * from * plan.panel);
          }
          std::swap(weights, later);
        }
        transform_output(panel, first, count, sums);
      });
    }
  }
};

template <class T = float>
void winograd(const ConvOperands<T>& of, bool transposed, Scratch scratch, const MicroKernels& kernels, Caches caches) {
  const Shape &from = transposed ? of.g.out : of.g.in, &to = transposed ? of.g.in : of.g.out;
  const int tile = winograd_tile(of.g);
  const WinogradConvolution<T> convolution{kernels,
                                           winograd_kernels(kernels, tile),
                                           winograd_kernels(image_kernels<T>(kernels.set), tile),
                                           of,
                                           transposed,
                                           WinogradPlan(from, to.channels, tile, of.batch, kernels.panel),
                                           TileGrid(from.height, from.width, tile),
                                           of.end.streamed(of.y, of.batch * to.pixels(), to.channels),
                                           caches};
  convolution.plan.partition == Partition::weights ? convolution.share_out_filters(scratch)
                                                   : convolution.share_out_tiles(scratch);
}

}  // namespace detail

/// Floats of scratch that the two functions below need.
constexpr std::size_t winograd_scratch(const ConvGeometry& g, std::size_t batch, int threads) {
  const int tile = detail::winograd_tile(g);
  const auto forward = [&](int panel) { return detail::WinogradPlan(g.in, g.out.channels, tile, batch, panel); };
  const auto backward = [&](int panel) { return detail::WinogradPlan(g.out, g.in.channels, tile, batch, panel); };
  return detail::scratch_of_any_panel(
      [&](int panel) { return std::max(forward(panel).scratch(threads), backward(panel).scratch(threads)); });
}

/// y = x ∗ weight, for a 3×3 kernel, stride and dilation 1, and a border of one pixel.
/// Shapes  scratch: winograd_scratch floats.
template <class T = float>
void winograd_convolve(const ConvOperands<T>& of, Scratch scratch, const MicroKernels& kernels = micro_kernels(),
                       Caches caches = machine_caches()) {
  detail::winograd(of, false, scratch, kernels, caches);
}

/// y = the transposed convolution of x: the input gradient of `winograd_convolve` for the output gradient x.
/// Shapes  scratch: winograd_scratch floats.
template <class T = float>
void winograd_convolve_transposed(const ConvOperands<T>& of, Scratch scratch,
                                  const MicroKernels& kernels = micro_kernels(), Caches caches = machine_caches()) {
  detail::winograd(of, true, scratch, kernels, caches);
}

}  // namespace unetpp::kernels

#pragma GCC diagnostic pop
