// Every layer but the convolutions, of values that are stored as BFloat16.
#include "check_stored.hpp"
#include "unetpp/layers/average_pool2d.hpp"
#include "unetpp/layers/batch_norm2d.hpp"
#include "unetpp/layers/depthwise_conv2d.hpp"
#include "unetpp/layers/dropout.hpp"
#include "unetpp/layers/group_norm.hpp"
#include "unetpp/layers/identity.hpp"
#include "unetpp/layers/leaky_relu.hpp"
#include "unetpp/layers/max_pool2d.hpp"
#include "unetpp/layers/relu.hpp"
#include "unetpp/layers/silu.hpp"
#include "unetpp/layers/softmax.hpp"
#include "unetpp/layers/upsample2d.hpp"

namespace bfloat16_layers_test {

using namespace unetpp;

namespace {

constexpr check::Check dense{.batch = 2}, strided{.batch = 2, .gap = 1};

template <class... Ls>
void check_both() {
  check::stored_layers<Ls...>(dense);
  check::stored_layers<Ls...>(strided);
}

constexpr Upsample2DConfig upsampling(Extent factor, Interpolation interpolation) {
  return {.factor = factor, .interpolation = interpolation};
}
constexpr DropoutConfig dropping(bool spatial) { return {.per_thousand = 400, .spatial = spatial}; }

}  // namespace

TEST_CASE("activations of bfloat16s are those of floats, rounded once") {
  check_both<ReLU<Shape{5, 3, 7}>, LeakyReLU<Shape{5, 3, 7}>, SiLU<Shape{5, 3, 7}>, Identity<Shape{5, 3, 7}>>();
  check::stored_layers<ReLU<Shape{9, 31, 37}>, SiLU<Shape{9, 31, 37}>>(strided);  // more than a block of pixels
}

TEST_CASE("softmax of bfloat16s is that of floats, rounded once") {
  check_both<Softmax<Shape{5, 3, 3}>, Softmax<Shape{9, 31, 20}>>();
}

TEST_CASE("pooling of bfloat16s is that of floats, rounded once") {
  check_both<MaxPool2D<Shape{4, 6, 37}>, MaxPool2D<Shape{5, 7, 3}>, AveragePool2D<Shape{4, 6, 37}>>();
  check_both<AveragePool2D<Shape{7, 6, 3}, AveragePool2DConfig{.window = 3, .stride = 2, .padding = Padding::same}>>();
}

TEST_CASE("the gradients of overlapping windows of bfloat16s are summed in float") {
  check_both<MaxPool2D<Shape{7, 6, 19}, MaxPool2DConfig{.window = 3, .stride = 1, .padding = Padding::same}>,
             MaxPool2D<Shape{9, 8, 2}, MaxPool2DConfig{.window = {4, 3}, .stride = {1, 2}}>>();
}

TEST_CASE("upsampling of bfloat16s is that of floats, rounded once") {
  check_both<Upsample2D<Shape{3, 4, 21}, upsampling({2, 3}, Interpolation::nearest)>,
             Upsample2D<Shape{3, 4, 21}, upsampling(2, Interpolation::bilinear)>,
             Upsample2D<Shape{3, 4, 37}, upsampling({3, 2}, Interpolation::bilinear_aligned)>>();
}

TEST_CASE("batch normalisation of bfloat16s is that of floats, rounded once") {
  constexpr BatchNorm2DConfig fused{.activation = Activation::relu, .unbiased = true};
  for (const std::size_t gap : {0, 1}) {
    check::Check how{.batch = 2, .gap = gap, .tolerance = 5e-6, .pass = {.training = true, .share = 0.25}};
    check::stored_layers<BatchNorm2D<Shape{5, 3, 7}>, BatchNorm2D<Shape{20, 33, 40}, fused>>(how);
    how.pass.training = false;
    how.statistics = {0.5f, -2, 4, 0.25f, 1, 2};
    check::stored_layers<BatchNorm2D<Shape{5, 3, 3}>>(how);
  }
}

TEST_CASE("group normalisation of bfloat16s is that of floats, rounded once") {
  constexpr GroupNormConfig three{.groups = 3}, one{.groups = 1, .activation = Activation::relu};
  for (const std::size_t gap : {0, 1}) {
    const check::Check how{.batch = 2, .gap = gap, .tolerance = 5e-6};
    check::stored_layers<GroupNorm<Shape{5, 3, 6}, three>, GroupNorm<Shape{24, 25, 20}, one>>(how);
  }
}

TEST_CASE("dropout of bfloat16s draws what that of floats draws, of more channels than a block, too") {
  check::Check how{.batch = 2, .gap = 1, .pass = {.training = true, .seed = 5, .step = 7, .first_image = 3}};
  check::stored_layers<Dropout<Shape{5, 3, 7}, dropping(false)>, Dropout<Shape{1, 2, 1100}, dropping(false)>,
                       Dropout<Shape{5, 3, 7}, dropping(true)>, Dropout<Shape{1, 3, 2100}, dropping(true)>>(how);
  how.gap = 0;
  check::stored_layers<Dropout<Shape{5, 3, 70}, dropping(false)>, Dropout<Shape{5, 3, 70}, dropping(true)>>(how);
  how.pass = {};
  check::stored_layers<Dropout<Shape{5, 3, 7}>>(how);
}

TEST_CASE("depthwise convolutions of bfloat16s are those of floats, rounded once") {
  constexpr DepthwiseConv2DConfig fused{.activation = Activation::relu},
      strides{.kernel = {2, 5}, .stride = {3, 2}, .bias = false}, large{.kernel = {5, 7}, .dilation = 2};
  check_both<DepthwiseConv2D<Shape{5, 21, 37}, fused>, DepthwiseConv2D<Shape{7, 9, 3}, strides>,
             DepthwiseConv2D<Shape{9, 16, 5}, large>>();
}

}  // namespace bfloat16_layers_test
