// LeakyReLU and SiLU.
#include <limits>

#include "check_layer.hpp"
#include "unetpp/layers/leaky_relu.hpp"
#include "unetpp/layers/silu.hpp"

namespace activation_test {

using namespace unetpp;

namespace {

template <class F>
check::Naive each(F f) {
  return [f](reference::Array x, const std::vector<double>&) {
    for (double& v : x.v) v = f(v);
    return x;
  };
}

/// What a layer makes of a value.
template <template <Shape> class L>
float of(float value) {
  Tensor<Shape{1, 1, 1}> x, y;
  x.fill(value);
  forward_pass<L<Shape{1, 1, 1}>, float>({nullptr, nullptr}, std::as_const(x).view(), y.view(),
                                         check::Alone<L<Shape{1, 1, 1}>>(1, 1).context());
  return y(0, 0, 0);
}
template <Shape S>
using Leaky = LeakyReLU<S>;

constexpr LeakyReLUConfig tenth{.slope_per_thousand = 100};

}  // namespace

TEST_CASE("LeakyReLU agrees with naive loops and central differences") {
  const check::Naive naive = each([](double x) { return x > 0 ? x : 0.1 * x; });
  check::layer<LeakyReLU<Shape{5, 3, 2}, tenth>>(naive, 2, 1);
  check::layer<LeakyReLU<Shape{5, 3, 2}, tenth>>(naive, 2);
  check::layer<LeakyReLU<Shape{2, 2, 21}, tenth>>(naive, 1, 3);
}

TEST_CASE("SiLU agrees with naive loops and central differences") {
  const check::Naive naive = each([](double x) { return x / (1 + std::exp(-x)); });
  check::layer<SiLU<Shape{5, 3, 2}>>(naive, 2, 1);
  check::layer<SiLU<Shape{5, 3, 2}>>(naive, 2);
  check::layer<SiLU<Shape{2, 2, 21}>>(naive, 1, 3);
}

TEST_CASE("SiLU is as exact as floats are, and neither overflows nor hides what is not a number") {
  for (float x = -80; x < 80; x += 0.37f) {
    CAPTURE(x);
    CHECK(of<SiLU>(x) == Approx(x / (1 + std::exp(-double{x}))).epsilon(1e-6).margin(1e-30));
  }
  CHECK(of<SiLU>(1e30f) == 1e30f);
  CHECK(of<SiLU>(-1e30f) == 0);
  CHECK(std::isnan(of<SiLU>(NAN)));
  CHECK(std::isnan(of<Leaky>(NAN)));
  CHECK(of<Leaky>(-std::numeric_limits<float>::infinity()) == -std::numeric_limits<float>::infinity());
}

}  // namespace activation_test
