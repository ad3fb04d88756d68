#pragma once
// Convolutions whose windows lie side by side, and their input gradients: a matrix product for each tap.

#include <algorithm>
#include <cstddef>

#include "unetpp/core/buffer.hpp"
#include "unetpp/core/parallel.hpp"
#include "unetpp/kernels/cache.hpp"
#include "unetpp/kernels/convolution/disjoint.hpp"
#include "unetpp/kernels/convolution/disjoint_plan.hpp"
#include "unetpp/kernels/micro_kernels.hpp"
#include "unetpp/kernels/panels.hpp"

// Counts and positions are int, sizes std::size_t; none is negative.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace unetpp::kernels {

namespace detail {

template <class T>
struct DisjointConvolution {
  const MicroKernels& kernels;
  const ImageKernels<T>& images;
  const ConvOperands<T>& of;
  DisjointPlan plan;

  DisjointConvolution(const ConvOperands<T>& operands, const MicroKernels& k)
      : kernels(k), images(image_kernels<T>(k.set)), of(operands), plan(operands.g, operands.batch, k.panel) {}

  /// Runs pack_panel(i, to) for each of `panels` panels of weights, pack_positions(first, count, to) for pieces of a
  /// block of positions, and multiply(i, first, count, positions, panel, sums) for each panel and block.
  template <class PackPanel, class PackPositions, class Multiply>
  void share_out(int panels, std::size_t panel_size, Scratch scratch, const PackPanel& pack_panel,
                 const PackPositions& pack_positions, const Multiply& multiply) const {
    const auto count_from = [&](std::size_t first, int most) {
      return static_cast<int>(std::min<std::size_t>(most, plan.positions - first));
    };
    if (plan.partition == Partition::pixels) {
      float* packed = scratch.data;
      float* blocks = packed + aligned_floats(panels * panel_size);
      parallel_for(scratch.threads, panels, [&](std::size_t i, int) { pack_panel(i, packed + i * panel_size); });
      parallel_for(scratch.threads, parts_of(plan.positions, plan.block), [&](std::size_t block, int thread) {
        float* positions = blocks + thread * (plan.packed_positions() + plan.sums());
        const std::size_t first = block * plan.block;
        const int count = count_from(first, plan.block);
        pack_positions(first, count, positions);
        for (int i = 0; i < panels; ++i)
          multiply(i, first, count, positions, packed + i * panel_size, positions + plan.packed_positions());
      });
      return;
    }
    constexpr int piece = 16;  // positions
    float* positions = scratch.data;
    for (std::size_t first = 0; first < plan.positions; first += plan.block) {
      const int count = count_from(first, plan.block);
      parallel_for(scratch.threads, parts_of(count, piece), [&](std::size_t i, int) {
        const int from = static_cast<int>(i) * piece;
        pack_positions(first + from, std::min(piece, count - from), positions + std::size_t{1} * from * plan.panel);
      });
      parallel_for(scratch.threads, panels, [&](std::size_t i, int thread) {
        float* packed = positions + plan.packed_positions() + thread * (aligned_floats(panel_size) + plan.sums());
        pack_panel(i, packed);
        multiply(i, first, count, positions, packed, packed + aligned_floats(panel_size));
      });
    }
  }

  /// A line of each of the pixels that the block after the one from `first` on reads: all their lines in turn.
  ConstPixels<T> next_pixels(std::size_t first, std::size_t turn) const {
    const int channel = static_cast<int>(turn) % parts_of(plan.channels, cache_line) * cache_line;
    return of.x.from(plan.taps * (first + plan.block), plan.taps * plan.positions, channel);
  }

