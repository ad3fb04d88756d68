#pragma once
// How far a network sees.

#include <algorithm>
#include <string>

#include "unetpp/layers/footprint.hpp"
#include "unetpp/layers/layer.hpp"

namespace unetpp {

/// What a network's outputs depend on along one axis. All three are bounds that hold for every output: where windows
/// differ with the output's position, as they do behind pooling and transposed convolutions, the largest; of paths that
/// meet, as those of a SkipConcat do, the one that reaches furthest. Zero padding is no input: at the borders of an
/// image an output sees less.
struct ReceptiveAxis {
  int extent;     ///< from the first to the last input that an output depends on; input pixels
  int alignment;  ///< the network commutes with shifts of its input by multiples of this; input pixels
  int margin;     ///< outputs along a cut edge that the cut changes, if it was at a multiple of `alignment`
};

/// The receptive field of a network's outputs.
///
/// It is that of the arithmetic: what Winograd's 4×4 tiles round off depends on up to 3 more pixels of a layer's input.
/// Source  Araujo, Norris & Sim, "Computing Receptive Fields of Convolutional Neural Networks", Distill 2019: its
///         recursion from the output to the input, for each output of a period instead of the first.
struct ReceptiveField {
  ReceptiveAxis rows;
  ReceptiveAxis columns;
};

namespace detail {

template <Layer Net>
constexpr ReceptiveAxis receptive_axis(FootprintAxis axis) {
  const Shift period = shift_of<Net>(axis);
  ReceptiveAxis field{0, period.in, 0};
  for (int o = 0; o < period.out; ++o) {
    const Interval seen = inputs_of<Net>(axis, {o, o});
    field.extent = std::max(field.extent, seen.last - seen.first + 1);
    // Moved on by k periods, the output depends on inputs below 0 while k <= before; moved back, on those from 0 on
    // while k <= after.
    const int after = floor_quotient(seen.last, period.in), before = floor_quotient(-seen.first - 1, period.in);
    field.margin = std::max({field.margin, after * period.out - o, before * period.out + o + 1});
  }
  return field;
}

}  // namespace detail

/// Errors  A layer that has no footprint does not compile.
template <Layer Net>
inline constexpr ReceptiveField receptive_field{detail::receptive_axis<Net>(&Footprint::rows),
                                                detail::receptive_axis<Net>(&Footprint::columns)};

inline std::string to_string(const ReceptiveField& f) {
  const auto both = [](int rows, int columns) { return std::to_string(rows) + "x" + std::to_string(columns); };
  return both(f.rows.extent, f.columns.extent) + " pixels; a cut at multiples of " +
         both(f.rows.alignment, f.columns.alignment) + " changes " + both(f.rows.margin, f.columns.margin) +
         " outputs along it";
}

}  // namespace unetpp
