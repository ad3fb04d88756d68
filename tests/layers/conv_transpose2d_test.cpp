#include "unetpp/layers/conv_transpose2d.hpp"

#include <filesystem>

#include "../reference/read_reference.hpp"
#include "check_layer.hpp"

namespace conv_transpose2d_test {

using namespace unetpp;

namespace {

template <Shape In, ConvTranspose2DConfig C>
reference::Array naive(const reference::Array& x, const std::vector<double>& p) {
  using L = ConvTranspose2D<In, C>;
  const reference::Geometry g =
      reference::transpose_geometry(x, {C.kernel.height, C.kernel.width}, {C.stride.height, C.stride.width},
                                    C.padding == Padding::same ? reference::Padding::same : reference::Padding::valid);
  CHECK(Shape{g.out.h, g.out.w, C.filters} == L::out);
  const reference::Array y = reference::conv2d_transpose(x, {p.begin(), p.begin() + L::geometry.weights()},
                                                         {p.begin() + L::geometry.weights(), p.end()}, g);
  return L::rectified ? reference::relu(y) : y;
}

template <Shape In, ConvTranspose2DConfig C>
void check_transpose(std::size_t batch, std::size_t gap = 0) {
  using L = ConvTranspose2D<In, C>;
  check::layer<L>(naive<In, C>, batch, gap, check::convolution_error(L::geometry, L::algorithm));
}

}  // namespace

TEST_CASE("ConvTranspose2D 2x2 stride 2, as in the U-Net, agrees with naive loops and central differences") {
  check_transpose<Shape{3, 4, 3}, ConvTranspose2DConfig{.filters = 2}>(2, 2);
  check_transpose<Shape{1, 1, 1}, ConvTranspose2DConfig{.filters = 1}>(1);
}

TEST_CASE("ConvTranspose2D 3x3 stride 2 agrees with naive loops") {
  check_transpose<Shape{3, 5, 2}, ConvTranspose2DConfig{.filters = 3, .kernel = 3}>(2);
  check_transpose<Shape{3, 5, 2}, ConvTranspose2DConfig{.filters = 3, .kernel = 3, .padding = Padding::valid}>(1, 1);
}

TEST_CASE("ConvTranspose2D with a stride larger than its kernel leaves the bias between") {
  check_transpose<Shape{3, 2, 2}, ConvTranspose2DConfig{.filters = 2, .kernel = 2, .stride = 3}>(1);
  check_transpose<Shape{3, 2, 2},
                  ConvTranspose2DConfig{.filters = 2, .kernel = 1, .stride = {2, 3}, .padding = Padding::valid}>(2, 1);
}

TEST_CASE("ConvTranspose2D with kernels and strides that are not square agrees with naive loops") {
  check_transpose<Shape{4, 3, 1}, ConvTranspose2DConfig{.filters = 2, .kernel = {3, 2}, .stride = {1, 2}}>(1);
  check_transpose<Shape{2, 3, 2}, ConvTranspose2DConfig{.filters = 1, .kernel = {5, 4}, .stride = {2, 3}}>(2, 3);
}

TEST_CASE("ConvTranspose2D with a fused ReLU or without bias agrees with naive loops") {
  check_transpose<Shape{3, 3, 2}, ConvTranspose2DConfig{.filters = 2, .activation = Activation::relu}>(2);
  check_transpose<Shape{3, 3, 2}, ConvTranspose2DConfig{.filters = 2, .bias = false}>(1);
}

TEST_CASE("ConvTranspose2D with more channels and filters than one block agrees with naive loops") {
  check_transpose<Shape{2, 1, 140}, ConvTranspose2DConfig{.filters = 2}>(1);
  check_transpose<Shape{1, 2, 2}, ConvTranspose2DConfig{.filters = 140}>(1);
}

TEST_CASE("ConvTranspose2D 3x3 stride 2 same is Keras's to the pixel") {
  const reference::Reference keras = reference::read_reference(std::filesystem::path(UNETPP_SOURCE_DIR) / "tests" /
                                                               "reference" / "keras_reference.txt");
  int checked = 0;
  for (const std::string& name : reference::keras_cases(keras, "transpose")) {
    const reference::KerasCase k = reference::keras_case(keras, name);
    const reference::Pair three{3, 3}, two{2, 2};
    if (k.geometry.kernel != three || k.geometry.stride != two || k.padding != reference::Padding::same || k.relu)
      continue;
    if (k.x.h != 3 || k.x.w != 5 || k.x.c != 2 || k.y.c != 3 || k.x.n != 2) continue;
    using L = ConvTranspose2D<Shape{3, 5, 2}, ConvTranspose2DConfig{.filters = 3, .kernel = 3}>;
    std::vector<float> p(k.weight.begin(), k.weight.end());
    p.insert(p.end(), k.bias.begin(), k.bias.end());
    REQUIRE(p.size() == parameter_count<L>);
    Batch<L::in> x(2), dx(2);
    Batch<L::out> y(2), dy(2);
    std::copy(k.x.v.begin(), k.x.v.end(), x.data());
    std::copy(k.dy.v.begin(), k.dy.v.end(), dy.data());
    Buffer<float> dp(parameter_count<L>);
    check::Alone<L> memory(2, 2);
    const Tensors<L> tensors(p.data(), nullptr);
    unetpp::forward_pass<L, float>(tensors, std::as_const(x).view(), y.view(), memory.context());
    unetpp::backward_pass<L, float>(tensors, std::as_const(x).view(), y.view(), dy.view(),
                                    Gradients<L>{TensorView<L, float>(dp.data(), nullptr), {.view = dx.view()}},
                                    memory.context());
    CHECK(check::difference(check::doubles(y.span()), k.y.v) < check::float_error);
    CHECK(check::difference(check::doubles(dx.span()), k.dx.v) < check::float_error);
    std::vector<double> want_dp = k.dweight;
    want_dp.insert(want_dp.end(), k.dbias.begin(), k.dbias.end());
    CHECK(check::difference(check::doubles(dp), want_dp) < check::float_error);
    ++checked;
  }
  CHECK(checked > 0);
}

}  // namespace conv_transpose2d_test
