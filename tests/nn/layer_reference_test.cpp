// Single layers and small networks against numbers of PyTorch (tests/reference/make_layer_reference.py).

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "../layers/check_layer.hpp"
#include "../reference/read_reference.hpp"
#include "unetpp/layers/average_pool2d.hpp"
#include "unetpp/layers/depthwise_conv2d.hpp"
#include "unetpp/layers/group_norm.hpp"
#include "unetpp/layers/leaky_relu.hpp"
#include "unetpp/layers/silu.hpp"
#include "unetpp/layers/upsample2d.hpp"
#include "unetpp/nn/residual.hpp"
#include "unetpp/nn/separable_conv2d.hpp"
#include "unetpp/nn/workspace.hpp"

namespace layer_reference_test {

using namespace unetpp;

namespace {

const reference::Reference& kept() {
  static const reference::Reference all =
      reference::read_reference(std::filesystem::path(UNETPP_SOURCE_DIR) / "tests/reference/layer_reference.txt");
  return all;
}

/// Checks output and gradients of the network that the reference has under this name.
template <class Net>
void check_reference(const std::string& name) {
  INFO(name);
  const auto floats = [&](const char* entry) {
    const std::vector<double>& values = kept()[name + entry];
    return std::vector<float>(values.begin(), values.end());
  };
  const std::vector<float> x = floats(".x"), dy = floats(".dy");
  const std::size_t count = x.size() / Net::in.size();
  REQUIRE(count * Net::in.size() == x.size());
  std::vector<float> p(parameter_count<Net>), dp(p.size());
  if (!p.empty()) p = floats(".p");
  REQUIRE(p.size() == dp.size());
  Batch<Net::in> dx(count);

  TrainingWorkspace<Net> workspace(count);
  const Tensors<Net> tensors(p.data(), nullptr);
  const BatchView<const float, Net::in> images(x.data(), count);
  const BatchView<float, Net::out> y = workspace.forward(tensors, images);
  const auto relative = [&](const std::vector<double>& got, const char* entry) {
    const std::vector<double>& want = kept()[name + entry];
    REQUIRE(got.size() == want.size());
    double worst = 0, largest = 0;
    for (std::size_t i = 0; i < want.size(); ++i) {
      worst = std::max(worst, std::isfinite(got[i]) ? std::abs(got[i] - want[i]) : INFINITY);
      largest = std::max(largest, std::abs(want[i]));
    }
    return worst / largest;
  };
  CHECK(relative({y.data(), y.data() + count * Net::out.size()}, ".y") < 1e-6);
  REQUIRE(dy.size() == count * Net::out.size());
  std::copy(dy.begin(), dy.end(), workspace.output_gradient().data());
  workspace.backward(tensors, TensorView<Net, float>(dp.data(), nullptr), images, dx.view());
  CHECK(relative(check::doubles(dx.span()), ".dx") < 2e-6);
  if (!p.empty()) CHECK(relative(check::doubles(dp), ".dp") < 2e-6);
}

constexpr Upsample2DConfig bilinear(Extent factor) {
  return {.factor = factor, .interpolation = Interpolation::bilinear};
}
constexpr Upsample2DConfig aligned(Extent factor) {
  return {.factor = factor, .interpolation = Interpolation::bilinear_aligned};
}

}  // namespace

TEST_CASE("normalisations agree with PyTorch") {
  check_reference<GroupNorm<Shape{5, 4, 6}, GroupNormConfig{.groups = 3}>>("group_norm");
  check_reference<GroupNorm<Shape{5, 4, 3}, GroupNormConfig{.groups = 3}>>("instance_norm");
  check_reference<GroupNorm<Shape{3, 4, 5}, GroupNormConfig{.groups = 1, .epsilon_per_million = 1000}>>("layer_norm");
}

TEST_CASE("activations agree with PyTorch") {
  check_reference<LeakyReLU<Shape{4, 5, 3}>>("leaky_relu");
  check_reference<SiLU<Shape{4, 5, 3}>>("silu");
}

TEST_CASE("depthwise and separable convolutions agree with PyTorch") {
  check_reference<DepthwiseConv2D<Shape{5, 6, 3}>>("depthwise");
  check_reference<DepthwiseConv2D<Shape{7, 5, 2}, DepthwiseConv2DConfig{.stride = 2, .bias = false}>>(
      "depthwise_strided");
  check_reference<DepthwiseConv2D<Shape{7, 8, 2}, DepthwiseConv2DConfig{.dilation = 2, .bias = false}>>(
      "depthwise_dilated");
  check_reference<SeparableConv2D<Shape{4, 5, 3}, SeparableConv2DConfig{.filters = 4}>>("separable");
}

TEST_CASE("upsampling agrees with PyTorch") {
  check_reference<Upsample2D<Shape{3, 4, 2}>>("nearest");
  check_reference<Upsample2D<Shape{3, 4, 2}, bilinear(2)>>("bilinear");
  check_reference<Upsample2D<Shape{3, 2, 1}, bilinear({3, 4})>>("bilinear_3x4");
  check_reference<Upsample2D<Shape{3, 4, 2}, aligned(2)>>("aligned");
  check_reference<Upsample2D<Shape{3, 2, 1}, aligned({3, 4})>>("aligned_3x4");
}

TEST_CASE("average pooling agrees with PyTorch") {
  check_reference<AveragePool2D<Shape{6, 4, 3}>>("average_pool");
  check_reference<
      AveragePool2D<Shape{5, 7, 2}, AveragePool2DConfig{.window = 3, .stride = 2, .padding = Padding::same}>>(
      "average_pool_padded");
  check_reference<
      AveragePool2D<Shape{6, 4, 2}, AveragePool2DConfig{.window = 3, .stride = 2, .padding = Padding::same}>>(
      "average_pool_same");
}

TEST_CASE("a residual block with a ReLU of the sum agrees with PyTorch") {
  constexpr Shape s{3, 4, 4};
  check_reference<
      Residual<Sequential<GroupNorm<s, GroupNormConfig{.groups = 2}>, SiLU<s>,
                          Conv2D<s, Conv2DConfig{.filters = 4, .kernel = 1, .activation = Activation::relu}>>>>(
      "residual");
}

}  // namespace layer_reference_test
