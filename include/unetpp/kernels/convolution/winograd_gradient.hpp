#pragma once
// The weight gradient of 3×3 convolutions by Winograd's F(4×4, 3×3), or F(2×2, 3×3).
//
// The transposes of winograd.hpp's transforms: patches of x and tiles of dy are transformed to points, and for each
// point a product of channels×tiles by tiles×filters sums them over the tiles. Transformed back, these are the gradients
// of the nine taps. One point of a transformed tile of dy is the sum of its pixels: the bias gradient.

#include <algorithm>
#include <cstddef>

#include "unetpp/kernels/convolution/winograd.hpp"
#include "unetpp/kernels/convolution/winograd_gradient_plan.hpp"

// Counts and positions are int, sizes std::size_t; none is negative.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace unetpp::kernels {

namespace detail {

template <class T>
struct WinogradGradient {
  const MicroKernels& kernels;
  const WinogradKernels& transform;
  const WinogradTileKernels<T>& transform_tiles;
  const WeightGradientOperands<T>& of;
  WinogradGradientPlan plan;
  TileGrid grid;
  Caches caches;

  /// Some channels and filters.
  struct Square {
    int channel, channels, filter, filters;
  };
  /// A block's transformed tiles for a square, and its sums, which they begin unless they `accumulate`.
  struct Block {
    Square square;
    int count;  // tiles
    const float* inputs;
    const float* gradients;
    float* sums;
    bool accumulate;
  };

  Square square(std::size_t index) const {
    const int side = plan.square, down = plan.down();
    const int channel = static_cast<int>(index) % down * side, filter = static_cast<int>(index) / down * side;
    return {channel, std::min(side, plan.channels - channel), filter, std::min(side, plan.filters - filter)};
  }

  void transform_input(int channel, int channels, std::size_t first, int count, float* to) const {
    transform_tiles.input(grid, of.x.data + channel, of.x.stride, channels, first, count,
                          tile_planes(plan, caches, to));
  }
  void transform_gradient(int filter, int filters, std::size_t first, int count, float* to) const {
    transform_tiles.gradient(grid, of.dy.data + filter, of.dy.stride, filters, first, count,
                             tile_planes(plan, caches, to));
  }

  /// Adds a block's products to its sums, or begins them: at the points of one of `pieces` pieces of them.
  void multiply(const Block& b, int piece, int pieces) const {
    const int panel = plan.panel, channels = b.square.channels, filters = b.square.filters;
    const int end = plan.points * (piece + 1) / pieces;
    const auto input = [&](int point, int c) {
      return b.inputs + c / panel * plan.tile_panel() + point * plan.tile_plane();
    };
    const auto gradient = [&](int point, int f) {
      return b.gradients + f / panel * plan.tile_panel() + point * plan.tile_plane();
    };
    for (int p = plan.points * piece / pieces; p < end; ++p)
      for (int f = 0; f < filters; f += panel)
        for (int c = 0; c < channels; c += panel) {
          const bool last_c = c + panel >= channels, last_f = f + panel >= filters;
          // Of what comes next, a panel that no product has read yet.
          const float* fetch = last_c   ? (last_f ? gradient(p + 1, 0) : gradient(p, f + panel))
                               : f == 0 ? input(p, c + panel)
                                        : input(p + 1, 0);
          kernels.product_transposed(
              std::min(panel, channels - c), std::min(panel, filters - f), b.count, input(p, c), gradient(p, f),
              b.sums + p * plan.sum_plane() + (std::size_t{1} * f / panel * plan.sum_rows() + c) * panel, b.accumulate,
              fetch, panel);
        }
  }

  /// Adds `rows` channels of a square, from channel `row` of it on, to the gradient of the taps that `runs` sums are of.
  void add(const Square& s, int row, int rows, const float* sums, std::size_t runs) const {
    const std::size_t run = plan.squares() * plan.sum_size();
    for (int f = 0; f < s.filters; f += plan.panel)
      transform.weight_gradient(
          sums + (std::size_t{1} * f / plan.panel * plan.sum_rows() + row) * plan.panel, plan.sum_plane(),
          static_cast<int>(runs), run, rows, std::min(plan.panel, s.filters - f),
          of.dweight + std::size_t{1} * (s.channel + row) * plan.filters + s.filter + f, plan.channels, plan.filters);
  }

  /// Adds the sums of all squares and runs.
  void add_squares(const float* sums, int threads) const {
    constexpr int rows = 4;
    const std::size_t pieces = parts_of(plan.sum_rows(), rows);
    parallel_for(threads, plan.squares() * pieces, [&](std::size_t unit, int) {
      const Square s = square(unit / pieces);
      const int row = static_cast<int>(unit % pieces) * rows;
      if (row < s.channels)
        add(s, row, std::min(rows, s.channels - row), sums + unit / pieces * plan.sum_size(), plan.runs);
    });
  }

  /// sums (+)= the bias gradient of a block's tiles; the point (1, 1) is the sum of a tile's pixels.
  void add_bias(int filters, int count, const float* gradients, float* sums, bool accumulate) const {
    const int point = grid.tile + 3;
    for (int f = 0; f < filters; f += plan.panel)
      kernels.sum_rows(gradients + f / plan.panel * plan.tile_panel() + point * plan.tile_plane(), count, sums + f,
                       accumulate);
  }

