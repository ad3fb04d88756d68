#pragma once
// Convolutions whose windows lie side by side: the kernel is as large as the stride, as in the 2×2 transposed
// convolutions of a U-Net and in 1×1 convolutions. Each pass is a matrix product for each tap, of pixels×channels.

#include <algorithm>
#include <cstddef>

#include "unetpp/core/buffer.hpp"
#include "unetpp/core/parallel.hpp"
#include "unetpp/kernels/conv_geometry.hpp"
#include "unetpp/kernels/micro_kernels.hpp"
#include "unetpp/kernels/operands.hpp"
#include "unetpp/kernels/panels.hpp"

namespace unetpp::kernels {

namespace detail {

/// Positions are the pixels of the convolution's output; a tap of a position is a pixel of its input.
struct PatchPlan {
  static constexpr int square = 128;  // channels and filters of one piece of the weight gradient

  int taps;
  int channels;
  int filters;
  int panel;
  std::size_t positions;
  int block;         // positions of one piece of the products
  std::size_t runs;  // of positions, whose weight gradients are summed apart and added in order
  std::size_t run;   // positions

  constexpr PatchPlan(const ConvGeometry& g, std::size_t batch, int panel_width)
      : taps(static_cast<int>(g.taps())),
        channels(g.in.channels),
        filters(g.out.channels),
        panel(panel_width),
        positions(batch * g.out.pixels()),
        block(even_block(positions, 96)) {
    const std::size_t wanted = std::max<std::size_t>(1, 32 / squares());
    run = std::max<std::size_t>(256, (positions + wanted - 1) / wanted);
    runs = (positions + run - 1) / run;
  }

  constexpr int down() const { return panels_of(channels, square); }
  constexpr int across() const { return panels_of(filters, square); }
  constexpr std::size_t squares() const { return std::size_t{1} * taps * down() * across(); }
  constexpr int padded(int n) const { return panels_of(n, panel) * panel; }

  constexpr std::size_t transposed_weights() const { return std::size_t{1} * taps * padded(channels) * filters; }
  constexpr std::size_t weights() const { return std::size_t{1} * taps * channels * padded(filters); }
  constexpr std::size_t own() const {  // of a thread: a block's positions or patches, and sums
    return aligned_floats(std::size_t{1} * block * std::max(padded(filters), taps * padded(channels)) + block * panel);
  }
  constexpr std::size_t scratch(int threads) const {
    const std::size_t products = aligned_floats(std::max(transposed_weights(), weights())) + threads * own();
    const std::size_t gradient = runs * squares() * square * square + threads * 2 * square * square;
    return std::max(products, gradient);
  }
};

struct PatchConvolution {
  const MicroKernels& kernels;
  const ConvGeometry& g;
  PatchPlan plan;

  PatchConvolution(const ConvGeometry& geometry, std::size_t batch, const MicroKernels& k)
      : kernels(k), g(geometry), plan(geometry, batch, k.panel) {}

  /// Calls work(first, count, pixel) for the runs of positions in [first, first + count) that lie in one row; `pixel`
  /// is the first's tap 0, and the next position's is stride.width further on.
  template <class Work>
  void for_each_row(std::size_t first, int count, const Work& work) const {
    const std::size_t width = g.out.width;
    for (std::size_t at = first; at < first + count;) {
      const std::size_t end = std::min(first + count, (at / width + 1) * width);
      // Windows fill images, so rows of all images follow each other as if in one.
      work(at, static_cast<int>(end - at), at / width * g.stride.height * g.in.width + at % width * g.stride.width);
      at = end;
    }
  }
  std::size_t offset(int tap) const {
    return std::size_t{1} * (tap / g.kernel.width) * g.in.width + tap % g.kernel.width;
  }

  /// Packs the pixels under one tap of some positions.
  void pack_tap(ConstPixels x, int tap, std::size_t first, int count, int channel, int channels, float* to,
                std::size_t next) const {
    for_each_row(first, count, [&](std::size_t at, int n, std::size_t pixel) {
      kernels.pack(x.data + (pixel + offset(tap)) * x.stride + channel, g.stride.width * x.stride, n, channels,
                   to + (at - first) * plan.panel, next);
    });
  }

  Epilogue from_channel(Epilogue end, int channel) const {
    if (end.bias) end.bias += channel;
    if (end.mask) end.mask += channel;
    return end;
  }

