// Networks made of combinators, in the memory that is planned for them, against naive loops.

#include "check_network.hpp"
#include "unetpp/unet.hpp"

namespace network_test {

using namespace unetpp;

namespace {

constexpr Conv2DConfig relu3(int filters) { return {.filters = filters, .activation = Activation::relu}; }

}  // namespace

TEST_CASE("a U-Net of depth 1 agrees with naive loops and central differences") {
  using Net = UNet<UNetConfig{.height = 4, .width = 6, .channels = 2, .classes = 3, .base_channels = 2, .depth = 1}>;
  check::network<Net>(
      [](const reference::Array& x, const std::vector<double>& p) { return reference::naive_unet(p, x, 2, 1, 3); }, 2);
}

TEST_CASE("a U-Net of depth 0 is three convolutions") {
  using Net = UNet<UNetConfig{.height = 3, .width = 5, .channels = 1, .classes = 2, .base_channels = 2, .depth = 0}>;
  check::network<Net>(
      [](const reference::Array& x, const std::vector<double>& p) { return reference::naive_unet(p, x, 2, 0, 2); }, 1);
}

TEST_CASE("a SkipConcat that begins a network copies its input and passes its gradient on") {
  using Conv = Conv2D<Shape{3, 4, 2}, Conv2DConfig{.filters = 3}>;
  using Net = SkipConcat<Conv>;
  check::network<Net>(
      [](const reference::Array& x, const std::vector<double>& p) {
        const reference::Array inner = reference::conv2d(
            x, {p.begin(), p.begin() + Conv::geometry.weights()}, {p.begin() + Conv::geometry.weights(), p.end()},
            reference::window_geometry(x, {3, 3}, {1, 1}, {1, 1}, reference::Padding::same));
        return reference::concatenate(inner, x);
      },
      2);
}

TEST_CASE("SkipConcats one after the other and nested ones share memory rightly") {
  using A = Conv2D<Shape{4, 4, 1}, relu3(2)>;
  using Inner1 = Conv2D<A::out, Conv2DConfig{.filters = 1, .kernel = 1}>;
  using Skip1 = SkipConcat<Inner1>;  // reads A's output in place
  using Inner2 = Sequential<Conv2D<Skip1::out, relu3(2)>,
                            SkipConcat<Conv2D<Shape{4, 4, 2}, Conv2DConfig{.filters = 1, .kernel = 1}>>>;
  using Skip2 = SkipConcat<Inner2>;  // reads Skip1's output in place
  using B = Conv2D<Skip2::out, Conv2DConfig{.filters = 2, .kernel = 1}>;
  using Net = Sequential<Sequential<A, Skip1>, Skip2, ReLU<Skip2::out>, B>;
  check::network<Net>(
      [](const reference::Array& x, const std::vector<double>& p) {
        auto at = p.begin();
        const auto conv = [&](const reference::Array& in, int kernel, int filters) {
          const std::size_t size = std::size_t{1} * kernel * kernel * in.c * filters;
          const std::vector<double> weight(at, at + size), bias(at + size, at + size + filters);
          at += size + filters;
          return reference::conv2d(
              in, weight, bias,
              reference::window_geometry(in, {kernel, kernel}, {1, 1}, {1, 1}, reference::Padding::same));
        };
        const reference::Array a = reference::relu(conv(x, 3, 2));
        const reference::Array skip1 = reference::concatenate(conv(a, 1, 1), a);
        const reference::Array c = reference::relu(conv(skip1, 3, 2));
        const reference::Array inner2 = reference::concatenate(conv(c, 1, 1), c);
        const reference::Array skip2 = reference::concatenate(inner2, skip1);
        return conv(reference::relu(skip2), 1, 2);
      },
      2);
}

TEST_CASE("a network that ends in a fused ReLU has its output gradient zeroed where the output is") {
  using A = Conv2D<Shape{3, 3, 1}, relu3(2)>;
  using Net = Sequential<A, Conv2D<A::out, relu3(2)>>;
  check::network<Net>(
      [](const reference::Array& x, const std::vector<double>& p) {
        const reference::Geometry g = reference::window_geometry(x, {3, 3}, {1, 1}, {1, 1}, reference::Padding::same);
        const reference::Array a =
            reference::relu(reference::conv2d(x, {p.begin(), p.begin() + 18}, {p.begin() + 18, p.begin() + 20}, g));
        return reference::relu(reference::conv2d(a, {p.begin() + 20, p.begin() + 56}, {p.begin() + 56, p.end()}, g));
      },
      2);
}

}  // namespace network_test
