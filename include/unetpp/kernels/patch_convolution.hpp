#pragma once
// Convolutions whose windows lie side by side, and their input gradients: a matrix product for each tap.

#include <algorithm>
#include <cstddef>

#include "unetpp/core/buffer.hpp"
#include "unetpp/core/parallel.hpp"
#include "unetpp/kernels/conv_geometry.hpp"
#include "unetpp/kernels/micro_kernels.hpp"
#include "unetpp/kernels/operands.hpp"
#include "unetpp/kernels/panels.hpp"
#include "unetpp/kernels/patches.hpp"

namespace unetpp::kernels {

namespace detail {

/// Positions are the pixels of the convolution's output; a tap of a position is a pixel of its input.
struct PatchPlan {
  int taps;
  int channels;
  int filters;
  int panel;
  std::size_t positions;
  int block;  // positions of one piece of the products

  constexpr PatchPlan(const ConvGeometry& g, std::size_t batch, int panel_width)
      : taps(static_cast<int>(g.taps())),
        channels(g.in.channels),
        filters(g.out.channels),
        panel(panel_width),
        positions(batch * g.out.pixels()),
        block(even_block(positions, most)) {}

  static constexpr int most = 96;  // positions of a block

  constexpr int padded(int n) const { return panels_of(n, panel) * panel; }
  constexpr std::size_t transposed_weights() const { return std::size_t{1} * taps * padded(channels) * filters; }
  constexpr std::size_t weights() const { return std::size_t{1} * taps * channels * padded(filters); }
  constexpr std::size_t own() const {  // of a thread: a block's positions or patches, and sums
    return aligned_floats(std::size_t{1} * block * (std::max(padded(filters), taps * padded(channels)) + panel));
  }
  constexpr std::size_t floats(int threads) const {
    return aligned_floats(std::max(transposed_weights(), weights())) + threads * own();
  }
  /// Floats that this plan and that of any smaller batch need: those of the largest block.
  constexpr std::size_t scratch(int threads) const {
    PatchPlan largest = *this;
    largest.block = most;
    return largest.floats(threads);
  }
};

struct PatchConvolution {
  const MicroKernels& kernels;
  const ConvGeometry& g;
  PatchPlan plan;

  PatchConvolution(const ConvGeometry& geometry, std::size_t batch, const MicroKernels& k)
      : kernels(k), g(geometry), plan(geometry, batch, k.panel) {}

  /// What is fused to the output that begins at a channel.
  static Epilogue from_channel(Epilogue end, int channel, bool stream) {
    if (end.bias) end.bias += channel;
    if (end.mask) end.mask += channel;
    end.stream = stream && !end.accumulate;
    return end;
  }

  /// y = x ∗ weight.
  void convolve(ConstPixels x, const float* weight, Pixels y, const Epilogue& epilogue, Scratch scratch) const {
    const int panel = plan.panel, rows = plan.taps * plan.channels;
    const bool past = streams(y, plan.positions, plan.filters);
    float* packed = scratch.data;
    parallel_for(scratch.threads, panels_of(plan.filters, panel), [&](std::size_t unit, int) {
      const std::size_t filter = unit * panel;
      kernels.pack(weight + filter, plan.filters, rows, std::min<int>(panel, plan.filters - filter),
                   packed + filter * rows, 0);
    });
    parallel_for(scratch.threads, panels_of(plan.positions, plan.block), [&](std::size_t unit, int thread) {
      const std::size_t first = unit * plan.block, next = std::size_t{1} * plan.block * panel;
      const int count = static_cast<int>(std::min<std::size_t>(plan.block, plan.positions - first));
      float* patches =
          packed + aligned_floats(std::max(plan.transposed_weights(), plan.weights())) + thread * plan.own();
      float* sums = patches + std::size_t{1} * plan.block * plan.taps * plan.padded(plan.channels);
      for (int tap = 0; tap < plan.taps; ++tap)
        pack_tap(kernels, g, x, tap, first, count, 0, plan.channels,
                 patches + std::size_t{1} * tap * plan.padded(plan.channels) * plan.block, next);
      for (int filter = 0; filter < plan.filters; filter += panel) {
        const int columns = std::min(panel, plan.filters - filter);
        for (int tap = 0; tap < plan.taps; ++tap)
          kernels.product(count, columns, plan.channels,
                          patches + std::size_t{1} * tap * plan.padded(plan.channels) * plan.block, next,
                          packed + std::size_t{1} * filter * rows + std::size_t{1} * tap * plan.channels * panel, sums,
                          tap > 0);
        kernels.unpack(sums, count, columns, first, 1, y.data + filter, y.stride, from_channel(epilogue, filter, past));
      }
    });
  }

