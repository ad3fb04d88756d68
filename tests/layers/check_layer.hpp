#pragma once
// Runs a layer on random numbers and compares it with naive float64 loops and central differences.

#include <algorithm>
#include <cmath>
#include <functional>
#include <span>
#include <vector>

#include "../catch.hpp"
#include "../reference/naive.hpp"
#include "unetpp/core/random.hpp"
#include "unetpp/kernels/convolution/convolution.hpp"
#include "unetpp/layers/layer.hpp"
#include "unetpp/nn/planner.hpp"

namespace check {

/// The same function in float64: y for x and the layer's flat parameters.
using Naive = std::function<reference::Array(const reference::Array& x, const std::vector<double>& parameters)>;

/// A batch whose pixels lie `gap` floats further apart than they must; the floats between hold a guard value.
template <unetpp::Shape S>
struct StridedBatch {
  static constexpr float guard = 12345;
  std::size_t count, gap;
  std::vector<float> values;

  StridedBatch(std::size_t images, std::size_t between, std::uint64_t seed = 0, float scale = 0)
      : count(images), gap(between), values(images * S.pixels() * (S.channels + between), guard) {
    const unetpp::Random random(seed);
    for (std::size_t i = 0; i < view().pixels(); ++i)
      for (int c = 0; c < S.channels; ++c) view().pixel(i)[c] = scale * random.normal(i * S.channels + c);
  }
  unetpp::BatchView<float, S> view() { return {values.data(), count, S.channels + gap}; }
  reference::Array array() {
    reference::Array a(static_cast<int>(count), S.height, S.width, S.channels);
    for (std::size_t i = 0; i < a.v.size(); ++i) a.v[i] = view().pixel(i / S.channels)[i % S.channels];
    return a;
  }
  bool guards_hold() {
    for (std::size_t i = 0; i < view().pixels(); ++i)
      for (std::size_t g = 0; g < gap; ++g)
        if (view().pixel(i)[S.channels + g] != guard) return false;
    return true;
  }
};

/// The largest difference relative to the largest value expected (or to 1, if that is smaller).
inline double difference(const std::vector<double>& got, const std::vector<double>& want) {
  REQUIRE(got.size() == want.size());
  double error = 0, largest = 1;
  for (std::size_t i = 0; i < want.size(); ++i) {
    error = std::max(error, std::isfinite(got[i]) ? std::abs(got[i] - want[i]) : INFINITY);
    largest = std::max(largest, std::abs(want[i]));
  }
  return error / largest;
}

template <class T>
std::vector<double> doubles(const T& values) {
  return {values.begin(), values.end()};
}

inline constexpr double float_error = 2e-6;
inline constexpr double fast_error = 2e-5;  // of F(4×4), and of floats in two bfloat16

/// What a layer that computes the convolution g, or its transpose, may be off by.
inline double convolution_error(const unetpp::kernels::ConvGeometry& g, unetpp::kernels::ConvAlgorithm algorithm) {
  const bool on_unit = unetpp::kernels::on_amx(g, algorithm, std::max(g.in.channels, g.out.channels));
  return algorithm == unetpp::kernels::ConvAlgorithm::winograd4 || on_unit ? fast_error : float_error;
}

/// The memory that one layer works in, for batches of up to `capacity`.
template <class L>
class Alone {
 public:
  Alone(std::size_t capacity, int threads, unetpp::Pass pass = {.training = true})
      : capacity_(capacity),
        threads_(threads),
        pass_(pass),
        slot_(L::kept.an_image * capacity),
        kept_(unetpp::kept_count<L>),
        scratch_(L::scratch(capacity, threads)) {}

  unetpp::Context context() {
    return {slot_.data(), &offset_, kept_.data(), capacity_, {scratch_.data(), threads_}, pass_};
  }

 private:
  std::size_t capacity_;
  int threads_;
  unetpp::Pass pass_;
  std::size_t offset_ = 0;
  unetpp::Buffer<float> slot_, kept_, scratch_;
};

/// How a layer is checked.
struct Check {
  std::size_t batch = 1;
  std::size_t gap = 0;  // floats between pixels
  double tolerance = float_error;
  unetpp::Pass pass = {.training = true};  // the same numbers are drawn every time
  std::vector<float> statistics = {};      // that the layer reads; none: their first values
  std::vector<double> seen = {};           // what it must tell of them in dp
};

/// A layer's tensors at random values, but for the statistics.
template <class L>
std::vector<float> random_parameters() {
  std::vector<float> p(unetpp::parameter_count<L>);
  for (std::size_t i = 0; i < p.size(); ++i) p[i] = unetpp::Random(99, 1).normal(i);
  return p;
}

template <class L>
std::vector<float> first_statistics() {
  std::vector<float> values;
  for (const unetpp::LayerTensor& t : L::tensors)
    if (t.role == unetpp::Role::statistic) values.insert(values.end(), t.size(), t.first);
  return values;
}

/// Values of a float64 function and its gradients, for the output gradient dy.
struct Wanted {
  std::vector<double> y, dx, dp;

  Wanted(const Naive& naive, const reference::Array& x, const std::vector<double>& p, const reference::Array& dy)
      : y(naive(x, p).v) {
    const auto loss_of_x = [&](const std::vector<double>& values) {
      reference::Array a = x;
      a.v = values;
      return reference::dot(naive(a, p), dy);
    };
    const auto loss_of_p = [&](const std::vector<double>& values) { return reference::dot(naive(x, values), dy); };
    dx = reference::central_gradient(loss_of_x, x.v, 1e-6);
    dp = reference::central_gradient(loss_of_p, p, 1e-4);
  }
};

/// One layer at work on random numbers.
template <class L>
class LayerRun {
 public:
  using In = unetpp::Batch<L::in>;

