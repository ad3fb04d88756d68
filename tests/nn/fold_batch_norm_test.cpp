#include "unetpp/nn/fold_batch_norm.hpp"

#include <algorithm>
#include <utility>

#include "../layers/check_layer.hpp"
#include "random_tensors.hpp"
#include "unetpp/layers/dropout.hpp"
#include "unetpp/layers/relu.hpp"
#include "unetpp/nn/unet.hpp"
#include "unetpp/nn/workspace.hpp"

namespace fold_batch_norm_test {

using namespace unetpp;

namespace {

template <class Net>
std::vector<double> inferred(const Parameters<Net>& p) {
  InferenceWorkspace<Net> workspace(2, 2);
  check::StridedBatch<Net::in> x(2, 0, 5, 1);
  const BatchView<float, Net::out> y = workspace.forward(p, BatchView<const float, Net::in>(x.view()));
  return {y.data(), y.data() + y.pixels() * Net::out.channels};
}

template <class Net>
void check_same() {
  const Parameters<Net> p = check::random_tensors<Net>();
  CHECK(check::difference(inferred(fold_batch_norm(p)), inferred(p)) < check::fast_error);
}

constexpr Shape in{8, 6, 3}, mid{8, 6, 5};
using Conv = Conv2D<in, Conv2DConfig{.filters = 5, .bias = false}>;

}  // namespace

TEST_CASE("folded into convolutions, batch normalisation gives the same results") {
  using Net = Sequential<Conv, BatchNorm2D<mid, BatchNorm2DConfig{.activation = Activation::relu}>,
                         Conv2D<mid, Conv2DConfig{.filters = 4}>, BatchNorm2D<Shape{8, 6, 4}>, ReLU<Shape{8, 6, 4}>>;
  static_assert(
      std::same_as<Folded<Net>, Sequential<Conv2D<in, Conv2DConfig{.filters = 5, .activation = Activation::relu}>,
                                           Conv2D<mid, Conv2DConfig{.filters = 4}>, ReLU<Shape{8, 6, 4}>>>);
  check_same<Net>();
}

TEST_CASE("folded into transposed convolutions, batch normalisation gives the same results") {
  using Up = ConvTranspose2D<in, ConvTranspose2DConfig{.filters = 4}>;
  using Net = Sequential<Up, BatchNorm2D<Up::out>>;
  static_assert(std::same_as<Folded<Net>, Up>);
  check_same<Net>();
}

TEST_CASE("batch normalisation is folded inside of skip connections") {
  using Net = Sequential<SkipConcat<Sequential<Conv, BatchNorm2D<mid>>>>;
  static_assert(statistic_count<Folded<Net>> == 0);
  check_same<Net>();
}

TEST_CASE("batch normalisation behind an activation, or without a convolution before it, stays") {
  using Net = Sequential<BatchNorm2D<in>, Conv2D<in, Conv2DConfig{.filters = 5, .activation = Activation::relu}>,
                         BatchNorm2D<mid>>;
  static_assert(std::same_as<Folded<Net>, Net>);
  check_same<Net>();
}

TEST_CASE("dropout is gone from a folded network, which gives the same results") {
  using Net = Sequential<Sequential<Conv, BatchNorm2D<mid>>, Dropout<mid>, Conv2D<mid, Conv2DConfig{.filters = 2}>>;
  static_assert(
      std::same_as<Folded<Net>,
                   Sequential<Conv2D<in, Conv2DConfig{.filters = 5}>, Conv2D<mid, Conv2DConfig{.filters = 2}>>>);
  check_same<Net>();
}

TEST_CASE("dropout that is the first layer, or all of a network, stays") {
  using Net = Sequential<Dropout<in>, Conv>;
  static_assert(std::same_as<Folded<Net>, Net> && std::same_as<Folded<Sequential<Dropout<in>>>, Dropout<in>>);
  check_same<Net>();
}

TEST_CASE("group normalisation is not folded: a U-Net with it keeps its parameters, and computes the same bits") {
  using Net = UNet<UNetConfig{
      .height = 16, .width = 16, .base_channels = 4, .depth = 2, .normalisation = Normalisation::group}>;
  const Parameters<Net> p = check::random_tensors<Net>();
  const Parameters<Folded<Net>> folded = fold_batch_norm(p);
  CHECK(std::ranges::equal(folded.span(), p.span()));
  CHECK(inferred(folded) == inferred(p));
}

TEST_CASE(
    "a folded U-Net with batch normalisation, dropout and heads is the type of the folded U-Net without: as fast") {
  constexpr UNetConfig plain{.height = 16, .width = 16, .base_channels = 4, .depth = 2};
  using Net = UNet<UNetConfig{.height = 16,
                              .width = 16,
                              .base_channels = 4,
                              .depth = 2,
                              .normalisation = Normalisation::batch,
                              .bottom_dropout_per_thousand = 300,
                              .supervised_levels = 1}>;
  static_assert(std::same_as<Folded<Net>, Folded<UNet<plain>>>);
  check_same<Net>();
}

}  // namespace fold_batch_norm_test