  /// y = x ∗ weight.
  void convolve(Scratch scratch) const {
    const int panel = plan.panel;
    const Epilogue<T> end = of.end.streamed(of.y, plan.positions, plan.filters);
    const std::size_t next = std::size_t{1} * plan.block * panel, tap_size = plan.padded(plan.channels) * plan.block;
    const auto columns = [&](std::size_t i) { return std::min(panel, plan.filters - static_cast<int>(i) * panel); };
    share_out(
        plan.filter_panels(), plan.filter_panel(), scratch,
        [&](std::size_t i, float* to) {
          kernels.pack(of.weight + i * panel, plan.filters, plan.taps * plan.channels, columns(i), to, 0);
        },
        [&](std::size_t first, int count, float* to) {
          for (int tap = 0; tap < plan.taps; ++tap)
            pack_tap(kernels, of.g, of.x, {tap, first, count, 0, plan.channels}, to + tap * tap_size, next);
        },
        [&](std::size_t i, std::size_t first, int count, const float* patches, const float* packed, float* sums) {
          // Taps that are whole panels follow each other as if all were the channels of one.
          const int at_once = plan.channels % panel == 0 ? plan.taps : 1;
          for (int tap = 0; tap < plan.taps; tap += at_once) {
            const float* weights = packed + std::size_t{1} * tap * plan.channels * panel;
            const int depth = at_once * plan.channels;
            const ConstPixels<float> fetch = plan.weights_stay()
                                                 ? next_pixels(first, i).places()
                                                 : ConstPixels<float>(weights + std::size_t{1} * depth * panel, 0);
            kernels.product(count, columns(i), depth, patches + tap * tap_size, next, weights, sums, tap > 0,
                            fetch.data, fetch.stride);
          }
          const int filter = static_cast<int>(i) * panel;
          images.unpack(sums, count, columns(i), first, 1, of.y.data + filter, of.y.stride, end.from_channel(filter));
        });
  }

  /// y = the transposed convolution of x.
  void transpose(Scratch scratch) const {
    const int panel = plan.panel, panels = parts_of(plan.channels, panel);
    const Epilogue<T> end = of.end.streamed(of.y, plan.positions * plan.taps, plan.channels);
    const std::size_t next = std::size_t{1} * plan.block * panel;
    const auto channel = [&](std::size_t i) { return static_cast<int>(i) % panels * panel; };
    const auto columns = [&](std::size_t i) { return std::min(panel, plan.channels - channel(i)); };
    share_out(
        plan.tap_panels(), plan.tap_panel(), scratch,
        [&](std::size_t i, float* to) {
          const std::size_t row = i / panels * plan.channels + channel(i);
          kernels.pack_transposed(of.weight + row * plan.filters, plan.filters, columns(i), plan.filters, to);
        },
        [&](std::size_t first, int count, float* to) {
          images.pack(of.x.data + first * of.x.stride, of.x.stride, count, plan.filters, to, next);
        },
        [&](std::size_t i, std::size_t first, int count, const float* pixels, const float* packed, float* sums) {
          // Of the block that this thread takes next, what is this panel's share.
          const std::size_t later = first + plan.block + i * plan.block / plan.tap_panels();
          kernels.product(count, columns(i), plan.filters, pixels, next, packed, sums, false,
                          of.x.from(later, plan.positions).places().data, 0);
          const Epilogue<T> here = end.from_channel(channel(i));
          const std::size_t tap = tap_offset(of.g, static_cast<int>(i) / panels);
          for_each_window_row(of.g, first, count, [&](std::size_t at, int n, std::size_t pixel) {
            images.unpack(sums + (at - first) * panel, n, columns(i), pixel + tap, of.g.stride.width,
                          of.y.data + channel(i), of.y.stride, here);
          });
        });
  }
};

}  // namespace detail

/// Floats of scratch that they need.
constexpr std::size_t disjoint_scratch(const ConvGeometry& g, std::size_t batch, int threads) {
  return detail::scratch_of_any_panel(
      [&](int panel) { return detail::DisjointPlan(g, batch, panel).scratch(threads); });
}

/// y = x ∗ weight.
template <class T = float>
void disjoint_convolve(const ConvOperands<T>& of, Scratch scratch, const MicroKernels& kernels = micro_kernels()) {
  detail::DisjointConvolution<T>(of, kernels).convolve(scratch);
}

/// y = the transposed convolution of x.
template <class T = float>
void disjoint_convolve_transposed(const ConvOperands<T>& of, Scratch scratch,
                                  const MicroKernels& kernels = micro_kernels()) {
  detail::DisjointConvolution<T>(of, kernels).transpose(scratch);
}

}  // namespace unetpp::kernels

#pragma GCC diagnostic pop
