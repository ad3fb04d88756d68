#pragma once
// Convolutions whose windows lie side by side, and their input gradients, on a matrix unit.

#include <algorithm>
#include <cstddef>

#include "unetpp/core/buffer.hpp"
#include "unetpp/core/parallel.hpp"
#include "unetpp/kernels/convolution/amx_packing.hpp"
#include "unetpp/kernels/convolution/disjoint.hpp"
#include "unetpp/kernels/panels.hpp"

// Counts and positions are int, sizes std::size_t; none is negative.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace unetpp::kernels {

namespace detail {

/// Positions are the pixels of the convolution's output. A convolution reads all taps of a position and writes it, a
/// transposed one reads it and writes all taps. All weights are packed once; threads take runs of positions, and where these
/// are few shares of what is written.
struct AmxDisjointPlan {
  static constexpr int panel = amx_panel, group = product_tiles * tile_side;

  int depth;    // channels read, of each tap if several are read
  int columns;  // channels written, of each tap if several are written
  int taps_read;
  int taps_written;
  std::size_t positions;
  int run;  // positions

  constexpr AmxDisjointPlan(const ConvGeometry& g, bool transposed, std::size_t batch)
      : depth(transposed ? g.out.channels : g.in.channels),
        columns(transposed ? g.in.channels : g.out.channels),
        taps_read(transposed ? 1 : static_cast<int>(g.taps())),
        taps_written(transposed ? static_cast<int>(g.taps()) : 1),
        positions(batch * g.out.pixels()),
        run(parts_of(even_block(positions, most_run), group) * group) {}

  static constexpr int most_run = 256;

  constexpr int chunks() const { return parts_of(depth, panel); }
  constexpr int panels() const { return parts_of(columns, panel); }
  constexpr int steps() const { return taps_read * chunks(); }
  constexpr int written() const { return taps_written * panels(); }

  // Floats of a run's values of a chunk of channels; of the weights to half a panel; of all; of what a thread needs: as many
  // as floats need.
  constexpr std::size_t plane() const { return std::size_t{1} * run * amx_row<float> + tile_side; }
  constexpr std::size_t piece() const { return std::size_t{1} * steps() * amx_tile<float>; }
  constexpr std::size_t weights() const { return 2 * written() * piece(); }
  constexpr std::size_t values() const { return aligned_floats(steps() * plane()); }
  constexpr std::size_t runs() const { return parts_of(positions, static_cast<std::size_t>(run)); }
  constexpr std::size_t shares() const { return std::min<std::size_t>(parts_of(8, runs()), written()); }
  constexpr std::size_t own() const { return values() + 2 * product_tiles * tile_floats; }
  constexpr std::size_t floats(int threads) const { return weights() + threads * own(); }
  /// Floats that this plan and that of any smaller batch need: those of the longest run.
  constexpr std::size_t scratch(int threads) const {
    AmxDisjointPlan largest = *this;
    largest.run = parts_of(most_run, group) * group;
    return largest.floats(threads);
  }
};

template <class T>
struct AmxDisjoint {
  const AmxKernels<T>& kernels;
  const ConvOperands<T>& of;
  bool transposed;
  AmxDisjointPlan plan;
  Epilogue<T> end;

  int columns(int written) const { return std::min(plan.panel, plan.columns - written % plan.panels() * plan.panel); }

  /// Packs the weights to half a panel of one tap's channels.
  void pair_weight(int written, int half, float* to) const {
    const int tap = written / plan.panels(), column = written % plan.panels() * plan.panel + half * tile_side;
    const int count = std::min(tile_side, columns(written) - half * tile_side);
    if (count <= 0) return;
    for (int step = 0; step < plan.steps(); ++step, to += amx_tile<T>) {
      const int tap_read = step / plan.chunks(), first = step % plan.chunks() * plan.panel;
      const int depth = std::min(plan.panel, plan.depth - first);
      if (transposed)
        kernels.pair_columns(of.weight + (std::size_t{1} * tap * plan.columns + column) * plan.depth + first,
                             plan.depth, depth, count, to);
      else
        kernels.pair_rows(of.weight + (std::size_t{1} * tap_read * plan.depth + first) * plan.columns + column,
                          plan.columns, depth, count, to);
    }
  }

  void pair_values(std::size_t first, int count, float* to) const {
    const auto split = [&](std::size_t pixel, std::size_t step, int n, float* at) {
      kernels.pair_pixels(of.x.data + pixel * of.x.stride, step * of.x.stride, n, plan.depth, at, plan.plane());
    };
    if (transposed) return split(first, 1, count, to);
    for_each_window_row(of.g, first, count, [&](std::size_t at, int n, std::size_t pixel) {
      for (int tap = 0; tap < plan.taps_read; ++tap)
        split(pixel + tap_offset(of.g, tap), of.g.stride.width, n,
              to + tap * plan.chunks() * plan.plane() + (at - first) * amx_row<T>);
    });
  }

