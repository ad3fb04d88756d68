#pragma once
// Weight gradients on a matrix unit, of 3×3 convolutions and of those whose windows lie side by side.

#include <algorithm>
#include <array>
#include <cstddef>

#include "unetpp/core/parallel.hpp"
#include "unetpp/kernels/amx_kernels.hpp"
#include "unetpp/kernels/convolution/amx_gradient_plan.hpp"
#include "unetpp/kernels/convolution/operands.hpp"

// Counts and positions are int, sizes std::size_t; none is negative.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace unetpp::kernels {

namespace detail {

template <class T>
struct AmxGradient {
  const AmxKernels<T>& kernels;
  const WeightGradientOperands<T>& of;
  AmxGradientPlan plan;

  static constexpr int step = amx_panel;
  static constexpr int most_steps = 32;  // of one product
  static constexpr auto shifts = [] {
    std::array<std::ptrdiff_t, most_steps> all{};
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::ptrdiff_t>(i * amx_tile<T>);
    return all;
  }();

  /// What is read between images.
  static constexpr T zeros[AmxGradientPlan::side] = {};

  /// Some channels and filters, and the pixels from the first of them on.
  struct Square {
    int channel, channels, filter, filters;
    ConstPixels<T> x, dy;
  };
  struct Lines {
    std::size_t begin, end;
    std::size_t count() const { return end - begin; }
  };
  /// What a thread packs, the sums of its square, and where it adds pixels, unless null.
  struct Memory {
    float* left;
    float* right;
    float* sums;
    BiasGradient bias;
  };

  Square square(std::size_t index) const {
    const int side = plan.side, down = plan.down();
    const int channel = static_cast<int>(index) % down * side, filter = static_cast<int>(index) / down * side;
    return {channel,
            std::min(side, plan.channels - channel),
            filter,
            std::min(side, plan.filters - filter),
            {of.x.data + channel, of.x.stride},
            {of.dy.data + filter, of.dy.stride}};
  }

  /// Goes through the places of padded images.
  struct Places {
    const PaddedImages& images;
    ConstPixels<T> pixels;
    std::size_t line;
    std::size_t column = 0;

    /// Where the next ones lie.
    void next(std::size_t count, const T** to) {
      const std::size_t pitch = images.pitch(), width = images.width;
      while (count > 0) {
        const std::size_t n = std::min(count, pitch - column);
        std::size_t i = 0;
        if (images.has_pixels(line))
          for (; i < n && column + i < width; ++i)
            to[i] = pixels.data + (images.pixel(line) + column + i) * pixels.stride;
        std::fill(to + i, to + n, zeros);
        count -= n;
        to += n;
        column += n;
        if (column == pitch) {
          column = 0;
          ++line;
        }
      }
    }
  };

  /// Packs a block of lines of padded images.
  void pack_padded(const Square& s, Lines lines, const Memory& to) const {
    const T* places[step + 1];
    Places dy{plan.images, s.dy, lines.begin};
    for (std::size_t i = 0; i < plan.steps(lines.count()); ++i) {
      const std::size_t count = std::min<std::size_t>(step, lines.count() * plan.line - i * step);
      dy.next(count, places);
      std::fill(places + count, places + step, zeros);
      kernels.pair_gradient(places, s.filters, to.left + i * amx_tile<T>, plan.left(), to.bias.filters);
    }
    Places x{plan.images, s.x, lines.begin - 1};  // the line before the first one has no pixels
    places[0] = zeros;
    for (std::size_t i = 0; i < plan.value_steps(lines.count()); ++i) {
      x.next(step, places + 1);
      float* even = to.right + i * amx_tile<T>;
      kernels.pair_values(places, s.channels, even, even + plan.plane(), plan.right(), nullptr);
      places[0] = places[step];
    }
  }

  /// Packs a block of positions of windows side by side.
  void pack_windows(const Square& s, Lines lines, const Memory& to) const {
    for (std::size_t i = 0; i < lines.count(); ++i) {
      const std::size_t first = (lines.begin + i) * step;
      const int count = static_cast<int>(std::min<std::size_t>(step, plan.positions - first));
      const T* places[step + 1];
      std::fill_n(places, step + 1, zeros);
      for (int k = 0; k < count; ++k) places[k] = s.dy.data + (first + k) * s.dy.stride;
      kernels.pair_gradient(places, s.filters, to.left + i * amx_tile<T>, plan.left(), to.bias.filters);
      for (int tap = 0; tap < plan.taps; ++tap) {
        for_each_window_row(of.g, first, count, [&](std::size_t at, int n, std::size_t pixel) {
          const T* place = s.x.data + (pixel + tap_offset(of.g, tap)) * s.x.stride;
          for (int k = 0; k < n; ++k)
            places[at - first + 1 + k] = place + std::size_t{1} * k * of.g.stride.width * s.x.stride;
        });
        std::fill(places + 1 + count, places + 1 + step, zeros);
        kernels.pair_values(places, s.channels, to.right + tap * plan.plane() + i * amx_tile<T>, nullptr, plan.right(),
                            to.bias.channels);
      }
    }
  }

