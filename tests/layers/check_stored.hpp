#pragma once
// Runs a layer on values that are stored as BFloat16 and compares it with its run on the same values as floats.

#include <algorithm>
#include <cmath>
#include <vector>

#include "check_layer.hpp"
#include "unetpp/core/bfloat16.hpp"

namespace check {

/// What a value may be off by, relative to itself, when it is rounded to a bfloat16 once.
inline constexpr double bfloat16_rounding = 1.0 / 256;

inline float rounded(float value) { return unetpp::BFloat16(value); }

/// As StridedBatch, of values that are stored as T; all are bfloat16s.
template <class T, unetpp::Shape S>
struct StoredBatch {
  std::size_t count, gap;
  std::vector<T> values;

  StoredBatch(std::size_t images, std::size_t between, std::uint64_t seed = 0, float scale = 0)
      : count(images), gap(between), values(images * S.pixels() * (S.channels + between), guard()) {
    const unetpp::Random random(seed);
    for (std::size_t i = 0; i < view().pixels(); ++i)
      for (int c = 0; c < S.channels; ++c) view().pixel(i)[c] = rounded(scale * random.normal(i * S.channels + c));
  }
  static T guard() { return rounded(12345); }

  unetpp::BatchView<T, S> view() { return {values.data(), count, S.channels + gap}; }
  std::vector<double> numbers() {
    std::vector<double> all;
    for (std::size_t i = 0; i < view().pixels(); ++i)
      all.insert(all.end(), view().pixel(i), view().pixel(i) + S.channels);
    return all;
  }
  bool guards_hold() {
    for (std::size_t i = 0; i < view().pixels(); ++i)
      for (std::size_t g = 0; g < gap; ++g)
        if (view().pixel(i)[S.channels + g] != guard()) return false;
    return true;
  }
};

/// The largest difference beyond one rounding to a bfloat16, relative to the largest value (or to 1).
inline double difference_of_stored(const std::vector<double>& got, const std::vector<double>& want) {
  REQUIRE(got.size() == want.size());
  double error = 0, largest = 1;
  for (std::size_t i = 0; i < want.size(); ++i) {
    const double off = std::abs(got[i] - want[i]) - bfloat16_rounding * std::abs(want[i]);
    error = std::max(error, std::isfinite(got[i]) ? off : INFINITY);
    largest = std::max(largest, std::abs(want[i]));
  }
  return error / largest;
}

/// How a layer writes: over what is there; or to what is there, with dx zeroed where x is not positive.
enum class Writing { over, adding };

/// A layer at work on values that are stored as T: the same numbers for every T.
template <class L, class T>
struct StoredRun {
  StoredBatch<T, L::in> x, dx;
  StoredBatch<T, L::out> y;
  std::vector<float> dp = std::vector<float>(unetpp::parameter_count<L>, 1);  // backward adds to what is there
  std::vector<float> seen = std::vector<float>(unetpp::statistic_count<L>, 1);

  StoredRun(const Check& how, int threads, Writing writing)
      : x(how.batch, how.gap, 1, 1), dx(how.batch, how.gap + 1, 3, 1), y(how.batch, how.gap + 2, 4, 1) {
    using namespace unetpp;
    std::vector<float> p = random_parameters<L>(), statistics = how.statistics;
    for (float& v : p) v = rounded(v);  // a matrix unit multiplies by rounded weights
    if (statistics.empty()) statistics = first_statistics<L>();
    const bool adding = writing == Writing::adding;
    Alone<L> memory(how.batch, threads, how.pass);
    const Tensors<L> tensors{p.data(), statistics.data()};
    forward_pass<L, T>(tensors, x.view(), {y.view(), adding && !L::reads_output}, memory.context());
    if (!how.pass.training) return;
    StoredBatch<T, L::out> dy(how.batch, how.gap, 2, 1);
    if (L::rectified)
      for (std::size_t i = 0; i < dy.view().pixels(); ++i)
        for (int c = 0; c < L::out.channels; ++c)
          if (!(y.view().pixel(i)[c] > 0)) dy.view().pixel(i)[c] = 0.0f;
    const InputGradient<L::in, T> to{.view = dx.view(), .accumulate = adding, .rectified = adding};
    backward_pass<L, T>(tensors, x.view(), y.view(), dy.view(),
                        Gradients<L, T>{TensorView<L, float>(dp.data(), seen.data()), to}, memory.context());
  }
};

template <class T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](T one, T other) {
           return float{one} == float{other} && std::signbit(float{one}) == std::signbit(float{other});
         });
}

/// Checks that a layer computes of BFloat16s what it computes of the same floats, but for one rounding of what it stores:
/// results, guards, accumulating and masked targets, and the same bits on 1 and 3 threads.
template <class L>
void stored_layer(const Check& how) {
  using unetpp::BFloat16;
  for (const Writing writing : {Writing::over, Writing::adding}) {
    StoredRun<L, float> want(how, 1, writing);
    StoredRun<L, BFloat16> got(how, 1, writing);
    INFO(L::kind << " of " << to_string(L::in) << (writing == Writing::adding ? ", adding" : ""));
    CHECK(difference_of_stored(got.y.numbers(), want.y.numbers()) < how.tolerance);
    CHECK(difference_of_stored(got.dx.numbers(), want.dx.numbers()) < how.tolerance);
    CHECK(difference(added(got.dp), added(want.dp)) < 2 * how.tolerance);
    CHECK(difference(added(got.seen), added(want.seen)) < 2 * how.tolerance);
    CHECK((got.y.guards_hold() && got.dx.guards_hold() && got.x.guards_hold()));
    CHECK(std::any_of(got.y.values.begin(), got.y.values.end(), [](float v) { return v != rounded(12345) && v != 0; }));

    const StoredRun<L, BFloat16> on_three(how, 3, writing);
    CHECK(same_bits(on_three.y.values, got.y.values));
    CHECK(same_bits(on_three.dx.values, got.dx.values));
    CHECK(on_three.dp == got.dp);
    CHECK(on_three.seen == got.seen);
  }
}

/// Of each of the layers.
template <class... Ls>
void stored_layers(const Check& how) {
  (stored_layer<Ls>(how), ...);
}

}  // namespace check
