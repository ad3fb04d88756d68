#pragma once
// The weight gradient of 3×3 convolutions by Winograd's F(4×4, 3×3), or F(2×2, 3×3).
//
// The transposes of winograd.hpp's transforms: patches of x and tiles of dy are transformed to points, and for each
// point a product of channels×tiles by tiles×filters sums them over the tiles. Transformed back, these are the gradients
// of the nine taps. One point of a transformed tile of dy is the sum of its pixels: the bias gradient.

#include <algorithm>
#include <cstddef>

#include "unetpp/kernels/winograd.hpp"

namespace unetpp::kernels {

namespace detail {

struct WinogradGradient {
  const MicroKernels& kernels;
  const WinogradKernels& transform;
  WinogradGradientPlan plan;
  TileGrid grid;
  ConstPixels x;
  ConstPixels dy;
  float* dweight;
  float* dbias;

  /// Transforms `count` tiles of x and dy to the rows of a block that begin at row `row`.
  void transform_tiles(std::size_t first, int count, int row, float* inputs, float* gradients) const {
    const std::size_t offset = std::size_t{1} * row * plan.panel;
    transform.input(grid, x.data, x.stride, plan.channels, first, count,
                    {inputs + offset, plan.input_plane(), plan.next()});
    transform.gradient(grid, dy.data, dy.stride, plan.filters, first, count,
                       {gradients + offset, plan.gradient_plane(), plan.next()});
  }

  /// Adds to sums (or begins them) a block's products for the channels and filters from the given ones on.
  void multiply(int channel, int channels, int filter, int filters, int count, const float* inputs,
                const float* gradients, float* sums, bool accumulate) const {
    const int panel = plan.panel;
    const auto input = [&](int point, int c) {
      return inputs + point * plan.input_plane() + (channel + c) / panel * plan.next();
    };
    const auto gradient = [&](int point, int f) {
      return gradients + point * plan.gradient_plane() + (filter + f) / panel * plan.next();
    };
    for (int p = 0; p < plan.points; ++p)
      for (int f = 0; f < filters; f += panel)
        for (int c = 0; c < channels; c += panel) {
          const bool last_c = c + panel >= channels, last_f = f + panel >= filters;
          // Of what comes next, a panel that no product has read yet.
          const float* fetch = last_c   ? (last_f ? gradient(p + 1, 0) : gradient(p, f + panel))
                               : f == 0 ? input(p, c + panel)
                                        : input(p + 1, 0);
          kernels.product_transposed(
              std::min(panel, channels - c), std::min(panel, filters - f), count, input(p, c), gradient(p, f),
              sums + p * plan.sum_plane() + (std::size_t{1} * f / panel * plan.sum_rows() + c) * panel, accumulate,
              fetch);
        }
  }

  /// Adds the gradient of the taps that `runs` sums are of.
  void add(const float* sums, std::size_t runs, int channel, int channels, int filter, int filters) const {
    for (int f = 0; f < filters; f += plan.panel)
      transform.weight_gradient(sums + std::size_t{1} * f * plan.sum_rows(), plan.sum_plane(), static_cast<int>(runs),
                                plan.sum_size(), channels, std::min(plan.panel, filters - f),
                                dweight + std::size_t{1} * channel * plan.filters + filter + f, plan.channels,
                                plan.filters);
  }

  /// sums (+)= the bias gradient of a block's tiles; the point (1, 1) is the sum of a tile's pixels.
  void add_bias(int count, const float* gradients, float* sums, bool accumulate) const {
    const int point = grid.tile + 3;
    for (int f = 0; f < plan.filters; f += plan.panel)
      kernels.sum_rows(gradients + point * plan.gradient_plane() + f / plan.panel * plan.next(), count, sums + f,
                       accumulate);
  }

