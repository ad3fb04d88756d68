#pragma once
// The weight gradient of convolutions whose windows lie side by side, with the sums that are bias gradients.

#include <algorithm>
#include <cstddef>

#include "unetpp/core/buffer.hpp"
#include "unetpp/core/parallel.hpp"
#include "unetpp/kernels/convolution/disjoint.hpp"
#include "unetpp/kernels/panels.hpp"

// Counts and positions are int, sizes std::size_t; none is negative.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace unetpp::kernels {

namespace detail {

/// How a weight gradient is cut: a thread takes a run of positions and a square of channels×filters, with all taps.
/// Runs are summed apart and added in order.
struct DisjointGradientPlan {
  static constexpr int square = 128;
  static constexpr int depth = 64;  // positions that are packed at a time

  int taps;
  int channels;
  int filters;
  std::size_t positions;
  std::size_t runs;
  std::size_t run;  // positions

  constexpr DisjointGradientPlan(const ConvGeometry& g, std::size_t batch)
      : taps(static_cast<int>(g.taps())),
        channels(g.in.channels),
        filters(g.out.channels),
        positions(batch * g.out.pixels()) {
    run = std::max<std::size_t>(least, parts_of(positions, wanted_runs()));
    runs = parts_of(positions, run);
  }

  static constexpr std::size_t least = 256;  // positions of a run
  constexpr std::size_t wanted_runs() const { return std::max<std::size_t>(1, 32 / squares()); }

  constexpr int down() const { return parts_of(channels, square); }
  constexpr int across() const { return parts_of(filters, square); }
  constexpr std::size_t squares() const { return std::size_t{1} * down() * across(); }
  // A square's sums are panels of filters, each with a row for each channel.
  constexpr int sum_rows() const { return std::min(square, channels); }
  constexpr int sum_columns() const { return parts_of(std::min(square, filters), widest_panel) * widest_panel; }
  // Floats of the sums of a tap and of a unit, of a run's sums of pixels, and of what a thread packs of either side.
  constexpr std::size_t tap_size() const { return std::size_t{1} * sum_rows() * sum_columns(); }
  constexpr std::size_t sum_size() const { return taps * tap_size(); }
  constexpr std::size_t bias_size() const { return std::size_t{1} * square * (down() + across()); }
  static constexpr std::size_t packed_size() { return std::size_t{1} * depth * square; }
  constexpr std::size_t floats(int threads) const {
    return runs * (squares() * sum_size() + bias_size()) + threads * 2 * packed_size();
  }
  /// Floats that this plan and that of any smaller batch need: those of the most runs.
  constexpr std::size_t scratch(int threads) const {
    DisjointGradientPlan largest = *this;
    largest.runs = std::min(wanted_runs(), parts_of(positions, least));
    return largest.floats(threads);
  }
};

template <class T>
struct DisjointGradient {
  const MicroKernels& kernels;
  const ImageKernels<T>& images;
  const WeightGradientOperands<T>& of;
  DisjointGradientPlan plan;
  float* sums;    // of all units
  float* biases;  // of all runs: of channels, then of filters

  static constexpr int square = DisjointGradientPlan::square, depth = DisjointGradientPlan::depth;

  /// sum (+)= the sum of packed rows.
  void add_rows(const float* rows, int count, int channels, float* sum, bool accumulate) const {
    for (int c = 0; c < channels; c += kernels.panel) kernels.sum_rows(rows + c * depth, count, sum + c, accumulate);
  }

