#pragma once
// How the operands of convolutions on a matrix unit are split and packed.

#include <algorithm>
#include <cstddef>

#include "unetpp/kernels/amx_kernels.hpp"
#include "unetpp/kernels/convolution/amx_plan.hpp"
#include "unetpp/kernels/convolution/operands.hpp"

// Counts and positions are int, sizes std::size_t; none is negative.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace unetpp::kernels::detail {

/// The sums of up to four tiles of positions for a panel of filters, half a panel after the other.
template <class T>
struct PanelProduct {
  int tiles;
  int halves;
  int steps;
  const std::ptrdiff_t* shifts;
  const float* values;
  std::ptrdiff_t next;  // floats from the values of a tile to those of the next
  const float* weights;
  std::size_t half_weights;  // floats from those of half a panel to those of the other
  float* sums;
  std::size_t half_sums;
  bool accumulate;

  void operator()(const AmxKernels<T>& kernels, const Fetch& fetch) const {
    const int most = product_tiles / halves;
    const float* const right[] = {weights, weights + half_weights};
    for (int tile = 0; tile < tiles; tile += most) {
      float* const to[] = {sums + tile * tile_floats, sums + half_sums + tile * tile_floats};
      kernels.product(std::min(most, tiles - tile), halves, steps, shifts, values + tile * next, next, right, to,
                      accumulate, tile == 0 ? fetch : Fetch{});
    }
  }
};

/// Where all packed weights are kept, or else `scratch`; pack(weights) packs them there, unless they are there already.
template <class T, class Pack>
float* all_weights(const ConvOperands<T>& of, float* scratch, std::size_t floats, const Pack& pack) {
  if (!of.packed) {
    pack(scratch);
    return scratch;
  }
  if (of.packed->empty()) {
    of.packed->resize(floats);
    pack(of.packed->data());
  }
  return of.packed->data();
}

/// The values and weights of a convolution, or of a transposed one.
template <class T>
struct AmxPacking {
  const AmxKernels<T>& kernels;
  bool transposed;
  AmxPlan plan;
  const ConvOperands<T>& of;

  /// The weight of a tap from a channel that is read to one that is written.
  const float* weight_at(int tap, int from, int to) const {
    return transposed ? of.weight + (std::size_t{1} * (plan.taps - 1 - tap) * plan.filters + to) * plan.depth + from
                      : of.weight + (std::size_t{1} * tap * plan.depth + from) * plan.filters + to;
  }

  /// Packs the weights from a chunk of channels to half a panel of filters.
  void pair_weight(int panel, int chunk, int half, float* to) const {
    const int first = chunk * plan.panel, column = panel * plan.panel + half * tile_side;
    const int depth = std::min(plan.panel, plan.depth - first), columns = std::min(tile_side, plan.filters - column);
    for (int tap = 0; tap < plan.taps; ++tap, to += amx_tile<T>)
      if (transposed)
        kernels.pair_columns(weight_at(tap, first, column), plan.depth, depth, columns, to);
      else
        kernels.pair_rows(weight_at(tap, first, column), plan.filters, depth, columns, to);
  }

  /// Packs a row of values: a zero and then pixels, or zeros if it lies between images.
  void pair_row(std::size_t row, float* to) const {
    const PaddedImages& images = plan.groups.images;
    const bool pixels = row > 0 && images.has_pixels(row - 1);
    for (int chunk = 0; chunk < plan.chunks(); ++chunk)
      std::fill_n(to + chunk * plan.values(), amx_row<T> * (pixels ? 1 : images.pitch()), 0.0f);
    if (pixels)
      kernels.pair_pixels(of.x.data + images.pixel(row - 1) * of.x.stride, of.x.stride, images.width, plan.depth,
                          to + amx_row<T>, plan.values());
  }
  /// The zero that follows the last pixel of the last row.
  void end_rows(float* to) const {
    for (int chunk = 0; chunk < plan.chunks(); ++chunk) std::fill_n(to + chunk * plan.values(), amx_row<T>, 0.0f);
  }
};

}  // namespace unetpp::kernels::detail

#pragma GCC diagnostic pop
