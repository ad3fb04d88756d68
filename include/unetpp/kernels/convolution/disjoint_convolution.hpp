#pragma once
// Convolutions whose windows lie side by side, and their input gradients: a matrix product for each tap.

#include <algorithm>
#include <cstddef>

#include "unetpp/core/buffer.hpp"
#include "unetpp/core/parallel.hpp"
#include "unetpp/kernels/convolution/disjoint.hpp"
#include "unetpp/kernels/convolution/geometry.hpp"
#include "unetpp/kernels/micro_kernels.hpp"
#include "unetpp/kernels/operands.hpp"
#include "unetpp/kernels/panels.hpp"

// Counts and positions are int, sizes std::size_t; none is negative.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace unetpp::kernels {

namespace detail {

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
  bool share_positions;
  int block;  // positions

  constexpr DisjointPlan(const ConvGeometry& g, std::size_t batch, int panel_width)
      : taps(static_cast<int>(g.taps())),
        channels(g.in.channels),
        filters(g.out.channels),
        panel(panel_width),
        positions(batch * g.out.pixels()),
        share_positions(g.weights() > 512 * 512 || positions <= most_shared),
        block(share_positions ? static_cast<int>(std::min<std::size_t>(positions, most_shared))
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
  constexpr bool weights_stay() const { return !share_positions && filter_panels() * filter_panel() <= 100'000; }

  constexpr std::size_t packed_positions() const {
    return aligned_floats(std::size_t{1} * block * std::max(patch(), pixel()));
  }
  constexpr std::size_t sums() const { return aligned_floats(std::size_t{1} * block * panel); }
  constexpr std::size_t floats(int threads) const {
    const std::size_t panels = std::max(filter_panels() * filter_panel(), tap_panels() * tap_panel());
    return share_positions
               ? packed_positions() + threads * (aligned_floats(std::max(filter_panel(), tap_panel())) + sums())
               : aligned_floats(panels) + threads * (packed_positions() + sums());
  }
  /// Floats that this plan and that of any smaller batch need: those of the largest blocks either way.
  constexpr std::size_t scratch(int threads) const {
    DisjointPlan shared = *this, own = *this;
    shared.share_positions = true;
    shared.block = static_cast<int>(std::min<std::size_t>(positions, most_shared));
    own.share_positions = false;
    own.block = most_own;
    return share_positions ? shared.floats(threads) : std::max(shared.floats(threads), own.floats(threads));
  }
};

struct DisjointConvolution {
  const MicroKernels& kernels;
  const ConvGeometry& g;
  DisjointPlan plan;

  DisjointConvolution(const ConvGeometry& geometry, std::size_t batch, const MicroKernels& k)
      : kernels(k), g(geometry), plan(geometry, batch, k.panel) {}

  /// Runs pack_panel(i, to) for each of `panels` panels of weights, pack_positions(first, count, to) for pieces of a
  /// block of positions, and multiply(i, first, count, positions, panel, sums) for each panel and block.
  template <class PackPanel, class PackPositions, class Multiply>
  void share_out(int panels, std::size_t panel_size, Scratch scratch, const PackPanel& pack_panel,
                 const PackPositions& pack_positions, const Multiply& multiply) const {
    const auto count_from = [&](std::size_t first, int most) {
      return static_cast<int>(std::min<std::size_t>(most, plan.positions - first));
    };
    if (!plan.share_positions) {
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
  ConstPixels next_pixels(ConstPixels x, std::size_t first, std::size_t turn) const {
    constexpr int line = buffer_alignment / sizeof(float);
    const int channel = static_cast<int>(turn) % parts_of(plan.channels, line) * line;
    return x.from(plan.taps * (first + plan.block), plan.taps * plan.positions, channel);
  }

  /// y = x ∗ weight.
  void convolve(ConstPixels x, const float* weight, Pixels y, const Epilogue& epilogue, Scratch scratch) const {
    const int panel = plan.panel;
    const Epilogue end = epilogue.streamed(y, plan.positions, plan.filters);
    const std::size_t next = std::size_t{1} * plan.block * panel, tap_size = plan.padded(plan.channels) * plan.block;
    const auto columns = [&](std::size_t i) { return std::min(panel, plan.filters - static_cast<int>(i) * panel); };
    share_out(
        plan.filter_panels(), plan.filter_panel(), scratch,
        [&](std::size_t i, float* to) {
          kernels.pack(weight + i * panel, plan.filters, plan.taps * plan.channels, columns(i), to, 0);
        },
        [&](std::size_t first, int count, float* to) {
          for (int tap = 0; tap < plan.taps; ++tap)
            pack_tap(kernels, g, x, tap, first, count, 0, plan.channels, to + tap * tap_size, next);
        },
        [&](std::size_t i, std::size_t first, int count, const float* patches, const float* packed, float* sums) {
          // Taps that are whole panels follow each other as if all were the channels of one.
          const int at_once = plan.channels % panel == 0 ? plan.taps : 1;
          for (int tap = 0; tap < plan.taps; tap += at_once) {
            const float* weights = packed + std::size_t{1} * tap * plan.channels * panel;
            const int depth = at_once * plan.channels;
            const ConstPixels fetch = plan.weights_stay() ? next_pixels(x, first, i)
                                                          : ConstPixels(weights + std::size_t{1} * depth * panel, 0);
            kernels.product(count, columns(i), depth, patches + tap * tap_size, next, weights, sums, tap > 0,
                            fetch.data, fetch.stride);
          }
          const int filter = static_cast<int>(i) * panel;
          kernels.unpack(sums, count, columns(i), first, 1, y.data + filter, y.stride, end.from_channel(filter));
        });
  }

  /// x = the transposed convolution of y.
  void transpose(ConstPixels y, const float* weight, Pixels x, const Epilogue& epilogue, Scratch scratch) const {
    const int panel = plan.panel, panels = parts_of(plan.channels, panel);
    const Epilogue end = epilogue.streamed(x, plan.positions * plan.taps, plan.channels);
    const std::size_t next = std::size_t{1} * plan.block * panel;
    const auto channel = [&](std::size_t i) { return static_cast<int>(i) % panels * panel; };
    const auto columns = [&](std::size_t i) { return std::min(panel, plan.channels - channel(i)); };
    share_out(
        plan.tap_panels(), plan.tap_panel(), scratch,
        [&](std::size_t i, float* to) {
          const std::size_t row = i / panels * plan.channels + channel(i);
          kernels.pack_transposed(weight + row * plan.filters, plan.filters, columns(i), plan.filters, to);
        },
        [&](std::size_t first, int count, float* to) {
          kernels.pack(y.data + first * y.stride, y.stride, count, plan.filters, to, next);
        },
        [&](std::size_t i, std::size_t first, int count, const float* pixels, const float* packed, float* sums) {
          // Of the block that this thread takes next, what is this panel's share.
          const std::size_t later = first + plan.block + i * plan.block / plan.tap_panels();
          kernels.product(count, columns(i), plan.filters, pixels, next, packed, sums, false,
                          y.from(later, plan.positions).data, 0);
          const Epilogue here = end.from_channel(channel(i));
          const std::size_t tap = tap_offset(g, static_cast<int>(i) / panels);
          for_each_window_row(g, first, count, [&](std::size_t at, int n, std::size_t pixel) {
            kernels.unpack(sums + (at - first) * panel, n, columns(i), pixel + tap, g.stride.width, x.data + channel(i),
                           x.stride, here);
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
inline void disjoint_convolve(const ConvGeometry& g, std::size_t batch, ConstPixels x, const float* weight, Pixels y,
                              const Epilogue& epilogue, Scratch scratch,
                              const MicroKernels& kernels = micro_kernels()) {
  detail::DisjointConvolution(g, batch, kernels).convolve(x, weight, y, epilogue, scratch);
}

/// x = the transposed convolution of y.
inline void disjoint_convolve_transposed(const ConvGeometry& g, std::size_t batch, ConstPixels y, const float* weight,
                                         Pixels x, const Epilogue& epilogue, Scratch scratch,
                                         const MicroKernels& kernels = micro_kernels()) {
  detail::DisjointConvolution(g, batch, kernels).transpose(y, weight, x, epilogue, scratch);
}

}  // namespace unetpp::kernels

#pragma GCC diagnostic pop
