#pragma once
// 3×3 convolutions and their input gradients as direct sums on a matrix unit.
//
// Pixels are split and packed once, with zeros around the images; the values under a tap then lie at the same distance
// from those under another everywhere, and a product takes them from there. simd/amx.inc.hpp says what is multiplied.

#include <algorithm>
#include <cstddef>

#include "unetpp/core/parallel.hpp"
#include "unetpp/kernels/amx_kernels.hpp"
#include "unetpp/kernels/convolution/amx_packing.hpp"

// Counts and positions are int, sizes std::size_t; none is negative.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace unetpp::kernels {

namespace detail {

/// A convolution, or a transposed one, of one image shape.
template <class T>
struct AmxConvolution : AmxPacking<T> {
  using AmxPacking<T>::kernels, AmxPacking<T>::transposed, AmxPacking<T>::plan, AmxPacking<T>::of;
  using AmxPacking<T>::weight_at, AmxPacking<T>::pair_weight, AmxPacking<T>::pair_row, AmxPacking<T>::end_rows;

  Epilogue<T> end;

  /// Rows of groups.
  struct Rows {
    std::size_t begin, end;
  };

  /// Finishes a tile of sums for a panel of filters.
  void finish(std::size_t position, int panel, const float* first, const float* last) const {
    const PaddedImages& images = plan.groups.images;
    const int channel = panel * plan.panel, channels = std::min(plan.panel, plan.filters - channel);
    for (int i = 0; i < tile_side;) {  // one row of an image, or some where they are narrow
      const std::size_t row = (position + i) / images.pitch();
      const int column = static_cast<int>((position + i) % images.pitch());
      const int count = std::min(tile_side - i, images.width - column);
      if (count > 0 && images.has_pixels(row))
        kernels.finish_pixels(first + i * tile_side, last + i * tile_side, count, channels, images.pixel(row) + column,
                              1, of.y.data + channel, of.y.stride, end.from_channel(channel));
      if (!plan.groups.linear()) return;
      i += count + 1;
    }
  }

  /// A panel of filters for some rows, whose values are packed in `values`. weights_of(chunk, half) are weights, and
  /// next_of(chunk, half) where those that follow them come from, tile_side or more rows for each tap.
  template <class Weights, class Next>
  void compute(Rows of_groups, int panel, const float* values, float* sums, const Weights& weights_of,
               const Next& next_of) const {
    const PositionGroups& groups = plan.groups;
    const std::size_t pitch = groups.images.pitch(), begin = of_groups.begin;
    const std::size_t first_value = groups.first_value_row(begin) * pitch;
    const auto step = static_cast<std::ptrdiff_t>(groups.step() * plan.panel);
    std::ptrdiff_t shifts[AmxPlan::taps];
    for (int tap = 0; tap < plan.taps; ++tap)
      shifts[tap] = static_cast<std::ptrdiff_t>((tap / 3 * pitch + tap % 3) * plan.panel);
    const std::size_t rows = of_groups.end - begin, group_floats = product_tiles * tile_floats;
    for (int chunk = 0; chunk < plan.chunks(); ++chunk)
      for (int half = 0; half < plan.halves(panel); ++half) {
        const float* weights = weights_of(chunk, half);
        Fetch fetch = next_of(chunk, half);
        fetch.rows = static_cast<int>(parts_of(static_cast<std::size_t>(fetch.rows), groups.strips() * rows));
        float* c = sums + half * plan.sums();
        for (int strip = 0; strip < groups.strips(); ++strip)
          for (std::size_t row = begin; row < of_groups.end;
               ++row, c += group_floats, fetch.at += fetch.rows * fetch.row)
            kernels.product(groups.tiles(row), plan.taps, shifts,
                            values + chunk * plan.values() + (groups.position(row, strip) - first_value) * plan.panel,
                            step, weights, c, chunk > 0, fetch);
      }
    for (std::size_t row = 0; row < rows; ++row)
      for (int tile = 0; tile < groups.tiles(begin + row); ++tile)
        for (int strip = 0; strip < groups.strips(); ++strip) {
          const float* c = sums + (strip * rows + row) * group_floats + tile * tile_floats;
          finish(groups.position(begin + row, strip) + tile * groups.step(), panel, c, c + plan.sums());
        }
  }

