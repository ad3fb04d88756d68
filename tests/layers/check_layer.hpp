#pragma once
// Runs a layer on random numbers and compares it with naive float64 loops and central differences.

#include <cmath>
#include <functional>
#include <span>
#include <vector>

#include "../catch.hpp"
#include "../reference/naive.hpp"
#include "unetpp/core/random.hpp"
#include "unetpp/kernels/convolution/convolution.hpp"
#include "unetpp/layers/layer.hpp"

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
inline double convolution_error(const unetpp::kernels::ConvGeometry& g, unetpp::ConvAlgorithm algorithm) {
  const bool on_unit = unetpp::kernels::on_amx(g, algorithm, std::max(g.in.channels, g.out.channels));
  return algorithm == unetpp::ConvAlgorithm::winograd4 || on_unit ? fast_error : float_error;
}

/// Checks forward, and backward with its ways of writing dx, on dense and strided views and on 1, 2 and 3 threads.
template <class L>
void layer(const Naive& naive, std::size_t batch, std::size_t gap = 0, double tolerance = float_error) {
  using namespace unetpp;
  const Random random(99, 1);
  std::vector<float> p(L::parameter_count);
  for (std::size_t i = 0; i < p.size(); ++i) p[i] = random.normal(i);
  const std::span<const float, L::parameter_count> parameters(p.data(), p.size());

  StridedBatch<L::in> x(batch, gap, 1, 1);
  StridedBatch<L::out> dy(batch, gap, 2, 1);
  const std::vector<double> flat = doubles(p);
  const reference::Array dy_array = dy.array();
  const auto loss_of_x = [&](const std::vector<double>& values) {
    reference::Array a = x.array();
    a.v = values;
    return reference::dot(naive(a, flat), dy_array);
  };
  const auto loss_of_p = [&](const std::vector<double>& values) {
    return reference::dot(naive(x.array(), values), dy_array);
  };
  const std::vector<double> want_y = naive(x.array(), flat).v;
  const std::vector<double> want_dx = reference::central_gradient(loss_of_x, x.array().v, 1e-6);
  const std::vector<double> want_dp = reference::central_gradient(loss_of_p, flat, 1e-4);

  std::vector<float> first_y, first_dx, first_dp;
  for (const int threads : {1, 2, 3}) {
    INFO("threads " << threads << ", batch " << batch << ", gap " << gap);
    std::vector<float, AlignedAllocator<float>> scratch(L::scratch(batch, threads));
    const Memory memory(nullptr, nullptr, batch, {scratch.data(), threads});

    StridedBatch<L::out> y(batch, gap);
    L::forward(parameters, x.view(), y.view(), memory);
    CHECK(difference(y.array().v, want_y) < tolerance);
    CHECK(y.guards_hold());

    // A layer with a fused ReLU gets its dy zeroed where y is not positive, as `rectified` says.
    StridedBatch<L::out> gradient = dy;
    if (L::rectified)
      for (std::size_t i = 0; i < y.view().pixels(); ++i)
        for (int c = 0; c < L::out.channels; ++c)
          if (!(y.view().pixel(i)[c] > 0)) gradient.view().pixel(i)[c] = 0;

    std::vector<float> dp(L::parameter_count, 1);  // backward adds to what is there
    StridedBatch<L::in> dx(batch, gap);
    const auto backward = [&](InputGradient<L::in> to) {
      L::backward(parameters, std::span<float, L::parameter_count>(dp.data(), dp.size()), x.view(), gradient.view(), to,
                  memory);
    };
    backward({.view = dx.view()});
    std::vector<double> dp_without = doubles(dp);
    for (double& v : dp_without) v -= 1;
    CHECK(difference(dp_without, want_dp) < 2 * tolerance);
    CHECK(difference(dx.array().v, want_dx) < tolerance);
    CHECK(dx.guards_hold());

    if (threads == 1) {
      first_y = y.values;
      first_dx = dx.values;
      first_dp = dp;
    }
    CHECK(y.values == first_y);
    CHECK(dx.values == first_dx);
    CHECK(dp == first_dp);

    StridedBatch<L::in> sum(batch, gap, 3, 1);  // dx added to old values, then zeroed where x is not positive
    const std::vector<double> old = sum.array().v, input = x.array().v;
    backward({.view = sum.view(), .accumulate = true, .rectified = true});
    std::vector<double> want_sum = want_dx;
    for (std::size_t i = 0; i < old.size(); ++i) want_sum[i] = input[i] > 0 ? old[i] + want_dx[i] : 0;
    CHECK(difference(sum.array().v, want_sum) < tolerance);
    CHECK(sum.guards_hold());

    backward({});  // no input gradient wanted
  }
}

}  // namespace check
