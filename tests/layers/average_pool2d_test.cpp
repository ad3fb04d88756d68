#include "unetpp/layers/average_pool2d.hpp"

#include "check_layer.hpp"

namespace average_pool2d_test {

using namespace unetpp;

namespace {

template <Shape In, AveragePool2DConfig C>
void check_pool(std::size_t batch, std::size_t gap = 0) {
  check::layer<AveragePool2D<In, C>>(
      [](const reference::Array& x, const std::vector<double>&) {
        return reference::average_pool(
            x, reference::window_geometry(
                   x, {C.window.height, C.window.width}, {C.stride.height, C.stride.width}, {1, 1},
                   C.padding == Padding::same ? reference::Padding::same : reference::Padding::valid));
      },
      batch, gap);
}

}  // namespace

TEST_CASE("AveragePool2D 2x2 agrees with naive loops and central differences") {
  check_pool<Shape{4, 6, 3}, AveragePool2DConfig{}>(2, 2);
  check_pool<Shape{5, 3, 21}, AveragePool2DConfig{}>(1);
}

TEST_CASE("AveragePool2D does not count padding") {
  STATIC_REQUIRE(AveragePool2D<Shape{5, 7, 2}, AveragePool2DConfig{.padding = Padding::same}>::out == Shape{3, 4, 2});
  check_pool<Shape{5, 7, 2}, AveragePool2DConfig{.padding = Padding::same}>(2, 1);
  check_pool<Shape{7, 6, 2}, AveragePool2DConfig{.window = 3, .stride = 1, .padding = Padding::same}>(1, 3);
}

TEST_CASE("AveragePool2D with windows that overlap, or that lie apart, agrees with naive loops") {
  check_pool<Shape{7, 6, 2}, AveragePool2DConfig{.window = {3, 2}, .stride = {2, 1}}>(2);
  check_pool<Shape{8, 9, 2}, AveragePool2DConfig{.window = 2, .stride = 3}>(1);
}

TEST_CASE("AveragePool2D with a window as large as the image is its mean") {
  check_pool<Shape{5, 4, 37}, AveragePool2DConfig{.window = {5, 4}}>(3, 1);
}

}  // namespace average_pool2d_test