  void share_out_runs(Scratch scratch) const {
    const PositionGroups& groups = plan.groups;
    const std::size_t row_floats = groups.images.pitch() * plan.panel;
    float* weights = scratch.data;
    const auto piece = [&](int panel, int chunk, int half) {
      return weights + ((std::size_t{1} * panel * plan.chunks() + chunk) * 2 + half) * plan.piece();
    };
    parallel_for(scratch.threads, 2 * plan.panels(), [&](std::size_t unit, int) {
      const int panel = static_cast<int>(unit / 2), half = static_cast<int>(unit % 2);
      for (int chunk = 0; chunk < plan.chunks() && half < plan.halves(panel); ++chunk)
        pair_weight(panel, chunk, half, piece(panel, chunk, half));
    });
    parallel_for(scratch.threads, parts_of(groups.rows(), plan.run), [&](std::size_t run, int thread) {
      kernels.begin_products();
      float* values = weights + plan.weights() + thread * plan.own();
      const std::size_t begin = run * plan.run, end_row = std::min(groups.rows(), begin + plan.run);
      const std::size_t first = groups.first_value_row(begin), last = groups.end_value_row(end_row - 1);
      for (std::size_t row = first; row < last; ++row) pair_row(row, values + (row - first) * row_floats);
      end_rows(values + (last - first) * row_floats);
      for (int panel = 0; panel < plan.panels(); ++panel)
        compute(
            {begin, end_row}, panel, values, values + plan.chunks() * plan.values(),
            [&](int chunk, int half) { return piece(panel, chunk, half); },
            [&](int chunk, int half) {
              return Fetch{piece(panel, chunk, half + 1), block_floats, tile_side, block_floats / tile_side};
            });
      kernels.end_products();
    });
  }

  void share_out_panels(Scratch scratch) const {
    const PositionGroups& groups = plan.groups;
    const std::size_t row_floats = groups.images.pitch() * plan.panel, rows = groups.end_value_row(groups.rows() - 1);
    float* values = scratch.data;
    parallel_for(scratch.threads, rows, [&](std::size_t row, int) { pair_row(row, values + row * row_floats); });
    end_rows(values + rows * row_floats);
    parallel_for(scratch.threads, plan.panels(), [&](std::size_t unit, int thread) {
      kernels.begin_products();
      const int panel = static_cast<int>(unit);
      float* weights = values + plan.chunks() * plan.values() + thread * (plan.piece() + 2 * plan.sums());
      compute(
          {0, groups.rows()}, panel, values, weights + plan.piece(),
          [&](int chunk, int half) {
            pair_weight(panel, chunk, half, weights);
            return weights;
          },
          [&](int chunk, int half) {
            if (chunk + 1 == plan.chunks()) return Fetch{};
            const float* next = weight_at(0, (chunk + 1) * plan.panel, panel * plan.panel + half * tile_side);
            return Fetch{next, weight_at(1, 0, 0) - weight_at(0, 0, 0),
                         static_cast<std::size_t>(transposed ? plan.depth : plan.filters),
                         transposed ? tile_side : plan.panel};
          });
      kernels.end_products();
    });
  }
};

template <class T = float>
void amx_convolve(const ConvOperands<T>& of, bool transposed, Scratch scratch, const AmxKernels<T>& kernels) {
  const Shape &from = transposed ? of.g.out : of.g.in, &to = transposed ? of.g.in : of.g.out;
  const AmxConvolution<T> convolution{{kernels, transposed, AmxPlan(from, to.channels, of.batch), of},
                                      of.end.streamed(of.y, of.batch * to.pixels(), to.channels)};
  convolution.plan.partition == Partition::weights ? convolution.share_out_panels(scratch)
                                                   : convolution.share_out_runs(scratch);
}

}  // namespace detail

/// Floats of scratch that the two functions below need.
constexpr std::size_t amx_scratch(const ConvGeometry& g, std::size_t batch, int threads) {
  return std::max(detail::AmxPlan(g.in, g.out.channels, batch).scratch(threads),
                  detail::AmxPlan(g.out, g.in.channels, batch).scratch(threads));
}

/// y = x ∗ weight, for a 3×3 kernel, stride and dilation 1, and a border of one pixel.
/// Shapes  scratch: amx_scratch floats.
template <class T = float>
void amx_convolve(const ConvOperands<T>& of, Scratch scratch, const AmxKernels<T>& kernels = amx_kernels<T>()) {
  detail::amx_convolve(of, false, scratch, kernels);
}

/// y = the transposed convolution of x: the input gradient of `amx_convolve` for the output gradient x.
/// Shapes  scratch: amx_scratch floats.
template <class T = float>
void amx_convolve_transposed(const ConvOperands<T>& of, Scratch scratch,
                             const AmxKernels<T>& kernels = amx_kernels<T>()) {
  detail::amx_convolve(of, true, scratch, kernels);
}

}  // namespace unetpp::kernels

#pragma GCC diagnostic pop