  /// y = x ∗ weight.
  void convolve(ConstPixels x, const float* weight, Pixels y, const Epilogue& epilogue, Scratch scratch) const {
    const int panel = plan.panel, rows = plan.taps * plan.channels;
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
        pack_tap(x, tap, first, count, 0, plan.channels,
                 patches + std::size_t{1} * tap * plan.padded(plan.channels) * plan.block, next);
      for (int filter = 0; filter < plan.filters; filter += panel) {
        const int columns = std::min(panel, plan.filters - filter);
        for (int tap = 0; tap < plan.taps; ++tap)
          kernels.product(count, columns, plan.channels,
                          patches + std::size_t{1} * tap * plan.padded(plan.channels) * plan.block, next,
                          packed + std::size_t{1} * filter * rows + std::size_t{1} * tap * plan.channels * panel, sums,
                          tap > 0);
        kernels.unpack(sums, count, columns, first, 1, y.data + filter, y.stride, from_channel(epilogue, filter));
      }
    });
  }

  /// x = the transposed convolution of y.
  void transpose(ConstPixels y, const float* weight, Pixels x, const Epilogue& epilogue, Scratch scratch) const {
    const int panel = plan.panel, panels = panels_of(plan.channels, panel);
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
          const Epilogue end = from_channel(epilogue, channel);
          for_each_row(first, count, [&](std::size_t at, int n, std::size_t pixel) {
            kernels.unpack(sums + (at - first) * panel, n, columns, pixel + offset(tap), g.stride.width,
                           x.data + channel, x.stride, end);
          });
        }
    });
  }

  /// dweight += the gradient of the weight.
  void weight_gradient(ConstPixels x, ConstPixels dy, float* dweight, Scratch scratch) const {
    constexpr int square = PatchPlan::square, depth = 128;
    constexpr std::size_t size = std::size_t{1} * square * square;
    const int panel = plan.panel;
    const auto place = [&](std::size_t index, int& tap, int& channel, int& filter) {
      channel = static_cast<int>(index % plan.down()) * square;
      filter = static_cast<int>(index / plan.down() % plan.across()) * square;
      tap = static_cast<int>(index / plan.down() / plan.across());
    };
    parallel_for(scratch.threads, plan.runs * plan.squares(), [&](std::size_t unit, int thread) {
      float* left = scratch.data + plan.runs * plan.squares() * size + thread * 2 * size;
      float *right = left + size, *sums = scratch.data + unit * size;
      int tap, channel, filter;
      place(unit % plan.squares(), tap, channel, filter);
      const int channels = std::min(square, plan.channels - channel), filters = std::min(square, plan.filters - filter);
      const std::size_t begin = unit / plan.squares() * plan.run, end = std::min(plan.positions, begin + plan.run);
      for (std::size_t first = begin; first < end; first += depth) {
        const int count = static_cast<int>(std::min<std::size_t>(depth, end - first));
        pack_tap(x, tap, first, count, channel, channels, left, std::size_t{1} * depth * panel);
        kernels.pack(dy.data + first * dy.stride + filter, dy.stride, count, filters, right,
                     std::size_t{1} * depth * panel);
        for (int f = 0; f < filters; f += panel)
          for (int c = 0; c < channels; c += panel)
            kernels.product_transposed(std::min(panel, channels - c), std::min(panel, filters - f), count,
                                       left + c * depth, right + f * depth, sums + f * square + c * panel,
                                       first > begin);
      }
    });
    constexpr int rows = 16;
    parallel_for(scratch.threads, plan.squares() * (square / rows), [&](std::size_t unit, int) {
      int tap, channel, filter;
      const std::size_t index = unit / (square / rows);
      place(index, tap, channel, filter);
      const int first = static_cast<int>(unit % (square / rows)) * rows;
      const int last = std::min(first + rows, plan.channels - channel),
                filters = std::min(square, plan.filters - filter);
      const Epilogue add{.accumulate = true};
      for (std::size_t run = 0; run < plan.runs; ++run)
        for (int f = 0; f < filters && first < last; f += panel)
          kernels.unpack(scratch.data + (run * plan.squares() + index) * size + f * square + first * panel,
                         last - first, std::min(panel, filters - f), 0, 1,
                         dweight + (std::size_t{1} * tap * plan.channels + channel + first) * plan.filters + filter + f,
                         plan.filters, add);
    });
  }
};

}  // namespace detail

/// Whether the functions below can compute a convolution.
constexpr bool windows_lie_side_by_side(const ConvGeometry& g) {
  return g.kernel == g.stride && g.dilation == 1 && g.pad_top == 0 && g.pad_left == 0 &&
         g.in.height == g.out.height * g.stride.height && g.in.width == g.out.width * g.stride.width;
}

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

/// dweight += the gradient of `patch_convolve`'s weight.
inline void patch_weight_gradient(const ConvGeometry& g, std::size_t batch, ConstPixels x, ConstPixels dy,
                                  float* dweight, Scratch scratch, const MicroKernels& kernels = micro_kernels()) {
  detail::PatchConvolution(g, batch, kernels).weight_gradient(x, dy, dweight, scratch);
}

}  // namespace unetpp::kernels
