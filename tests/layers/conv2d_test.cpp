#include "unetpp/layers/conv2d.hpp"

#include "../reference/read_reference.hpp"
#include "check_layer.hpp"

namespace conv2d_test {

using namespace unetpp;

namespace {

template <Shape In, Conv2DConfig C>
reference::Array naive(const reference::Array& x, const std::vector<double>& p) {
  using L = Conv2D<In, C>;
  const reference::Geometry g = reference::window_geometry(
      x, {C.kernel.height, C.kernel.width}, {C.stride.height, C.stride.width}, {C.dilation.height, C.dilation.width},
      C.padding == Padding::same ? reference::Padding::same : reference::Padding::valid);
  CHECK(Shape{g.out.h, g.out.w, C.filters} == L::out);
  const reference::Array y = reference::conv2d(x, {p.begin(), p.begin() + L::geometry.weights()},
                                               {p.begin() + L::geometry.weights(), p.end()}, g);
  return L::rectified ? reference::relu(y) : y;
}

template <Shape In, Conv2DConfig C>
void check_conv(std::size_t batch, std::size_t gap = 0) {
  using L = Conv2D<In, C>;
  check::layer<L>(naive<In, C>, batch, gap, check::convolution_error(L::geometry, L::algorithm));
}

}  // namespace

TEST_CASE("Conv2D 3x3 same agrees with naive loops and central differences") {
  check_conv<Shape{5, 7, 3}, Conv2DConfig{.filters = 4}>(2);
  check_conv<Shape{6, 4, 2}, Conv2DConfig{.filters = 5}>(3, 3);
  check_conv<Shape{6, 4, 5}, Conv2DConfig{.filters = 2}>(2, 1);
  check_conv<Shape{6, 5, 5}, Conv2DConfig{.filters = 6}>(2, 2);
}

TEST_CASE("Conv2D by im2col, by F(2x2) and by F(4x4) agrees with naive loops and central differences") {
  check_conv<Shape{5, 7, 3}, Conv2DConfig{.filters = 4, .algorithm = ConvAlgorithm::im2col}>(2);
  check_conv<Shape{5, 7, 3}, Conv2DConfig{.filters = 4, .algorithm = ConvAlgorithm::winograd2}>(2);
  check_conv<Shape{5, 7, 3}, Conv2DConfig{.filters = 4, .algorithm = ConvAlgorithm::winograd4}>(2);
}

TEST_CASE("a fused ReLU is that of the sum where the output is added to what is there") {
  const auto check_sum = []<ConvAlgorithm A, int Filters>() {
    constexpr Conv2DConfig linear{.filters = Filters, .algorithm = A};
    constexpr Conv2DConfig fused{.filters = Filters, .activation = Activation::relu, .algorithm = A};
    using L = Conv2D<Shape{9, 7, 6}, fused>;
    check::accumulating_layer<L>(
        naive<L::in, linear>, {.batch = 2, .gap = 1, .tolerance = check::convolution_error(L::geometry, L::algorithm)});
  };
  check_sum.operator()<ConvAlgorithm::automatic, 5>();
  check_sum.operator()<ConvAlgorithm::im2col, 5>();
  check_sum.operator()<ConvAlgorithm::winograd2, 16>();
  check_sum.operator()<ConvAlgorithm::few_channels, 3>();
}

TEST_CASE("Conv2D of a single pixel, one channel and one filter agrees with naive loops") {
  check_conv<Shape{1, 1, 1}, Conv2DConfig{.filters = 1}>(1);
  check_conv<Shape{1, 1, 1}, Conv2DConfig{.filters = 1, .kernel = 1}>(1, 2);
  check_conv<Shape{1, 9, 1}, Conv2DConfig{.filters = 2}>(1, 1);
}

TEST_CASE("Conv2D with strides agrees with naive loops") {
  check_conv<Shape{7, 5, 2}, Conv2DConfig{.filters = 3, .stride = 2}>(2, 1);
  check_conv<Shape{8, 6, 2}, Conv2DConfig{.filters = 2, .stride = {3, 2}, .padding = Padding::valid}>(1);
  check_conv<Shape{6, 6, 1}, Conv2DConfig{.filters = 2, .kernel = 2, .stride = 3}>(2);
}

TEST_CASE("Conv2D with dilation agrees with naive loops") {
  check_conv<Shape{9, 8, 2}, Conv2DConfig{.filters = 2, .dilation = 2}>(1);
  check_conv<Shape{9, 8, 2}, Conv2DConfig{.filters = 2, .dilation = {2, 3}, .padding = Padding::valid}>(2, 2);
  check_conv<Shape{9, 7, 1}, Conv2DConfig{.filters = 2, .stride = 2, .dilation = 2}>(1);
  check_conv<Shape{10, 9, 1}, Conv2DConfig{.filters = 1, .stride = 2, .dilation = 3}>(1);
}

TEST_CASE("Conv2D with kernels that are not square or even agrees with naive loops") {
  check_conv<Shape{5, 6, 2}, Conv2DConfig{.filters = 3, .kernel = {1, 4}}>(1, 1);
  check_conv<Shape{5, 6, 2}, Conv2DConfig{.filters = 3, .kernel = {2, 5}, .padding = Padding::valid}>(2);
}

TEST_CASE("Conv2D with a kernel larger than its same-padded input agrees with naive loops") {
  check_conv<Shape{2, 3, 1}, Conv2DConfig{.filters = 2, .kernel = 7}>(2);
}

TEST_CASE("Conv2D with a fused ReLU agrees with naive loops") {
  check_conv<Shape{4, 5, 3}, Conv2DConfig{.filters = 3, .activation = Activation::relu}>(2, 2);
}

TEST_CASE("Conv2D without bias agrees with naive loops") {
  check_conv<Shape{4, 4, 2}, Conv2DConfig{.filters = 2, .bias = false}>(1);
}

TEST_CASE("Conv2D with more channels and filters than one block of the matrix product agrees with naive loops") {
  check_conv<Shape{2, 2, 150}, Conv2DConfig{.filters = 3}>(1);
  check_conv<Shape{2, 1, 3}, Conv2DConfig{.filters = 290, .kernel = 2}>(1);
}

TEST_CASE("Conv2D with more pixels than one block agrees with naive loops") {
  using L = Conv2D<Shape{40, 39, 2}, Conv2DConfig{.filters = 3, .activation = Activation::relu}>;
  constexpr std::size_t batch = 3;  // 4680 pixels: several runs of the weight gradient
  check::StridedBatch<L::in> x(batch, 0, 1, 1);
  check::StridedBatch<L::out> y(batch, 0), dy(batch, 0, 2, 1);
  std::vector<float> p(parameter_count<L>), dp(parameter_count<L>);
  for (std::size_t i = 0; i < p.size(); ++i) p[i] = Random(3).normal(i);
  check::Alone<L> memory(batch, 2);
  unetpp::forward_pass<L, float>({p.data(), nullptr}, x.view(), y.view(), memory.context());
  CHECK(check::difference(
            y.array().v,
            naive<L::in, Conv2DConfig{.filters = 3, .activation = Activation::relu}>(x.array(), check::doubles(p)).v) <
        check::fast_error);

  unetpp::backward_pass<L, float>({p.data(), nullptr}, x.view(), y.view(), dy.view(),
                                  Gradients<L>{TensorView<L, float>(dp.data(), nullptr), {}}, memory.context());
  std::vector<double> want(parameter_count<L>);  // dweight[i, j, c, f] = Σ x[h + i − 1, w + j − 1, c]·dy[h, w, f]
  const reference::Array ax = x.array(), ady = dy.array();
  for (int n = 0; n < 3; ++n)
    for (int h = 0; h < 40; ++h)
      for (int w = 0; w < 39; ++w)
        for (int f = 0; f < 3; ++f) {
          want[L::geometry.weights() + f] += ady.at(n, h, w, f);
          for (int i = 0; i < 3; ++i)
            for (int j = 0; j < 3; ++j)
              for (int c = 0; c < 2; ++c)
                if (h + i >= 1 && h + i <= 40 && w + j >= 1 && w + j <= 39)
                  want[((i * 3 + j) * 2 + c) * 3 + f] += ax.at(n, h + i - 1, w + j - 1, c) * ady.at(n, h, w, f);
        }
  CHECK(check::difference(check::doubles(dp), want) < check::fast_error);
}

TEST_CASE("Conv2D knows its size and cost") {
  using L = Conv2D<Shape{128, 128, 3}, Conv2DConfig{.filters = 32}>;
  STATIC_REQUIRE(L::out == Shape{128, 128, 32});
  STATIC_REQUIRE(parameter_count<L> == 896);
  STATIC_REQUIRE(L::multiply_adds == 128 * 128 * 9 * 3 * 32);
  STATIC_REQUIRE(Conv2D<Shape{7, 5, 1}, Conv2DConfig{.filters = 2, .stride = 2, .padding = Padding::valid}>::out ==
                 Shape{3, 2, 2});
}

TEST_CASE("a fused ReLU lets NaN through") {
  using L = Conv2D<Shape{1, 1, 1}, Conv2DConfig{.filters = 1, .kernel = 1, .activation = Activation::relu}>;
  Tensor<L::in> x;
  Tensor<L::out> y;
  x(0, 0, 0) = NAN;
  const std::vector<float> p{1, 0};
  unetpp::forward_pass<L, float>({p.data(), nullptr}, std::as_const(x).view(), y.view(),
                                 check::Alone<L>(1, 1).context());
  CHECK(std::isnan(y(0, 0, 0)));
}

}  // namespace conv2d_test
