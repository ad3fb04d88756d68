#include "unetpp/layers/dropout.hpp"

#include <algorithm>

#include "check_layer.hpp"
#include "unetpp/kernels/instruction_set.hpp"

namespace dropout_test {

using namespace unetpp;

namespace {

constexpr Pass training{.training = true, .seed = 5, .step = 7};

/// What a dropout makes of ones.
template <class L>
std::vector<float> of_ones(Pass pass, std::size_t count, int threads = 2) {
  Batch<L::in> x(count), y(count);
  x.fill(1);
  unetpp::forward_pass<L, float>({nullptr, nullptr}, std::as_const(x).view(), y.view(),
                                 check::Alone<L>(count, threads, pass).context());
  return {y.span().begin(), y.span().end()};
}

/// The layer against its own factors: what it makes of ones.
template <class L>
void check_dropout(const check::Check& how) {
  const std::vector<float> factors = of_ones<L>(how.pass, how.batch);
  check::layer<L>(
      [&](reference::Array x, const std::vector<double>&) {
        for (std::size_t i = 0; i < x.v.size(); ++i) x.v[i] *= factors[i];
        return x;
      },
      how);
}

constexpr DropoutConfig config(int per_thousand, bool spatial) {
  return {.per_thousand = per_thousand, .spatial = spatial};
}

double share_of_zeros(const std::vector<float>& values) {
  return static_cast<double>(std::count(values.begin(), values.end(), 0.0f)) / static_cast<double>(values.size());
}

}  // namespace

TEST_CASE("Dropout multiplies by the same factors forward and backward, on any number of threads") {
  const check::Check how{.batch = 2, .gap = 1, .pass = training};
  check_dropout<Dropout<Shape{5, 3, 2}, config(300, false)>>(how);
  check_dropout<Dropout<Shape{3, 2, 37}, config(500, false)>>(how);
  check_dropout<Dropout<Shape{1, 2, 1100}, config(500, false)>>({.pass = training});
  check_dropout<Dropout<Shape{5, 3, 37}, config(300, true)>>(how);
  check_dropout<Dropout<Shape{1, 2, 1100}, config(500, true)>>({.pass = training});
}

TEST_CASE("Dropout in inference, or with a probability of 0, leaves its input as it is") {
  check::layer<Dropout<Shape{4, 3, 2}>>([](const reference::Array& x, const std::vector<double>&) { return x; },
                                        check::Check{.batch = 2, .gap = 1, .pass = {}});
  check::layer<Dropout<Shape{4, 3, 2}, config(0, false)>>(
      [](const reference::Array& x, const std::vector<double>&) { return x; }, check::Check{.batch = 2});
}

TEST_CASE("Dropout zeroes the share that it is told to and scales the rest, so that the mean stays") {
  constexpr int count = 100'000;
  for (const auto& [share, values] :
       {std::pair{0.1, of_ones<Dropout<Shape{100, 100, 10}, config(100, false)>>(training, 1)},
        std::pair{0.5, of_ones<Dropout<Shape{100, 100, 10}>>(training, 1)},
        std::pair{0.9, of_ones<Dropout<Shape{1, 1, count}, config(900, true)>>(training, 1)}}) {
    CAPTURE(share);
    CHECK(std::abs(share_of_zeros(values) - share) < 4 * std::sqrt(share * (1 - share) / count));
    CHECK(*std::max_element(values.begin(), values.end()) == Approx(1 / (1 - share)).epsilon(1e-6));
  }
}

TEST_CASE("spatial Dropout draws once for each channel of an image") {
  using L = Dropout<Shape{40, 30, 5}, config(500, true)>;
  const std::vector<float> values = of_ones<L>(training, 20);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t image = i / L::in.size();
    REQUIRE(values[i] == values[image * L::in.size() + i % L::in.channels]);
  }
  CHECK(std::abs(share_of_zeros(values) - 0.5) < 0.2);
}

TEST_CASE("an image's draw depends on its place in the step, and not on how the step is cut into batches") {
  const auto check = []<class L>(std::type_identity<L>) {
    const std::vector<float> whole = of_ones<L>(training, 4);
    std::vector<float> parts;
    for (const std::size_t first : {0u, 3u}) {
      Pass pass = training;
      pass.first_image = first;
      const std::vector<float> part = of_ones<L>(pass, first == 0 ? 3 : 1);
      parts.insert(parts.end(), part.begin(), part.end());
    }
    CHECK(parts == whole);
    Pass next = training;
    next.step += 1;
    CHECK(of_ones<L>(next, 4) != whole);
  };
  check(std::type_identity<Dropout<Shape{5, 3, 7}>>{});
  check(std::type_identity<Dropout<Shape{5, 3, 70}, config(500, true)>>{});
}

TEST_CASE("the factors of Dropout are the words of Random, with every instruction set") {
  const Random random(0x123456789abcdef, random_stream(RandomUse::layer, 77));
  const kernels::Draw draw = kernels::dropout_draw(400, random);
  const std::uint64_t first = (std::uint64_t{1} << 32) / kernels::Draw::blocks - 1;  // counters reach their high word
  for (const kernels::InstructionSet set : kernels::instruction_sets) {
    if (!kernels::has_micro_kernels || !kernels::supports(set)) continue;
    CAPTURE(kernels::to_string(set));
    float factors[2 * kernels::Draw::run];
    kernels::layer_kernels<float>(set).draw(draw, first, 2, factors);
    for (std::uint64_t f = 0; f < std::size(factors); ++f) {
      const std::uint64_t counter = (first + f / 64) * 16 + f % 16;
      CHECK(factors[f] == (random.uniform(4 * counter + f % 64 / 16) < 0.4f ? 0 : 1 / 0.6f));
    }
  }
}

}  // namespace dropout_test
