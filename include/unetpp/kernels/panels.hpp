#pragma once
// How work is cut into panels and blocks.

#include <algorithm>
#include <cstddef>

namespace unetpp::kernels::detail {

constexpr int panels_of(int channels, int panel) { return (channels + panel - 1) / panel; }

/// The size of blocks, of at most `most`, of which there are eight or a multiple of eight: threads get equal shares.
constexpr int even_block(std::size_t count, int most) {
  const std::size_t eights = (count + 8 * most - 1) / (8 * most);
  return static_cast<int>((count + 8 * eights - 1) / (8 * eights));
}

/// The largest scratch that a plan needs with any panel width.
template <class PlanFor>
constexpr std::size_t scratch_of_any_panel(const PlanFor& plan_for, int threads) {
  return std::max({plan_for(8).scratch(threads), plan_for(16).scratch(threads), plan_for(32).scratch(threads)});
}

}  // namespace unetpp::kernels::detail
