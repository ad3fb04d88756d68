// Which algorithms the default network's convolutions are computed by. A mistake in their choice would only be slow: all
// could be im2col, and every result would still be right.

#include <array>
#include <cstddef>

#include "unetpp/nn/unet.hpp"

namespace unet_algorithms_test {

namespace {

using namespace unetpp;

/// The algorithms of a network's convolutions, in the order in which they run.
template <class Net>
constexpr auto algorithms() {
  struct {
    std::array<ConvAlgorithm, 64> of{};
    std::size_t count = 0;
  } found;
  for_each_leaf<Net>([&]<class L>(const Place&) {
    if constexpr (requires { L::algorithm; }) found.of[found.count++] = L::algorithm;
  });
  return found;
}

/// Whether these are the algorithms of all convolutions.
template <class Net, std::size_t n>
constexpr bool chooses(const ConvAlgorithm (&expected)[n]) {
  const auto found = algorithms<Net>();
  bool same = found.count == n;
  for (std::size_t i = 0; i < n && same; ++i) same = found.of[i] == expected[i];
  return same;
}

constexpr ConvAlgorithm few = ConvAlgorithm::few_channels, winograd = ConvAlgorithm::winograd4,
                        side_by_side = ConvAlgorithm::disjoint, im2col = ConvAlgorithm::im2col;

static_assert(chooses<UNet<>>({
    few,          winograd,            // 128×128
    winograd,     winograd,            // 64×64
    winograd,     winograd,            // 32×32
    winograd,     winograd,            // 16×16
    winograd,     winograd,            // 8×8
    side_by_side, winograd, winograd,  // up to 16×16
    side_by_side, winograd, winograd,  // to 32×32
    side_by_side, winograd, winograd,  // to 64×64
    side_by_side, winograd, winograd,  // to 128×128
    few                                // to the classes
}));
static_assert(chooses<UNet<UNetConfig{.height = 16, .width = 16, .base_channels = 4, .depth = 1}>>(
    {few, few, few, winograd, side_by_side, few, few, few}));
static_assert(chooses<UNet<UNetConfig{.depth = 1, .algorithm = ConvAlgorithm::im2col}>>(
    {im2col, im2col, im2col, im2col, im2col, im2col, im2col, im2col}));

}  // namespace

}  // namespace unet_algorithms_test