  /// Adds the products of a packed block to the sums of a square, or begins them.
  void multiply(const Square& s, std::size_t lines, const Memory& m, bool accumulate) const {
    const int channel_tiles = parts_of(s.channels, tile_side), filter_tiles = parts_of(s.filters, tile_side);
    const int steps = static_cast<int>(plan.steps(lines));
    for (int c = 0; c < channel_tiles; c += 2)
      for (int f = 0; f < filter_tiles; f += 2) {
        const int columns = std::min(2, channel_tiles - c), rows = std::min(2, filter_tiles - f);
        const auto sums = [&](int tap, int channel_tile) {
          return m.sums + tap * plan.tap_size() + (channel_tile * plan.filter_tiles() + f) * tile_floats;
        };
        const auto multiply = [&](int count, std::array<const float*, 2> right, std::array<float*, 2> to) {
          for (int first = 0; first < steps; first += most_steps) {
            kernels.product(rows, count, std::min(most_steps, steps - first), shifts.data(),
                            m.left + f * plan.left() + first * amx_tile<T>, plan.left(), right.data(), to.data(),
                            accumulate || first > 0, {});
            for (const float*& values : right) values += most_steps * amx_tile<T>;
          }
        };
        // The values of a plane from a pair of pixels on.
        const auto values = [&](int plane, int channel_tile, std::size_t pair) {
          return m.right + plane * plan.plane() + channel_tile * plan.right() + pair * amx_row<T>;
        };
        if (plan.side_by_side) {
          for (int tap = 0; tap < plan.taps; ++tap)
            multiply(columns, {values(tap, c, 0), values(tap, c + 1, 0)}, {sums(tap, c), sums(tap, c + 1)});
          continue;
        }
        for (int y = 0; y < 3; ++y) {
          const std::size_t pair = y * plan.line / 2;
          for (int i = c; i < c + columns; ++i)  // the taps left and right: the cache has what the other read
            multiply(2, {values(1, i, pair), values(1, i, pair + 1)}, {sums(3 * y, i), sums(3 * y + 2, i)});
          multiply(columns, {values(0, c, pair), values(0, c + 1, pair)}, {sums(3 * y + 1, c), sums(3 * y + 1, c + 1)});
        }
      }
  }

  /// Adds all runs' sums.
  void add(const float* sums, int threads) const {
    const int tiles = plan.channel_tiles();
    parallel_for(threads, plan.squares() * plan.taps * tiles, [&](std::size_t unit, int) {
      const std::size_t index = unit / (plan.taps * tiles);
      const Square s = square(index);
      const int tap = static_cast<int>(unit / tiles % plan.taps), tile = static_cast<int>(unit % tiles);
      const int channel = tile * tile_side, channels = std::min(tile_side, s.channels - channel);
      if (channels <= 0) return;
      const float* from =
          sums + index * plan.sum_size() + tap * plan.tap_size() + tile * plan.filter_tiles() * tile_floats;
      for (int f = 0; f < s.filters; f += tile_side)
        kernels.add_gradient(
            from + f * tile_side, plan.squares() * plan.sum_size(), static_cast<int>(plan.runs), channels,
            std::min(tile_side, s.filters - f),
            of.dweight + (std::size_t{1} * tap * plan.channels + s.channel + channel) * plan.filters + s.filter + f,
            plan.filters);
    });
  }

  void operator()(Scratch scratch) const {
    float* sums = scratch.data;
    float* biases = sums + plan.runs * plan.squares() * plan.sum_size();
    float* memory = biases + plan.runs * plan.bias_size();
    std::fill(biases, memory, 0.0f);
    parallel_for(scratch.threads, plan.runs * plan.squares(), [&](std::size_t unit, int thread) {
      const Square s = square(unit % plan.squares());
      const std::size_t run = unit / plan.squares();
      float* left = memory + thread * plan.own();
      float* bias = biases + run * plan.bias_size();
      const Memory m{left,
                     left + plan.filter_tiles() * plan.left(),
                     sums + unit * plan.sum_size(),
                     {of.dbias.filters && s.channel == 0 ? bias + plan.channels + s.filter : nullptr,
                      of.dbias.channels && s.filter == 0 ? bias + s.channel : nullptr}};
      const Lines all{run * plan.run, std::min(plan.lines, (run + 1) * plan.run)};
      kernels.begin_products();
      for (Lines lines = all; lines.begin < all.end; lines.begin = lines.end) {
        lines.end = std::min(all.end, lines.begin + plan.block);
        plan.side_by_side ? pack_windows(s, lines, m) : pack_padded(s, lines, m);
        multiply(s, lines.count(), m, lines.begin > all.begin);
      }
      kernels.end_products();
    });
    add(sums, scratch.threads);
    for (std::size_t run = 0; run < plan.runs; ++run) {
      const float* bias = biases + run * plan.bias_size();
      for (int c = 0; plan.side_by_side && of.dbias.channels && c < plan.channels; ++c) of.dbias.channels[c] += bias[c];
      for (int f = 0; of.dbias.filters && f < plan.filters; ++f) of.dbias.filters[f] += bias[plan.channels + f];
    }
  }
};

}  // namespace detail

/// Floats of scratch that the function below needs.
constexpr std::size_t amx_gradient_scratch(const ConvGeometry& g, std::size_t batch, int threads) {
  return detail::AmxGradientPlan(g, batch).scratch(threads);
}

/// dweight += the gradient of the weight of a convolution for the input x and the output gradient dy: one of 3×3 with stride
/// and dilation 1 and a border of one pixel, or one whose windows lie side by side. dbias.filters += that of its bias, and
/// of the latter dbias.channels += that of a transposed one's, unless null.
/// Shapes  scratch: amx_gradient_scratch floats.
template <class T = float>
void amx_weight_gradient(const WeightGradientOperands<T>& of, Scratch scratch,
                         const AmxKernels<T>& kernels = amx_kernels<T>()) {
  detail::AmxGradient<T>{kernels, of, detail::AmxGradientPlan(of.g, of.batch)}(scratch);
}

}  // namespace unetpp::kernels

#pragma GCC diagnostic pop