  void share_out_runs(Scratch scratch) const {
    float* sums = scratch.data;
    float* biases = sums + plan.runs * plan.squares() * plan.sum_size();
    float* tiles = biases + plan.runs * plan.bias_size();
    parallel_for(scratch.threads, plan.runs * plan.squares(), [&](std::size_t unit, int thread) {
      const Square s = square(unit % plan.squares());
      const std::size_t run = unit / plan.squares();
      float* inputs = tiles + thread * (plan.inputs() + plan.gradients());
      float* gradients = inputs + plan.inputs();
      const std::size_t begin = run * plan.run_tiles, end = std::min(plan.tiles, begin + plan.run_tiles);
      for (std::size_t first = begin; first < end; first += plan.block) {
        const int count = static_cast<int>(std::min<std::size_t>(plan.block, end - first));
        transform_input(s.channel, s.channels, first, count, inputs);
        transform_gradient(s.filter, s.filters, first, count, gradients);
        multiply({s, count, inputs, gradients, sums + unit * plan.sum_size(), first > begin}, 0, 1);
        if (of.dbias.filters && s.channel == 0)
          add_bias(s.filters, count, gradients, biases + run * plan.bias_size() + s.filter, first > begin);
      }
    });
    add_squares(sums, scratch.threads);
    if (of.dbias.filters)
      for (std::size_t run = 0; run < plan.runs; ++run)
        for (int f = 0; f < plan.filters; ++f) of.dbias.filters[f] += biases[run * plan.bias_size() + f];
  }

  void share_out_squares(Scratch scratch) const {
    float* inputs = scratch.data;
    float* gradients = inputs + plan.inputs();
    float* bias = gradients + plan.gradients();
    float* sums = bias + plan.bias_size();
    for (std::size_t first = 0; first < plan.tiles; first += plan.block) {
      const int count = static_cast<int>(std::min<std::size_t>(plan.block, plan.tiles - first));
      const PanelPieces of_x{plan.channels, plan.panel, count}, of_dy{plan.filters, plan.panel, count};
      parallel_for(scratch.threads, of_x.size() + of_dy.size(), [&](std::size_t unit, int) {
        const bool is_x = unit < of_x.size();
        const PanelPieces::Piece piece = is_x ? of_x[unit] : of_dy[unit - of_x.size()];
        const std::size_t at =
            piece.channel / plan.panel * plan.tile_panel() + std::size_t{1} * piece.tile * plan.panel;
        is_x ? transform_input(piece.channel, piece.channels, first + piece.tile, piece.tiles, inputs + at)
             : transform_gradient(piece.channel, piece.channels, first + piece.tile, piece.tiles, gradients + at);
      });
      const int pieces = plan.point_pieces();
      parallel_for(scratch.threads, plan.squares() * pieces, [&](std::size_t unit, int thread) {
        const std::size_t index = unit / pieces;
        const int piece = static_cast<int>(unit % pieces);
        const Square s = square(index);
        const float* of_channels = inputs + s.channel / plan.panel * plan.tile_panel();
        const float* of_filters = gradients + s.filter / plan.panel * plan.tile_panel();
        float* own = sums + (plan.keeps_sums() ? index : thread) * plan.sum_size();
        multiply({s, count, of_channels, of_filters, own, plan.keeps_sums() && first > 0}, piece, pieces);
        if (!plan.keeps_sums()) add(s, 0, s.channels, own, 1);
        if (of.dbias.filters && s.channel == 0 && piece == 0)
          add_bias(s.filters, count, of_filters, bias + s.filter, first > 0);
      });
    }
    if (plan.keeps_sums()) add_squares(sums, scratch.threads);
    if (of.dbias.filters)
      for (int f = 0; f < plan.filters; ++f) of.dbias.filters[f] += bias[f];
  }
};

}  // namespace detail

/// Floats of scratch that the function below needs.
constexpr std::size_t winograd_gradient_scratch(const ConvGeometry& g, std::size_t batch, int threads) {
  return detail::scratch_of_any_panel(
      [&](int panel) { return detail::WinogradGradientPlan(g, batch, panel).scratch(threads); });
}

/// dweight += the gradient of `winograd_convolve`'s weight for the input x and the output gradient dy; dbias.filters +=
/// that of its bias, unless it is null.
/// Shapes  scratch: winograd_gradient_scratch floats.
template <class T = float>
void winograd_weight_gradient(const WeightGradientOperands<T>& of, Scratch scratch,
                              const MicroKernels& kernels = micro_kernels(), Caches caches = machine_caches()) {
  const int tile = detail::winograd_tile(of.g);
  const detail::WinogradGradient<T> gradient{kernels,
                                             detail::winograd_kernels(kernels, tile),
                                             detail::winograd_kernels(image_kernels<T>(kernels.set), tile),
                                             of,
                                             detail::WinogradGradientPlan(of.g, of.batch, kernels.panel),
                                             TileGrid(of.g.in.height, of.g.in.width, tile),
                                             caches};
  gradient.plan.partition == detail::Partition::weights ? gradient.share_out_squares(scratch)
                                                        : gradient.share_out_runs(scratch);
}

}  // namespace unetpp::kernels

#pragma GCC diagnostic pop