  /// The sums of one run of positions and one square.
  void sum(std::size_t run, int channel, int filter, float* unit, float* left, float* right) const {
    const int panel = kernels.panel;
    const int channels = std::min(square, plan.channels - channel), filters = std::min(square, plan.filters - filter);
    float* bias = biases + run * plan.bias_size();
    const std::size_t begin = run * plan.run, end = std::min(plan.positions, begin + plan.run);
    for (std::size_t first = begin; first < end; first += depth) {
      const int count = static_cast<int>(std::min<std::size_t>(depth, end - first));
      images.pack(of.dy.data + first * of.dy.stride + filter, of.dy.stride, count, filters, right,
                  std::size_t{1} * depth * panel);
      if (of.dbias.filters && channel == 0)
        add_rows(right, count, filters, bias + plan.down() * square + filter, first > begin);
      for (int tap = 0; tap < plan.taps; ++tap) {
        pack_tap(kernels, of.g, of.x, {tap, first, count, channel, channels}, left, std::size_t{1} * depth * panel);
        if (of.dbias.channels && filter == 0) add_rows(left, count, channels, bias + channel, first > begin || tap > 0);
        for (int f = 0; f < filters; f += panel)
          for (int c = 0; c < channels; c += panel) {
            // Of the next block, whose windows lie side by side: a tap's share of x, and dy.
            const std::size_t position = first + depth, pixel = plan.taps * position + std::size_t{1} * tap * depth;
            const ConstPixels<float> fetch =
                (f == 0 ? of.x.from(pixel, plan.taps * plan.positions, channel + c)
                        : of.dy.from(position, plan.positions, filter + (tap == 0 && plan.taps > 1 ? 0 : f)))
                    .places();
            kernels.product_transposed(std::min(panel, channels - c), std::min(panel, filters - f), count,
                                       left + c * depth, right + f * depth,
                                       unit + tap * plan.tap_size() + f * plan.sum_rows() + c * panel, first > begin,
                                       fetch.data, fetch.stride);
          }
      }
    }
  }

  /// Adds all runs' sums of `rows` channels from `channel` on, the first run's being `unit`, to the gradient of one tap's
  /// weight.
  void add(const float* unit, int tap, int channel, int rows, int filter) const {
    const int filters = std::min(square, plan.filters - filter);
    for (std::size_t run = 0; run < plan.runs; ++run)
      for (int f = 0; f < filters; f += kernels.panel)
        kernels.unpack(unit + run * plan.squares() * plan.sum_size() + tap * plan.tap_size() + f * plan.sum_rows(),
                       rows, std::min(kernels.panel, filters - f), 0, 1,
                       of.dweight + (std::size_t{1} * tap * plan.channels + channel) * plan.filters + filter + f,
                       plan.filters, {.accumulate = true});
  }

  void operator()(Scratch scratch) const {
    float* packed = biases + plan.runs * plan.bias_size();
    const auto channel_of = [&](std::size_t index) { return static_cast<int>(index % plan.down()) * square; };
    const auto filter_of = [&](std::size_t index) { return static_cast<int>(index / plan.down()) * square; };
    parallel_for(scratch.threads, plan.runs * plan.squares(), [&](std::size_t unit, int thread) {
      float* left = packed + thread * 2 * plan.packed_size();
      const std::size_t index = unit % plan.squares();
      sum(unit / plan.squares(), channel_of(index), filter_of(index), sums + unit * plan.sum_size(), left,
          left + plan.packed_size());
    });
    constexpr int rows = 16, pieces = square / rows;
    parallel_for(scratch.threads, plan.squares() * plan.taps * pieces, [&](std::size_t unit, int) {
      const std::size_t index = unit / (plan.taps * pieces);
      const int tap = static_cast<int>(unit / pieces % plan.taps), row = static_cast<int>(unit % pieces) * rows;
      const int channel = channel_of(index), left = plan.channels - channel - row;
      if (left > 0)
        add(sums + index * plan.sum_size() + row * kernels.panel, tap, channel + row, std::min(rows, left),
            filter_of(index));
    });
    for (std::size_t run = 0; run < plan.runs; ++run) {
      const float* sum = biases + run * plan.bias_size();
      for (int c = 0; of.dbias.channels && c < plan.channels; ++c) of.dbias.channels[c] += sum[c];
      for (int f = 0; of.dbias.filters && f < plan.filters; ++f) of.dbias.filters[f] += sum[plan.down() * square + f];
    }
  }
};

}  // namespace detail

/// Floats of scratch that the function below needs.
constexpr std::size_t disjoint_gradient_scratch(const ConvGeometry& g, std::size_t batch, int threads) {
  return detail::DisjointGradientPlan(g, batch).scratch(threads);
}

/// dweight += the gradient of `disjoint_convolve`'s weight; dbias += the bias gradients that are wanted.
template <class T = float>
void disjoint_weight_gradient(const WeightGradientOperands<T>& of, Scratch scratch,
                              const MicroKernels& kernels = micro_kernels()) {
  const detail::DisjointGradientPlan plan(of.g, of.batch);
  float* biases = scratch.data + plan.runs * plan.squares() * plan.sum_size();
  detail::DisjointGradient<T>{kernels, image_kernels<T>(kernels.set), of, plan, scratch.data, biases}(scratch);
}

}  // namespace unetpp::kernels

#pragma GCC diagnostic pop