  LayerRun(const Check& how, int threads)
      : check(how),
        statistics_(how.statistics.empty() ? first_statistics<L>() : how.statistics),
        memory_(how.batch, threads, how.pass) {}

  StridedBatch<L::out> forward(bool accumulate = false) {
    StridedBatch<L::out> y(check.batch, check.gap, 4, accumulate ? 1 : 0);
    unetpp::forward_pass<L, float>(tensors(), x.view(), {y.view(), accumulate}, memory_.context());
    return y;
  }

  /// Backward for the output y of `forward`; adds to dp and `seen`.
  void backward(StridedBatch<L::out>& y, unetpp::InputGradient<L::in> dx) {
    // A layer with a fused ReLU gets its dy zeroed where y is not positive, as `rectified` says.
    StridedBatch<L::out> gradient = dy;
    if (L::rectified)
      for (std::size_t i = 0; i < y.view().pixels(); ++i)
        for (int c = 0; c < L::out.channels; ++c)
          if (!(y.view().pixel(i)[c] > 0)) gradient.view().pixel(i)[c] = 0;
    unetpp::backward_pass<L, float>(tensors(), x.view(), y.view(), gradient.view(),
                                    unetpp::Gradients<L>{unetpp::TensorView<L, float>(dp.data(), seen.data()), dx},
                                    memory_.context());
  }

  unetpp::Tensors<L> tensors() const { return {p.data(), statistics_.data()}; }

  const Check check;
  std::vector<float> p = random_parameters<L>();
  std::vector<float> dp = std::vector<float>(p.size(), 1);  // backward adds to what is there
  std::vector<float> seen = std::vector<float>(unetpp::statistic_count<L>, 1);
  StridedBatch<L::in> x = {check.batch, check.gap, 1, 1};
  StridedBatch<L::out> dy = {check.batch, check.gap, 2, 1};

 private:
  std::vector<float> statistics_;
  Alone<L> memory_;
};

/// What is in values that began at 1.
inline std::vector<double> added(const std::vector<float>& values) {
  std::vector<double> sums = doubles(values);
  for (double& v : sums) v -= 1;
  return sums;
}

/// Checks that a layer adds its output to what is there, a fused ReLU being that of the sum; `linear` is the layer in
/// float64 without such a ReLU.
template <class L>
void accumulating_layer(const Naive& linear, const Check& check) {
  for (const int threads : {1, 3}) {
    LayerRun<L> run(check, threads);
    const StridedBatch<L::out> before(check.batch, check.gap, 4, 1);
    std::vector<double> want = linear(run.x.array(), doubles(run.p)).v;
    const std::vector<double> old = StridedBatch<L::out>(before).array().v;
    for (std::size_t i = 0; i < want.size(); ++i) {
      want[i] += old[i];
      if (L::rectified && want[i] < 0) want[i] = 0;
    }
    StridedBatch<L::out> y = run.forward(true);
    INFO("threads " << threads << ", batch " << check.batch << ", gap " << check.gap);
    CHECK(difference(y.array().v, want) < check.tolerance);
    CHECK(y.guards_hold());
  }
}

/// Checks forward and, for a pass of training, backward with its ways of writing dx, on dense and strided views and on 1,
/// 2 and 3 threads.
template <class L>
void layer(const Naive& naive, const Check& check) {
  using namespace unetpp;
  LayerRun<L> first(check, 1);
  const Wanted want(naive, first.x.array(), doubles(first.p), first.dy.array());
  std::vector<float> first_y, first_dx;
  for (const int threads : {1, 2, 3}) {
    INFO("threads " << threads << ", batch " << check.batch << ", gap " << check.gap);
    LayerRun<L> run(check, threads);
    StridedBatch<L::out> y = run.forward();
    CHECK(difference(y.array().v, want.y) < check.tolerance);
    CHECK(y.guards_hold());
    if (!check.pass.training) continue;

    StridedBatch<L::in> dx(check.batch, check.gap);
    run.backward(y, {.view = dx.view()});
    CHECK(difference(added(run.dp), want.dp) < 2 * check.tolerance);
    CHECK(difference(added(run.seen), check.seen) < 2 * check.tolerance);
    CHECK(difference(dx.array().v, want.dx) < check.tolerance);
    CHECK(dx.guards_hold());

    if (threads == 1) {
      first_y = y.values;
      first_dx = dx.values;
      first.dp = run.dp;
      first.seen = run.seen;
    }
    CHECK(y.values == first_y);
    CHECK(dx.values == first_dx);
    CHECK(run.dp == first.dp);
    CHECK(run.seen == first.seen);

    // dx added to old values, then zeroed where x is not positive
    StridedBatch<L::in> sum(check.batch, check.gap, 3, 1);
    const std::vector<double> old = sum.array().v, input = run.x.array().v;
    y = run.forward();  // what a layer keeps is for one backward pass
    run.backward(y, {.view = sum.view(), .accumulate = true, .rectified = true});
    std::vector<double> want_sum = want.dx;
    for (std::size_t i = 0; i < old.size(); ++i) want_sum[i] = input[i] > 0 ? old[i] + want.dx[i] : 0;
    CHECK(difference(sum.array().v, want_sum) < check.tolerance);
    CHECK(sum.guards_hold());

    y = run.forward();
    run.backward(y, {});  // no input gradient wanted
  }
  if constexpr (!L::rectified && !L::reads_output) accumulating_layer<L>(naive, check);
}

/// The same with the tolerance of floats, or another.
template <class L>
void layer(const Naive& naive, std::size_t batch, std::size_t gap = 0, double tolerance = float_error) {
  layer<L>(naive, Check{.batch = batch, .gap = gap, .tolerance = tolerance});
}

}  // namespace check