  void finish(std::size_t first, int count, int written, const float* sums) const {
    const int channel = written % plan.panels() * plan.panel;
    const auto finish = [&](std::size_t pixel, std::size_t step, int n, const float* low) {
      kernels.finish_pixels(low, low + product_tiles * tile_floats, n, columns(written), pixel, step,
                            of.y.data + channel, of.y.stride, end.from_channel(channel));
    };
    if (!transposed) return finish(first, 1, count, sums);
    for_each_window_row(of.g, first, count, [&](std::size_t at, int n, std::size_t pixel) {
      finish(pixel + tap_offset(of.g, written / plan.panels()), of.g.stride.width, n, sums + (at - first) * tile_side);
    });
  }

  void operator()(Scratch scratch) const {
    constexpr int most_steps = 32;  // of one product
    const float* weights = all_weights(of, scratch.data, plan.weights(), [&](float* to) {
      parallel_for(scratch.threads, 2 * plan.written(), [&](std::size_t i, int) {
        pair_weight(static_cast<int>(i / 2), static_cast<int>(i % 2), to + i * plan.piece());
      });
    });
    parallel_for(scratch.threads, plan.runs() * plan.shares(), [&](std::size_t unit, int thread) {
      kernels.begin_products();
      float* values = scratch.data + plan.weights() + thread * plan.own();
      float* sums = values + plan.values();
      const std::size_t begin = unit / plan.shares() * plan.run, share = unit % plan.shares();
      const int count = static_cast<int>(std::min<std::size_t>(plan.run, plan.positions - begin));
      pair_values(begin, count, values);
      for (int first = 0; first < count; first += plan.group)
        for (std::size_t i = plan.written() * share / plan.shares(); i < plan.written() * (share + 1) / plan.shares();
             ++i) {
          const int written = static_cast<int>(i);
          const int n = std::min(plan.group, count - first);
          for (int step = 0; step < plan.steps(); step += most_steps) {
            std::ptrdiff_t shifts[most_steps];
            const int steps = std::min(most_steps, plan.steps() - step);
            for (int s = 0; s < steps; ++s) shifts[s] = static_cast<std::ptrdiff_t>((step + s) * plan.plane());
            PanelProduct<T>{parts_of(n, tile_side),
                            parts_of(columns(written), tile_side),
                            steps,
                            shifts,
                            values + std::size_t{1} * first * amx_row<T>,
                            amx_tile<T>,
                            weights + 2 * written * plan.piece() + std::size_t{1} * step * amx_tile<T>,
                            plan.piece(),
                            sums,
                            product_tiles * tile_floats,
                            step > 0}(kernels, {});
          }
          finish(begin + first, n, written, sums);
        }
      kernels.end_products();
    });
  }
};

template <class T = float>
void amx_disjoint_convolve(const ConvOperands<T>& of, bool transposed, Scratch scratch, const AmxKernels<T>& kernels) {
  const Shape& to = transposed ? of.g.in : of.g.out;
  AmxDisjoint<T>{kernels, of, transposed, AmxDisjointPlan(of.g, transposed, of.batch),
                 of.end.streamed(of.y, of.batch * to.pixels(), to.channels)}(scratch);
}

}  // namespace detail

/// Floats of scratch that the two functions below need.
constexpr std::size_t amx_disjoint_scratch(const ConvGeometry& g, std::size_t batch, int threads) {
  return std::max(detail::AmxDisjointPlan(g, false, batch).scratch(threads),
                  detail::AmxDisjointPlan(g, true, batch).scratch(threads));
}

/// y = x ∗ weight, for windows that lie side by side.
/// Shapes  scratch: amx_disjoint_scratch floats.
template <class T = float>
void amx_disjoint_convolve(const ConvOperands<T>& of, Scratch scratch,
                           const AmxKernels<T>& kernels = amx_kernels<T>()) {
  detail::amx_disjoint_convolve(of, false, scratch, kernels);
}

/// y = the transposed convolution of x.
/// Shapes  scratch: amx_disjoint_scratch floats.
template <class T = float>
void amx_disjoint_convolve_transposed(const ConvOperands<T>& of, Scratch scratch,
                                      const AmxKernels<T>& kernels = amx_kernels<T>()) {
  detail::amx_disjoint_convolve(of, true, scratch, kernels);
}

}  // namespace unetpp::kernels

#pragma GCC diagnostic pop
