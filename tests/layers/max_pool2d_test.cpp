#include "unetpp/layers/max_pool2d.hpp"

#include <limits>

#include "check_layer.hpp"

namespace max_pool2d_test {

using namespace unetpp;

namespace {

template <MaxPool2DConfig C>
reference::Geometry geometry(const reference::Array& x) {
  return reference::window_geometry(x, {C.window.height, C.window.width}, {C.stride.height, C.stride.width}, {1, 1},
                                    C.padding == Padding::same ? reference::Padding::same : reference::Padding::valid);
}

template <Shape In, MaxPool2DConfig C>
void check_pool(std::size_t batch, std::size_t gap = 0) {
  check::layer<MaxPool2D<In, C>>(
      [](const reference::Array& x, const std::vector<double>&) { return reference::max_pool(x, geometry<C>(x)); },
      batch, gap);
}

}  // namespace

TEST_CASE("MaxPool2D 2x2 agrees with naive loops and central differences") {
  check_pool<Shape{4, 6, 3}, MaxPool2DConfig{}>(2, 2);
  check_pool<Shape{2, 2, 1}, MaxPool2DConfig{}>(1);
}

TEST_CASE("MaxPool2D of odd sizes drops the last row and column when valid and keeps them when same") {
  STATIC_REQUIRE(MaxPool2D<Shape{5, 7, 2}>::out == Shape{2, 3, 2});
  STATIC_REQUIRE(MaxPool2D<Shape{5, 7, 2}, MaxPool2DConfig{.padding = Padding::same}>::out == Shape{3, 4, 2});
  check_pool<Shape{5, 7, 2}, MaxPool2DConfig{}>(1);
  check_pool<Shape{5, 7, 2}, MaxPool2DConfig{.padding = Padding::same}>(2, 1);
}

TEST_CASE("MaxPool2D with overlapping windows agrees with naive loops") {
  check_pool<Shape{7, 6, 2}, MaxPool2DConfig{.window = 3, .stride = 2}>(2);
  check_pool<Shape{7, 6, 2}, MaxPool2DConfig{.window = 3, .stride = 1, .padding = Padding::same}>(1, 3);
  check_pool<Shape{5, 6, 1}, MaxPool2DConfig{.window = {2, 3}, .stride = {1, 2}, .padding = Padding::same}>(1);
}

TEST_CASE("MaxPool2D with gaps between its windows agrees with naive loops") {
  check_pool<Shape{8, 9, 2}, MaxPool2DConfig{.window = 2, .stride = 3}>(1);
}

TEST_CASE("MaxPool2D with more channels than one block agrees with naive loops") {
  check_pool<Shape{4, 4, 19}, MaxPool2DConfig{}>(2, 1);
}

TEST_CASE("MaxPool2D gives the gradient of equal values to the first of them") {
  constexpr MaxPool2DConfig config{.window = 3, .stride = 2};
  using L = MaxPool2D<Shape{7, 7, 3}, config>;
  Batch<L::in> x(2), dx(2);
  Batch<L::out> dy(2);
  reference::Array ax(2, 7, 7, 3), ady(2, 3, 3, 3);
  const Random random(5);
  for (std::size_t i = 0; i < x.size(); ++i)
    ax.v[i] = x.span()[i] = static_cast<float>(random.below(3, i)) - 1;  // many ties
  for (std::size_t i = 0; i < dy.size(); ++i) ady.v[i] = dy.span()[i] = random.normal(i);
  unetpp::backward_pass<L, float>({nullptr, nullptr}, std::as_const(x).view(), {}, dy.view(),
                                  Gradients<L>{{nullptr, nullptr}, {.view = dx.view()}},
                                  check::Alone<L>(2, 2).context());
  CHECK(check::difference(check::doubles(dx.span()), reference::max_pool_gradient(ax, ady, geometry<config>(ax)).v) <
        check::float_error);
}

TEST_CASE("MaxPool2D lets NaN and minus infinity through") {
  using L = MaxPool2D<Shape{2, 4, 1}>;
  Tensor<L::in> x;
  Tensor<L::out> y;
  x.fill(-std::numeric_limits<float>::infinity());
  x(1, 0, 0) = std::numeric_limits<float>::quiet_NaN();
  unetpp::forward_pass<L, float>({nullptr, nullptr}, std::as_const(x).view(), y.view(),
                                 check::Alone<L>(1, 1).context());
  CHECK(std::isnan(y(0, 0, 0)));
  CHECK(y(0, 1, 0) == -std::numeric_limits<float>::infinity());
}

}  // namespace max_pool2d_test
