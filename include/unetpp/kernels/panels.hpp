#pragma once
// How work is cut into panels and blocks.

#include <algorithm>
#include <cstddef>

#include "unetpp/core/parallel.hpp"
#include "unetpp/kernels/micro_kernels.hpp"

namespace unetpp::kernels::detail {

/// Which of two ways work is cut. By pixels: each thread takes pixels (or tiles, or rows) of its own, and all share the
/// weights. By weights: all share the pixels, and each takes weights of its own.
enum class Partition { pixels, weights };

/// The size of blocks, of at most `most`, of which there are eight or a multiple of eight: threads get equal shares.
constexpr int even_block(std::size_t count, int most) {
  return static_cast<int>(parts_of(count, 8 * parts_of(count, 8 * most)));
}

/// The largest scratch that is needed with any panel width: floats(panel).
template <class Floats>
constexpr std::size_t scratch_of_any_panel(const Floats& floats) {
  std::size_t most = 0;
  for (const int panel : panel_widths) most = std::max<std::size_t>(most, floats(panel));
  return most;
}

}  // namespace unetpp::kernels::detail
