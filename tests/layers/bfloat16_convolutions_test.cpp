// Convolution layers of values that are stored as BFloat16, by every algorithm.
#include "check_stored.hpp"
#include "unetpp/layers/conv2d.hpp"
#include "unetpp/layers/conv_transpose2d.hpp"

namespace bfloat16_convolutions_test {

using namespace unetpp;

namespace {

template <Shape In, auto C>
struct LayerOf;
template <Shape In, Conv2DConfig C>
struct LayerOf<In, C> {
  using type = Conv2D<In, C>;
};
template <Shape In, ConvTranspose2DConfig C>
struct LayerOf<In, C> {
  using type = ConvTranspose2D<In, C>;
};

/// Images with gaps between their pixels, which layers find in networks, too.
template <Shape In, auto C>
void check_convolution(std::size_t batch = 2, std::size_t gap = 1) {
  using L = typename LayerOf<In, C>::type;
  INFO(L::algorithm_name);
  check::stored_layer<L>(
      {.batch = batch, .gap = gap, .tolerance = check::convolution_error(L::geometry, L::algorithm)});
}

constexpr Conv2DConfig by(ConvAlgorithm algorithm, int filters, Activation activation = Activation::none) {
  return {.filters = filters, .activation = activation, .algorithm = algorithm};
}

}  // namespace

TEST_CASE("Winograd's convolutions of bfloat16s are those of floats, rounded once") {
  check_convolution<Shape{9, 11, 40}, by(ConvAlgorithm::winograd4, 37, Activation::relu)>();
  check_convolution<Shape{9, 11, 33}, by(ConvAlgorithm::winograd2, 16, Activation::relu)>(2, 0);
  check_convolution<Shape{8, 8, 64}, by(ConvAlgorithm::automatic, 32)>(3, 0);
}

TEST_CASE("convolutions of bfloat16s from few channels and to few are those of floats, rounded once") {
  check_convolution<Shape{9, 70, 3}, by(ConvAlgorithm::few_channels, 37, Activation::relu)>();
  check_convolution<Shape{9, 11, 37}, by(ConvAlgorithm::few_channels, 3)>();
}

TEST_CASE("convolutions of bfloat16s by windows side by side are those of floats, rounded once") {
  check_convolution<Shape{7, 5, 70}, Conv2DConfig{.filters = 33, .kernel = 1, .activation = Activation::relu}>();
  check_convolution<Shape{8, 6, 5}, Conv2DConfig{.filters = 40, .kernel = 2, .stride = 2, .bias = false}>(3, 0);
}

TEST_CASE("convolutions of bfloat16s by im2col are those of floats, rounded once") {
  check_convolution<Shape{7, 9, 20}, by(ConvAlgorithm::im2col, 19, Activation::relu)>();
  check_convolution<Shape{7, 8, 5},
                    Conv2DConfig{.filters = 6, .kernel = {3, 5}, .stride = {2, 3}, .dilation = {2, 1}}>();
  // More channels than a block of the matrix product.
  check_convolution<Shape{4, 3, 150}, Conv2DConfig{.filters = 290, .kernel = 2, .padding = Padding::valid}>(1, 0);
}

TEST_CASE("transposed convolutions of bfloat16s are those of floats, rounded once") {
  check_convolution<Shape{5, 6, 40}, ConvTranspose2DConfig{.filters = 20}>();
  check_convolution<Shape{5, 6, 20}, ConvTranspose2DConfig{.filters = 33, .activation = Activation::relu}>(3, 0);
  check_convolution<Shape{5, 4, 7}, ConvTranspose2DConfig{.filters = 9, .kernel = 3}>();
}

}  // namespace bfloat16_convolutions_test
