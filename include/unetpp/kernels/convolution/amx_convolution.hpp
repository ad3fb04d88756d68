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

  /// Whether threads pack the weights of a panel when they need them.
  bool shares_values_alone() const { return plan.partition == Partition::weights && !of.packed; }

  /// Where the weights from a span of channels to a panel of filters are packed: in a thread's own memory, or among all.
  float* piece(float* weights, int panel, int span) const {
    if (shares_values_alone()) return weights;
    return weights + (std::size_t{1} * panel * plan.spans() + span) * 2 * plan.piece();
  }
  /// Chunks of a span.
  int count(int span) const { return std::min(plan.together(), plan.chunks() - span * plan.together()); }
  void pair_weights(int panel, int span, float* weights) const {
    for (int half = 0; half < plan.halves(panel); ++half)
      for (int i = 0; i < count(span); ++i)
        pair_weight(panel, span * plan.together() + i, half,
                    piece(weights, panel, span) + half * plan.piece() + i * plan.taps * amx_tile<T>);
  }

  /// What is fetched while a span is multiplied: the packed weights that follow its own, or those that are packed next.
  Fetch next_weights(float* weights, int panel, int span) const {
    if (!shares_values_alone())
      return {.at = piece(weights, panel, span + 1),
              .steps = plan.together() * plan.taps,
              .step = 2 * amx_tile<T>,
              .row = cache_line,
              .lines = 1,
              .rows = 2 * amx_tile<T> / cache_line};
    if (span + 1 == plan.spans()) return {};
    return {.at = weight_at(0, (span + 1) * plan.together() * plan.panel, panel * plan.panel),
            .steps = plan.taps,
            .step = weight_at(1, 0, 0) - weight_at(0, 0, 0),
            .row = static_cast<std::size_t>(transposed ? plan.depth : plan.filters),
            .lines = plan.panel / cache_line,
            .rows = count(span + 1) * plan.panel};
  }

  /// A panel of filters for some rows, whose values are packed in `values`. All weights are packed, too, or `weights` is
  /// memory for a panel's.
  void compute(Rows of_groups, int panel, const float* values, float* weights, float* sums) const {
    const PositionGroups& groups = plan.groups;
    const std::size_t pitch = groups.images.pitch(), begin = of_groups.begin;
    const std::size_t first_value = groups.first_value_row(begin) * pitch;
    std::ptrdiff_t shifts[AmxPlan::most_parts * AmxPlan::taps];
    for (int i = 0; i < plan.together() * plan.taps; ++i) {
      const int chunk = i / plan.taps, tap = i % plan.taps;
      shifts[i] = static_cast<std::ptrdiff_t>(chunk * plan.values() + (tap / 3 * pitch + tap % 3) * amx_row<T>);
    }
    const std::size_t rows = of_groups.end - begin, group_floats = product_tiles * tile_floats;
    for (int span = 0; span < plan.spans(); ++span) {
      PanelProduct<T> product{};
      product.halves = plan.halves(panel);
      product.steps = count(span) * plan.taps;
      product.shifts = shifts;
      product.next = static_cast<std::ptrdiff_t>(groups.step() * amx_row<T>);
      if (shares_values_alone()) pair_weights(panel, span, weights);
      product.weights = piece(weights, panel, span);
      product.half_weights = plan.piece();
      product.sums = sums;
      product.half_sums = plan.sums();
      product.accumulate = span > 0;
      Fetch fetch = next_weights(weights, panel, span);
      fetch.rows = static_cast<int>(parts_of(static_cast<std::size_t>(fetch.rows), groups.strips() * rows));
      for (int strip = 0; strip < groups.strips(); ++strip)
        for (std::size_t row = begin; row < of_groups.end;
             ++row, product.sums += group_floats, fetch.at += fetch.rows * fetch.row) {
          product.tiles = groups.tiles(row);
          product.values = values + span * plan.together() * plan.values() +
                           (groups.position(row, strip) - first_value) * amx_row<T>;
          product(kernels, fetch);
        }
    }
    for (std::size_t row = 0; row < rows; ++row)
      for (int tile = 0; tile < groups.tiles(begin + row); ++tile)
        for (int strip = 0; strip < groups.strips(); ++strip) {
          const float* c = sums + (strip * rows + row) * group_floats + tile * tile_floats;
          finish(groups.position(begin + row, strip) + tile * groups.step(), panel, c, c + plan.sums());
        }
  }

  float* all_weights(Scratch scratch) const {
    return detail::all_weights(of, scratch.data, plan.weights(), [&](float* weights) {
      parallel_for(scratch.threads, std::size_t{1} * plan.panels() * plan.spans(), [&](std::size_t unit, int) {
        pair_weights(static_cast<int>(unit) / plan.spans(), static_cast<int>(unit) % plan.spans(), weights);
      });
    });
  }

  void share_out_runs(Scratch scratch) const {
    const PositionGroups& groups = plan.groups;
    const std::size_t row_floats = groups.images.pitch() * amx_row<T>;
    float* weights = all_weights(scratch);
    parallel_for(scratch.threads, parts_of(groups.rows(), plan.run), [&](std::size_t run, int thread) {
      kernels.begin_products();
      float* values = scratch.data + plan.weights() + thread * plan.own();
      const std::size_t begin = run * plan.run, end_row = std::min(groups.rows(), begin + plan.run);
      const std::size_t first = groups.first_value_row(begin), last = groups.end_value_row(end_row - 1);
      for (std::size_t row = first; row < last; ++row) pair_row(row, values + (row - first) * row_floats);
      end_rows(values + (last - first) * row_floats);
      for (int panel = 0; panel < plan.panels(); ++panel)
        compute({begin, end_row}, panel, values, weights, values + plan.chunks() * plan.values());
      kernels.end_products();
    });
  }

  void share_out_panels(Scratch scratch) const {
    const PositionGroups& groups = plan.groups;
    const std::size_t row_floats = groups.images.pitch() * amx_row<T>, rows = groups.end_value_row(groups.rows() - 1);
    float* values = scratch.data;
    float* packed = of.packed ? all_weights(scratch) : nullptr;
    parallel_for(scratch.threads, rows, [&](std::size_t row, int) { pair_row(row, values + row * row_floats); });
    end_rows(values + rows * row_floats);
    parallel_for(scratch.threads, plan.panels(), [&](std::size_t unit, int thread) {
      kernels.begin_products();
      const int panel = static_cast<int>(unit);
      float* own = values + plan.chunks() * plan.values() + thread * 2 * (plan.piece() + plan.sums());
      compute({0, groups.rows()}, panel, values, packed ? packed : own, own + 2 * plan.piece());
      kernels.end_products();
    });
  }
};

template <class T = float>
void amx_convolve(const ConvOperands<T>& of, bool transposed, Scratch scratch, const AmxKernels<T>& kernels) {
  const Shape &from = transposed ? of.g.out : of.g.in, &to = transposed ? of.g.in : of.g.out;
  const AmxConvolution<T> convolution{{kernels, transposed, AmxPlan(from, to.channels, of.batch, amx_parts<T>), of},
                                      of.end.streamed(of.y, of.batch * to.pixels(), to.channels)};
  convolution.plan.partition == Partition::weights ? convolution.share_out_panels(scratch)
                                                   : convolution.share_out_runs(scratch);
}

}  // namespace detail

/// Floats of scratch that the two functions below need, however values are stored.
constexpr std::size_t amx_scratch(const ConvGeometry& g, std::size_t batch, int threads) {
  std::size_t floats = 0;
  for (int parts = 1; parts <= detail::AmxPlan::most_parts; ++parts)
    floats = std::max({floats, detail::AmxPlan(g.in, g.out.channels, batch, parts).scratch(threads),
                       detail::AmxPlan(g.out, g.in.channels, batch, parts).scratch(threads)});
  return floats;
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
