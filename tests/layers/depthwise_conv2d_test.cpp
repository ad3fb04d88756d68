#include "unetpp/layers/depthwise_conv2d.hpp"

#include "check_layer.hpp"
#include "unetpp/nn/separable_conv2d.hpp"

namespace depthwise_conv2d_test {

using namespace unetpp;

namespace {

template <Shape In, DepthwiseConv2DConfig C>
void check_convolution(std::size_t batch, std::size_t gap = 0) {
  const auto linear = [](const reference::Array& x, const std::vector<double>& p) {
    const auto end = p.begin() + C.kernel.height * C.kernel.width * In.channels;
    return reference::depthwise_conv2d(
        x, {p.begin(), end}, {end, p.end()},
        reference::window_geometry(x, {C.kernel.height, C.kernel.width}, {C.stride.height, C.stride.width},
                                   {C.dilation.height, C.dilation.width},
                                   C.padding == Padding::same ? reference::Padding::same : reference::Padding::valid));
  };
  using L = DepthwiseConv2D<In, C>;
  if (!L::rectified) return check::layer<L>(linear, batch, gap);
  check::layer<L>(
      [&](const reference::Array& x, const std::vector<double>& p) { return reference::relu(linear(x, p)); }, batch,
      gap);
  check::accumulating_layer<L>(linear, {.batch = batch, .gap = gap});
}

}  // namespace

TEST_CASE("DepthwiseConv2D agrees with naive loops and central differences") {
  check_convolution<Shape{4, 6, 3}, DepthwiseConv2DConfig{}>(2, 2);
  check_convolution<Shape{3, 4, 21}, DepthwiseConv2DConfig{}>(2);
  check_convolution<Shape{1, 1, 2}, DepthwiseConv2DConfig{.bias = false}>(1);
  check_convolution<Shape{3, 2, 3}, DepthwiseConv2DConfig{}>(1);
  check_convolution<Shape{5, 4, 2}, DepthwiseConv2DConfig{.activation = Activation::relu}>(2, 1);
}

TEST_CASE("DepthwiseConv2D with strides, dilations and other kernels agrees with naive loops") {
  check_convolution<Shape{7, 6, 3}, DepthwiseConv2DConfig{.stride = 2}>(2, 1);
  check_convolution<Shape{7, 9, 2}, DepthwiseConv2DConfig{.kernel = {2, 5}, .stride = {3, 2}}>(1);
  check_convolution<Shape{9, 8, 2}, DepthwiseConv2DConfig{.dilation = {2, 3}}>(2);
  check_convolution<Shape{9, 10, 2}, DepthwiseConv2DConfig{.stride = {2, 4}, .dilation = {3, 2}}>(1);
  check_convolution<Shape{8, 7, 2}, DepthwiseConv2DConfig{.kernel = 4, .padding = Padding::valid}>(1, 1);
  check_convolution<Shape{5, 8, 2}, DepthwiseConv2DConfig{.kernel = 2, .stride = 3, .padding = Padding::valid}>(2);
}

TEST_CASE("DepthwiseConv2D of rows longer than what is summed in registers agrees with naive loops") {
  check_convolution<Shape{4, 21, 20}, DepthwiseConv2DConfig{}>(1, 1);
  check_convolution<Shape{3, 36, 2}, DepthwiseConv2DConfig{.stride = 2}>(2);
  check_convolution<Shape{3, 29, 2}, DepthwiseConv2DConfig{.stride = {1, 3}, .dilation = {1, 2}}>(1);
}

TEST_CASE("DepthwiseConv2D with kernels of more than three rows and columns agrees with naive loops") {
  check_convolution<Shape{8, 22, 3}, DepthwiseConv2DConfig{.kernel = {5, 7}}>(1, 2);
  check_convolution<Shape{9, 8, 2}, DepthwiseConv2DConfig{.kernel = {8, 4}, .stride = {1, 2}}>(2);
}

TEST_CASE("a DepthwiseConv2D's bias has the gradients of outputs that no tap gives anything to") {
  constexpr DepthwiseConv2DConfig config{.kernel = 2, .dilation = 5};
  STATIC_REQUIRE(DepthwiseConv2D<Shape{3, 4, 2}, config>::rows.pad == 2);  // row 0's taps lie on rows -2 and 3
  check_convolution<Shape{3, 4, 2}, config>(2);
}

TEST_CASE("DepthwiseConv2D of more rows than one block agrees with naive loops") {
  check_convolution<Shape{3, 4100, 1}, DepthwiseConv2DConfig{.kernel = {3, 1}, .bias = false}>(1);
}

TEST_CASE("a SeparableConv2D is a depthwise convolution and a pointwise one") {
  using L = SeparableConv2D<Shape{5, 6, 3}, SeparableConv2DConfig{.filters = 4, .stride = 2}>;
  STATIC_REQUIRE(L::out == Shape{3, 3, 4});
  STATIC_REQUIRE(parameter_count<L> == 9 * 3 + 3 * 4 + 4);
  STATIC_REQUIRE(leaves<L>[0].tensors.size() == 1);
  STATIC_REQUIRE(L::rectified == false);
  STATIC_REQUIRE(
      SeparableConv2D<Shape{5, 6, 3}, SeparableConv2DConfig{.filters = 4, .activation = Activation::relu}>::rectified);
}

}  // namespace depthwise_conv2d_test
