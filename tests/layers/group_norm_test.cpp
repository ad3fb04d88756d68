#include "unetpp/layers/group_norm.hpp"

#include "check_layer.hpp"

namespace group_norm_test {

using namespace unetpp;

namespace {

template <Shape In, GroupNormConfig C>
void check_norm(std::size_t batch, std::size_t gap = 0) {
  check::layer<GroupNorm<In, C>>(
      [](const reference::Array& x, const std::vector<double>& p) {
        const reference::Array y =
            reference::group_norm(x, C.groups, C.epsilon_per_million * 1e-6, {p.begin(), p.begin() + In.channels},
                                  {p.begin() + In.channels, p.end()});
        return C.activation == Activation::relu ? reference::relu(y) : y;
      },
      batch, gap, 5e-6);
}

constexpr GroupNormConfig groups(int count) { return {.groups = count}; }

}  // namespace

TEST_CASE("GroupNorm agrees with naive loops and central differences") {
  check_norm<Shape{4, 5, 6}, groups(3)>(2, 2);
  check_norm<Shape{3, 2, 42}, groups(2)>(2);
  check_norm<Shape{4, 4, 4}, GroupNormConfig{.groups = 2, .epsilon_per_million = 100'000}>(1);
}

TEST_CASE("GroupNorm of one channel each is instance normalisation, and of all of them layer normalisation") {
  check_norm<Shape{4, 5, 5}, groups(5)>(2, 1);
  check_norm<Shape{4, 5, 5}, groups(1)>(3);
}

TEST_CASE("GroupNorm with a fused ReLU agrees with naive loops and central differences") {
  check_norm<Shape{4, 5, 6}, GroupNormConfig{.groups = 3, .activation = Activation::relu}>(2, 2);
}

TEST_CASE("GroupNorm of more pixels than one block agrees with naive loops and central differences") {
  check_norm<Shape{24, 25, 2}, groups(1)>(1, 1);
}

TEST_CASE("GroupNorm in inference computes the same, and keeps nothing") {
  using L = GroupNorm<Shape{4, 5, 6}, groups(3)>;
  check::layer<L>(
      [](const reference::Array& x, const std::vector<double>& p) {
        return reference::group_norm(x, 3, 1e-5, {p.begin(), p.begin() + 6}, {p.begin() + 6, p.end()});
      },
      check::Check{.batch = 2, .tolerance = 5e-6, .pass = {}});
}

TEST_CASE("GroupNorm of values far from 0 is as exact as they are, though an image begins with others") {
  using L = GroupNorm<Shape{40, 40, 8}, groups(2)>;
  Tensor<L::in> x, y;
  const Random random(3);
  for (std::size_t i = 0; i < x.size(); ++i) x.span()[i] = i < 64 ? 0 : 1000 + random.normal(i);
  reference::Array a(1, 40, 40, 8, check::doubles(x.span()));
  const std::vector<float> p{1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0};
  unetpp::forward_pass<L, float>({p.data(), nullptr}, std::as_const(x).view(), y.view(),
                                 check::Alone<L>(1, 1).context());
  const reference::Array want = reference::group_norm(a, 2, 1e-5, std::vector<double>(8, 1), std::vector<double>(8, 0));
  CHECK(check::difference(check::doubles(y.span()), want.v) < 1e-6);
}

TEST_CASE("GroupNorm of a constant is its offset") {
  using L = GroupNorm<Shape{20, 20, 4}, groups(2)>;
  Tensor<L::in> x, y;
  x.fill(1234.567f);
  const std::vector<float> p{3, 3, 3, 3, 0.5f, 0.5f, 0.5f, 0.5f};
  unetpp::forward_pass<L, float>({p.data(), nullptr}, std::as_const(x).view(), y.view(),
                                 check::Alone<L>(1, 1).context());
  for (const float v : y.span()) CHECK(v == Approx(0.5f).margin(3e-2));
}

}  // namespace group_norm_test