  void share_out_runs(Scratch scratch) const {
    float* runs = scratch.data;
    float* biases = runs + plan.runs * plan.sum_size();
    const std::size_t bias_size = aligned_floats(plan.bias_size());
    parallel_for(scratch.threads, plan.runs, [&](std::size_t run, int thread) {
      float* inputs =
          biases + plan.runs * bias_size + thread * plan.points * (plan.input_plane() + plan.gradient_plane());
      float* gradients = inputs + plan.points * plan.input_plane();
      const std::size_t begin = run * plan.run_tiles, end = std::min(plan.tiles, begin + plan.run_tiles);
      for (std::size_t first = begin; first < end; first += plan.block) {
        const int count = static_cast<int>(std::min<std::size_t>(plan.block, end - first));
        transform_tiles(first, count, 0, inputs, gradients);
        multiply(0, plan.channels, 0, plan.filters, count, inputs, gradients, runs + run * plan.sum_size(),
                 first > begin);
        if (dbias) add_bias(count, gradients, biases + run * bias_size, first > begin);
      }
    });
    constexpr int rows = 4;
    parallel_for(scratch.threads, parts_of(plan.channels, rows), [&](std::size_t unit, int) {
      const int channel = static_cast<int>(unit) * rows;
      add(runs + channel * plan.panel, plan.runs, channel, std::min(rows, plan.channels - channel), 0, plan.filters);
    });
    if (dbias)
      for (std::size_t run = 0; run < plan.runs; ++run)
        for (int f = 0; f < plan.filters; ++f) dbias[f] += biases[run * bias_size + f];
  }

  void share_out_squares(Scratch scratch) const {
    constexpr int piece = 8;  // tiles
    float* inputs = scratch.data;
    float* gradients = inputs + plan.points * plan.input_plane();
    float* bias = gradients + plan.points * plan.gradient_plane();
    float* sums = bias + aligned_floats(plan.bias_size());
    const int square = plan.square, down = parts_of(plan.channels, square), across = parts_of(plan.filters, square);
    for (std::size_t first = 0; first < plan.tiles; first += plan.block) {
      const int count = static_cast<int>(std::min<std::size_t>(plan.block, plan.tiles - first));
      parallel_for(scratch.threads, parts_of(count, piece), [&](std::size_t unit, int) {
        const int from = static_cast<int>(unit) * piece;
        transform_tiles(first + from, std::min(piece, count - from), from, inputs, gradients);
      });
      parallel_for(scratch.threads, std::size_t{1} * down * across, [&](std::size_t unit, int thread) {
        const int channel = static_cast<int>(unit) % down * square, filter = static_cast<int>(unit) / down * square;
        const int channels = std::min(square, plan.channels - channel),
                  filters = std::min(square, plan.filters - filter);
        float* own = sums + thread * plan.sum_size();
        multiply(channel, channels, filter, filters, count, inputs, gradients, own, false);
        add(own, 1, channel, channels, filter, filters);
      });
      if (dbias) add_bias(count, gradients, bias, first > 0);
    }
    if (dbias)
      for (int f = 0; f < plan.filters; ++f) dbias[f] += bias[f];
  }
};

}  // namespace detail

/// Floats of scratch that the function below needs.
constexpr std::size_t winograd_gradient_scratch(const ConvGeometry& g, std::size_t batch, int threads) {
  return detail::scratch_of_any_panel(
      [&](int panel) { return detail::WinogradGradientPlan(g, batch, panel).scratch(threads); });
}

/// dweight += the gradient of `winograd_convolve`'s weight for the input x and the output gradient dy; dbias += that of
/// its bias, unless it is null.
/// Shapes  as in `winograd_convolve`; scratch: winograd_gradient_scratch floats.
inline void winograd_weight_gradient(const ConvGeometry& g, std::size_t batch, ConstPixels x, ConstPixels dy,
                                     float* dweight, float* dbias, Scratch scratch,
                                     const MicroKernels& kernels = micro_kernels()) {
  const int tile = detail::winograd_tile(g);
  const detail::WinogradGradient gradient{kernels,
                                          detail::winograd_kernels(kernels, tile),
                                          detail::WinogradGradientPlan(g, batch, kernels.panel),
                                          TileGrid(g.in.height, g.in.width, tile),
                                          x,
                                          dy,
                                          dweight,
                                          dbias};
  if (gradient.plan.share_tiles)
    gradient.share_out_squares(scratch);
  else
    gradient.share_out_runs(scratch);
}

}  // namespace unetpp::kernels