  /// x = the transposed convolution of y.
  void transpose(ConstPixels y, const float* weight, Pixels x, const Epilogue& epilogue, Scratch scratch) const {
    const int panel = plan.panel, panels = panels_of(plan.channels, panel);
    const bool past = streams(x, plan.positions * plan.taps, plan.channels);
    const std::size_t panel_size = std::size_t{1} * plan.filters * panel;
    float* packed = scratch.data;
    parallel_for(scratch.threads, std::size_t{1} * plan.taps * panels, [&](std::size_t unit, int) {
      const int tap = static_cast<int>(unit) / panels, channel = static_cast<int>(unit) % panels * panel;
      kernels.pack_transposed(weight + (std::size_t{1} * tap * plan.channels + channel) * plan.filters, plan.filters,
                              std::min(panel, plan.channels - channel), plan.filters, packed + unit * panel_size);
    });
    parallel_for(scratch.threads, panels_of(plan.positions, plan.block), [&](std::size_t unit, int thread) {
      const std::size_t first = unit * plan.block, next = std::size_t{1} * plan.block * panel;
      const int count = static_cast<int>(std::min<std::size_t>(plan.block, plan.positions - first));
      float* pixels =
          packed + aligned_floats(std::max(plan.transposed_weights(), plan.weights())) + thread * plan.own();
      float* sums = pixels + std::size_t{1} * plan.block * plan.padded(plan.filters);
      kernels.pack(y.data + first * y.stride, y.stride, count, plan.filters, pixels, next);
      for (int tap = 0; tap < plan.taps; ++tap)
        for (int channel = 0; channel < plan.channels; channel += panel) {
          const int columns = std::min(panel, plan.channels - channel);
          kernels.product(count, columns, plan.filters, pixels, next,
                          packed + (tap * panels + channel / panel) * panel_size, sums, false);
          const Epilogue end = from_channel(epilogue, channel, past);
          for_each_patch_row(g, first, count, [&](std::size_t at, int n, std::size_t pixel) {
            kernels.unpack(sums + (at - first) * panel, n, columns, pixel + tap_offset(g, tap), g.stride.width,
                           x.data + channel, x.stride, end);
          });
        }
    });
  }
};

}  // namespace detail

/// Floats of scratch that they need.
constexpr std::size_t patch_scratch(const ConvGeometry& g, std::size_t batch, int threads) {
  return detail::scratch_of_any_panel([&](int panel) { return detail::PatchPlan(g, batch, panel); }, threads);
}

/// y = x ∗ weight.
inline void patch_convolve(const ConvGeometry& g, std::size_t batch, ConstPixels x, const float* weight, Pixels y,
                           const Epilogue& epilogue, Scratch scratch, const MicroKernels& kernels = micro_kernels()) {
  detail::PatchConvolution(g, batch, kernels).convolve(x, weight, y, epilogue, scratch);
}

/// x = the transposed convolution of y.
inline void patch_convolve_transposed(const ConvGeometry& g, std::size_t batch, ConstPixels y, const float* weight,
                                      Pixels x, const Epilogue& epilogue, Scratch scratch,
                                      const MicroKernels& kernels = micro_kernels()) {
  detail::PatchConvolution(g, batch, kernels).transpose(y, weight, x, epilogue, scratch);
}

}  // namespace unetpp::kernels
