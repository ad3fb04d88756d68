// Residual connections in the memory that is planned for them, against naive loops.
#include "unetpp/nn/residual.hpp"

#include "check_network.hpp"
#include "unetpp/layers/conv2d.hpp"
#include "unetpp/layers/max_pool2d.hpp"
#include "unetpp/layers/relu.hpp"
#include "unetpp/nn/receptive_field.hpp"
#include "unetpp/nn/skip_concat.hpp"

namespace residual_test {

using namespace unetpp;

namespace {

constexpr Conv2DConfig conv(int filters, Activation activation = Activation::none, Extent stride = 1) {
  return {.filters = filters, .kernel = 3, .stride = stride, .activation = activation};
}

/// Naive convolutions with the parameters at a place, which moves on.
struct Convolutions {
  std::vector<double>::const_iterator at;

  reference::Array operator()(const reference::Array& x, int kernel, int filters, int stride = 1) {
    const std::size_t size = std::size_t{1} * kernel * kernel * x.c * filters;
    const std::vector<double> weight(at, at + size), bias(at + size, at + size + filters);
    at += size + filters;
    return reference::conv2d(
        x, weight, bias,
        reference::window_geometry(x, {kernel, kernel}, {stride, stride}, {1, 1}, reference::Padding::same));
  }
};

reference::Array sum(reference::Array a, const reference::Array& b) {
  for (std::size_t i = 0; i < a.v.size(); ++i) a.v[i] += b.v[i];
  return a;
}

}  // namespace

TEST_CASE("a residual block adds its input to what is inside") {
  using A = Conv2D<Shape{4, 5, 3}, conv(3, Activation::relu)>;
  using Net = Residual<Sequential<A, Conv2D<A::out, conv(3)>>>;
  check::network<Net>(
      [](const reference::Array& x, const std::vector<double>& p) {
        Convolutions of{p.begin()};
        return sum(of(reference::relu(of(x, 3, 3)), 3, 3), x);
      },
      2);
}

TEST_CASE("a fused ReLU at the end of a residual block is that of the sum") {
  using A = Conv2D<Shape{4, 5, 3}, conv(3, Activation::relu)>;
  using Block = Residual<Sequential<A, Conv2D<A::out, conv(3, Activation::relu)>>>;
  STATIC_REQUIRE(Block::rectified);
  using Net = Sequential<Block, Block, Conv2D<Block::out, conv(2)>>;
  check::network<Net>(
      [](const reference::Array& x, const std::vector<double>& p) {
        Convolutions of{p.begin()};
        const auto block = [&](const reference::Array& a) {
          return reference::relu(sum(of(reference::relu(of(a, 3, 3)), 3, 3), a));
        };
        return of(block(block(x)), 3, 2);
      },
      2);
}

TEST_CASE("a residual block with a shortcut of its own changes the shape") {
  using A = Conv2D<Shape{5, 6, 2}, conv(4, Activation::relu, 2)>;
  using Shortcut = Sequential<MaxPool2D<A::in, MaxPool2DConfig{.padding = Padding::same}>,
                              Conv2D<Shape{3, 3, 2}, Conv2DConfig{.filters = 3, .kernel = 1}>>;
  using Block = Residual<Sequential<A, Conv2D<A::out, conv(3, Activation::relu)>>, Shortcut>;
  using Net = Sequential<Conv2D<A::in, conv(2, Activation::relu)>, Block>;
  check::network<Net>(
      [](const reference::Array& x, const std::vector<double>& p) {
        Convolutions of{p.begin()};
        const reference::Array a = reference::relu(of(x, 3, 2));
        const reference::Array shortcut =
            of(reference::max_pool(a, reference::window_geometry(a, {2, 2}, {2, 2}, {1, 1}, reference::Padding::same)),
               1, 3);
        return reference::relu(sum(of(reference::relu(of(a, 3, 4, 2)), 3, 3), shortcut));
      },
      2);
}

TEST_CASE("residual blocks in one another, and inside and around skip connections, share memory rightly") {
  using A = Conv2D<Shape{4, 4, 2}, conv(2)>;
  using Twice = Residual<Residual<A>>;  // A + 2x
  using Skip = SkipConcat<Sequential<ReLU<A::out>, Twice>>;
  using Back = Conv2D<Skip::out, conv(2)>;
  using Net = Sequential<Twice, Skip, Residual<Conv2D<Skip::out, Conv2DConfig{.filters = 4, .kernel = 1}>>,
                         Residual<Sequential<Back, Skip, ReLU<Skip::out>, Conv2D<Skip::out, conv(4)>>>, Back>;
  check::network<Net>(
      [](const reference::Array& x, const std::vector<double>& p) {
        Convolutions of{p.begin()};
        const auto twice = [&](const reference::Array& a) { return sum(sum(of(a, 3, 2), a), a); };
        const auto skip = [&](const reference::Array& a) {
          return reference::concatenate(twice(reference::relu(a)), a);
        };
        const reference::Array b = skip(twice(x)), c = sum(of(b, 1, 4), b);
        const reference::Array inner = reference::relu(skip(of(c, 3, 2)));
        return of(sum(of(inner, 3, 4), c), 3, 2);
      },
      1);
}

TEST_CASE("a residual block sees what either of its paths sees") {
  using Down = Conv2D<Shape{32, 32, 2}, Conv2DConfig{.filters = 2, .kernel = Extent(5, 1)}>;
  using Across = Conv2D<Shape{32, 32, 2}, Conv2DConfig{.filters = 2, .kernel = Extent(1, 3)}>;
  constexpr ReceptiveField seen = receptive_field<Residual<Down, Across>>;
  STATIC_REQUIRE(seen.rows.extent == 5);
  STATIC_REQUIRE(seen.columns.extent == 3);
  using Pooled = MaxPool2D<Shape{32, 32, 2}>;
  STATIC_REQUIRE(receptive_field<Residual<Pooled, Conv2D<Pooled::in, conv(2, Activation::none, 2)>>>.rows.alignment ==
                 2);
}

}  // namespace residual_test
