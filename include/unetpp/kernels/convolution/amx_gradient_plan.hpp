#pragma once
// How weight gradients on a matrix unit are cut, and the memory they need.

#include <algorithm>
#include <cstddef>

#include "unetpp/kernels/convolution/amx_plan.hpp"
#include "unetpp/kernels/convolution/disjoint.hpp"

// Counts and positions are int, sizes std::size_t; none is negative.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace unetpp::kernels::detail {

/// Positions are the output's pixels, in lines: of 3×3 convolutions the rows of padded images, of others any 32. A thread
/// takes a square of channels×filters and a run of lines, in blocks whose values it packs for itself. Runs are summed apart
/// and added in order.
struct AmxGradientPlan {
  static constexpr int side = 128;           // of squares
  static constexpr std::size_t least = 512;  // positions of a run

  int channels;
  int filters;
  int taps;
  bool side_by_side;  // windows
  PaddedImages images;
  std::size_t positions;
  std::size_t line;  // positions
  std::size_t lines;
  std::size_t runs;
  std::size_t run;    // lines
  std::size_t block;  // lines

  constexpr AmxGradientPlan(const ConvGeometry& g, std::size_t batch)
      : channels(g.in.channels),
        filters(g.out.channels),
        taps(static_cast<int>(g.taps())),
        side_by_side(windows_lie_side_by_side(g)),
        images{g.out.height, g.out.width, batch, 2},
        positions(batch * g.out.pixels()),
        line(side_by_side ? amx_panel : images.pitch()),
        lines(side_by_side ? parts_of(positions, line) : images.rows()),
        runs(std::clamp<std::size_t>(lines * line / least, 1, most_runs())),
        run(parts_of(lines, runs)),
        block(parts_of(run, parts_of(run, most_block()))) {
    runs = parts_of(lines, run);
  }

  constexpr int down() const { return parts_of(channels, side); }
  constexpr std::size_t squares() const { return std::size_t{1} * down() * parts_of(filters, side); }
  constexpr std::size_t most_runs() const {
    const std::size_t wanted = std::size_t{1} * channels * filters > side * side / 4 ? 8 : 16;  // units
    return std::max<std::size_t>(1, wanted / squares());
  }
  /// Planes of x's values: of a tap each, or with the pixel behind and with the one before.
  constexpr int planes() const { return side_by_side ? taps : 2; }
  constexpr std::size_t most_block() const {
    const std::size_t most = side_by_side ? std::min(512, 1024 / taps) : 528;
    return std::max<std::size_t>(1, most / line);
  }
  /// Positions of some lines in steps of 32.
  constexpr std::size_t steps(std::size_t of_lines) const { return parts_of(of_lines * line, std::size_t{amx_panel}); }
  /// The same of the values under all taps.
  constexpr std::size_t value_steps(std::size_t of_lines) const {
    return side_by_side ? steps(of_lines)
                        : parts_of(steps(of_lines) * amx_panel + 2 * line + 2, std::size_t{amx_panel});
  }

  // Sixteen channels or filters of a square; floats of their values in a block, of the sums of a square, of all that a
  // thread packs, and of a run's sums of pixels.
  constexpr int channel_tiles() const { return parts_of(std::min(channels, side), tile_side); }
  constexpr int filter_tiles() const { return parts_of(std::min(filters, side), tile_side); }
  constexpr std::size_t left() const { return steps(block) * amx_tile<float> + cache_line; }
  constexpr std::size_t right() const { return value_steps(block) * amx_tile<float> + cache_line; }
  constexpr std::size_t plane() const { return channel_tiles() * right(); }
  constexpr std::size_t tap_size() const { return std::size_t{1} * channel_tiles() * filter_tiles() * tile_floats; }
  constexpr std::size_t sum_size() const { return taps * tap_size(); }
  constexpr std::size_t own() const { return filter_tiles() * left() + planes() * plane(); }
  constexpr std::size_t bias_size() const { return aligned_floats(std::size_t{1} * channels + filters); }

  constexpr std::size_t floats(int threads) const {
    return runs * (squares() * sum_size() + bias_size()) + threads * own();
  }
  /// Floats that this plan and that of any smaller batch need.
  constexpr std::size_t scratch(int threads) const {
    AmxGradientPlan largest = *this;
    largest.runs = std::min(most_runs(), std::max<std::size_t>(1, lines * line / least));
    largest.block = std::min(most_block(), lines);
    return largest.floats(threads);
  }
};

}  // namespace unetpp::kernels::detail

#pragma GCC diagnostic pop
