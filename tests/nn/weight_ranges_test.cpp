#include <vector>

#include "../catch.hpp"
#include "unetpp/nn/parameters.hpp"
#include "unetpp/unet.hpp"

namespace weight_ranges_test {

using namespace unetpp;

namespace {

constexpr Shape in{4, 4, 2};
template <int Filters, bool Bias>
using Pointwise = Conv2D<in, Conv2DConfig{.filters = Filters, .kernel = 1, .bias = Bias}>;

}  // namespace

TEST_CASE("weights lie where no bias does, and those that lie side by side are one range") {
  using Net = Sequential<Pointwise<2, true>, Pointwise<2, false>, Pointwise<2, false>, Pointwise<3, true>>;
  CHECK(weight_ranges<Net>() == std::vector<IndexRange>{{0, 4}, {6, 20}});
  CHECK(parameter_count<Net> == 23);
}

TEST_CASE("a network without weights has no ranges") { CHECK(weight_ranges<Sequential<ReLU<in>>>().empty()); }

TEST_CASE("AdamW with the ranges of a network moves weights without gradients and leaves biases") {
  using Net = UNet<UNetConfig{.height = 8, .width = 8, .channels = 1, .classes = 2, .base_channels = 4, .depth = 1}>;
  Parameters<Net> parameters([](const NamedTensor&, std::uint64_t, std::span<float> values) {
    std::fill(values.begin(), values.end(), 1.0f);
  });
  const std::vector<float> no_gradients(parameters.count);
  AdamW adam({.learning_rate = 0.5, .decay = 0.5}, weight_ranges<Net>());
  adam.step(parameters.span(), no_gradients, 1);
  for (const NamedTensor& t : parameter_tensors<Net>())
    for (std::size_t i = t.offset; i < t.offset + t.size; ++i)
      CHECK(parameters.span()[i] == (t.role == Role::weight ? 0.75f : 1.0f));
}

}  // namespace weight_ranges_test
