#include "unetpp/layers/upsample2d.hpp"

#include <limits>

#include "check_layer.hpp"
#include "unetpp/nn/receptive_field.hpp"

namespace upsample2d_test {

using namespace unetpp;

namespace {

template <Shape In, Upsample2DConfig C>
void check_upsampling(std::size_t batch, std::size_t gap = 0) {
  check::layer<Upsample2D<In, C>>(
      [](const reference::Array& x, const std::vector<double>&) {
        const reference::Pair factor{C.factor.height, C.factor.width};
        if (C.interpolation == Interpolation::nearest) return reference::upsample_nearest(x, factor);
        return reference::upsample_bilinear(x, factor, C.interpolation == Interpolation::bilinear_aligned);
      },
      batch, gap);
}

constexpr Upsample2DConfig nearest(Extent factor) { return {.factor = factor}; }
constexpr Upsample2DConfig bilinear(Extent factor) {
  return {.factor = factor, .interpolation = Interpolation::bilinear};
}
constexpr Upsample2DConfig aligned(Extent factor) {
  return {.factor = factor, .interpolation = Interpolation::bilinear_aligned};
}

/// Whether all that output o depends on is where the footprint says.
template <class L>
bool footprint_holds(int o) {
  Tensor<L::in> x;
  Tensor<L::out> y;
  const Interval seen = L::footprint.rows.inputs({o, o});
  for (int i = 0; i < L::in.height; ++i) {
    x.fill(0);
    x(i, 0, 0) = 1;
    unetpp::forward_pass<L, float>({nullptr, nullptr}, std::as_const(x).view(), y.view(),
                                   check::Alone<L>(1, 1).context());
    if (y(o, 0, 0) != 0 && (i < seen.first || i > seen.last)) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("nearest upsampling agrees with naive loops and central differences") {
  check_upsampling<Shape{3, 4, 3}, nearest(2)>(2, 2);
  check_upsampling<Shape{2, 3, 1}, nearest({3, 1})>(1);
  check_upsampling<Shape{2, 2, 21}, nearest({1, 2})>(2, 1);
}

TEST_CASE("bilinear upsampling agrees with naive loops and central differences") {
  check_upsampling<Shape{3, 4, 3}, bilinear(2)>(2, 2);
  check_upsampling<Shape{4, 3, 2}, bilinear({3, 4})>(1);
  check_upsampling<Shape{1, 5, 1}, bilinear({2, 5})>(2);
  check_upsampling<Shape{2, 3, 37}, bilinear({2, 1})>(2, 1);
}

TEST_CASE("bilinear upsampling with aligned corners agrees with naive loops and central differences") {
  check_upsampling<Shape{3, 4, 3}, aligned(2)>(2, 2);
  check_upsampling<Shape{4, 3, 2}, aligned({3, 4})>(1);
  check_upsampling<Shape{1, 5, 1}, aligned({2, 5})>(2);
  check_upsampling<Shape{2, 2, 37}, aligned({2, 1})>(2, 1);
}

TEST_CASE("a ramp stays straight from corner to corner when it is enlarged with aligned corners") {
  using L = Upsample2D<Shape{1, 5, 1}, aligned({1, 3})>;
  Tensor<L::in> x;
  Tensor<L::out> y;
  for (int i = 0; i < 5; ++i) x(0, i, 0) = static_cast<float>(i);
  unetpp::forward_pass<L, float>({nullptr, nullptr}, std::as_const(x).view(), y.view(),
                                 check::Alone<L>(1, 1).context());
  for (int o = 0; o < 15; ++o) CHECK(y(0, o, 0) == Approx(4.0 / 14 * o));
}

TEST_CASE("bilinear upsampling of an odd factor keeps what stands at a centre, though its neighbour is infinite") {
  using L = Upsample2D<Shape{1, 2, 1}, bilinear({1, 3})>;
  Tensor<L::in> x;
  Tensor<L::out> y;
  x(0, 0, 0) = 5;
  x(0, 1, 0) = std::numeric_limits<float>::infinity();
  unetpp::forward_pass<L, float>({nullptr, nullptr}, std::as_const(x).view(), y.view(),
                                 check::Alone<L>(1, 1).context());
  CHECK(y(0, 1, 0) == 5);
}

TEST_CASE("the footprint of upsampling holds all that an output depends on") {
  for (int o = 0; o < 10; ++o) {
    CAPTURE(o);
    CHECK(footprint_holds<Upsample2D<Shape{5, 1, 1}, nearest({2, 1})>>(o));
    CHECK(footprint_holds<Upsample2D<Shape{5, 1, 1}, bilinear({2, 1})>>(o));
    CHECK(footprint_holds<Upsample2D<Shape{5, 1, 1}, bilinear({3, 1})>>(o));
    CHECK(footprint_holds<Upsample2D<Shape{5, 1, 1}, aligned({2, 1})>>(o));
    CHECK(footprint_holds<Upsample2D<Shape{5, 1, 1}, aligned({3, 1})>>(o));
  }
  STATIC_REQUIRE(receptive_field<Upsample2D<Shape{9, 9, 1}, nearest(2)>>.rows.extent == 1);
  STATIC_REQUIRE(receptive_field<Upsample2D<Shape{9, 9, 1}, bilinear(2)>>.rows.extent == 2);
  STATIC_REQUIRE(receptive_field<Upsample2D<Shape{9, 9, 1}, bilinear(3)>>.rows.extent == 2);
}

}  // namespace upsample2d_test
