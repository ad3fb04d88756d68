#include "unetpp/layers/batch_norm2d.hpp"

#include <cmath>
#include <vector>

#include "check_layer.hpp"

namespace batch_norm2d_test {

using namespace unetpp;

namespace {

/// Moments of each channel in float64.
struct Moments {
  std::vector<double> mean, variance;

  explicit Moments(const reference::Array& x) : mean(channels(x)), variance(channels(x)) {
    const double pixels = static_cast<double>(x.v.size()) / static_cast<double>(channels(x));
    for (std::size_t i = 0; i < x.v.size(); ++i) mean[i % channels(x)] += x.v[i] / pixels;
    for (std::size_t i = 0; i < x.v.size(); ++i)
      variance[i % channels(x)] += std::pow(x.v[i] - mean[i % channels(x)], 2) / pixels;
  }
  static std::size_t channels(const reference::Array& x) { return static_cast<std::size_t>(x.c); }
};

reference::Array normalised(const reference::Array& x, const std::vector<double>& p, const Moments& by,
                            double epsilon) {
  reference::Array y = x;
  const std::size_t channels = Moments::channels(x);
  for (std::size_t i = 0; i < y.v.size(); ++i) {
    const std::size_t c = i % channels;
    y.v[i] = (x.v[i] - by.mean[c]) / std::sqrt(by.variance[c] + epsilon) * p[c] + p[channels + c];
  }
  return y;
}

/// What a step's batch shows, times `share`.
template <Shape S>
std::vector<double> seen(std::size_t images, double share, bool unbiased) {
  const double pixels = static_cast<double>(images * S.pixels());
  const Moments by(check::StridedBatch<S>(images, 0, 1, 1).array());
  std::vector<double> all = by.mean;
  for (const double v : by.variance) all.push_back(v * (unbiased ? pixels / (pixels - 1) : 1));
  for (double& v : all) v *= share;
  return all;
}

template <Shape S, BatchNorm2DConfig C = BatchNorm2DConfig{}>
void check_training(std::size_t images, std::size_t gap) {
  const check::Naive naive = [](const reference::Array& x, const std::vector<double>& p) {
    reference::Array y = normalised(x, p, Moments(x), C.epsilon_per_million * 1e-6);
    return C.activation == Activation::relu ? reference::relu(y) : y;
  };
  check::layer<BatchNorm2D<S, C>>(naive, {.batch = images,
                                          .gap = gap,
                                          .tolerance = 5e-6,
                                          .pass = {.training = true, .share = 0.25},
                                          .seen = seen<S>(images, 0.25, C.unbiased)});
}

}  // namespace

TEST_CASE("batch normalisation agrees with naive loops and central differences") {
  check_training<Shape{3, 2, 5}>(2, 1);
  check_training<Shape{2, 3, 16}>(3, 0);
  check_training<Shape{2, 2, 37}, BatchNorm2DConfig{.unbiased = true}>(2, 3);
  check_training<Shape{3, 3, 3}, BatchNorm2DConfig{.epsilon_per_million = 10}>(2, 0);
}

TEST_CASE("batch normalisation with a fused ReLU agrees with naive loops and central differences") {
  check_training<Shape{3, 2, 5}, BatchNorm2DConfig{.activation = Activation::relu}>(2, 1);
}

TEST_CASE("batch normalisation of more than a block of pixels agrees with naive loops") {
  using L = BatchNorm2D<Shape{40, 33, 40}>;  // 409 pixels a block
  check::LayerRun<L> run({.batch = 2, .gap = 1}, 2);
  const reference::Array x = run.x.array();
  const Moments by(x);
  check::StridedBatch<L::out> y = run.forward();
  CHECK(check::difference(y.array().v, normalised(x, check::doubles(run.p), by, 1e-3).v) < check::float_error);

  check::StridedBatch<L::in> dx(2, 1);
  run.backward(y, {.view = dx.view()});
  const reference::Array dy = run.dy.array();
  const double pixels = 2 * 40 * 33;
  std::vector<double> sum(40), product(40), want(x.v.size());
  const auto x_hat = [&](std::size_t i) { return (x.v[i] - by.mean[i % 40]) / std::sqrt(by.variance[i % 40] + 1e-3); };
  for (std::size_t i = 0; i < x.v.size(); ++i) {
    sum[i % 40] += dy.v[i];
    product[i % 40] += dy.v[i] * x_hat(i);
  }
  for (std::size_t i = 0; i < x.v.size(); ++i) {
    const std::size_t c = i % 40;
    want[i] =
        run.p[c] / std::sqrt(by.variance[c] + 1e-3) * (dy.v[i] - sum[c] / pixels - x_hat(i) * product[c] / pixels);
  }
  CHECK(check::difference(dx.array().v, want) < check::float_error);
  product.insert(product.end(), sum.begin(), sum.end());
  CHECK(check::difference(check::added(run.dp), product) < check::float_error);
}

TEST_CASE("batch normalisation in inference uses the running statistics") {
  using L = BatchNorm2D<Shape{3, 2, 2}>;
  const check::Naive naive = [](const reference::Array& x, const std::vector<double>& p) {
    Moments by(x);
    by.mean = {0.5, -2};
    by.variance = {4, 0.25};
    return normalised(x, p, by, 1e-3);
  };
  check::layer<L>(naive, {.batch = 2, .gap = 1, .pass = {.training = false}, .statistics = {0.5f, -2, 4, 0.25f}});
}

TEST_CASE("batch normalisation keeps its precision where the mean is a thousand deviations") {
  using L = BatchNorm2D<Shape{32, 32, 4}>;
  check::LayerRun<L> run({.batch = 2}, 2);
  for (float& v : run.x.values) v += 1000;
  const reference::Array x = run.x.array();
  CHECK(check::difference(run.forward().array().v, normalised(x, check::doubles(run.p), Moments(x), 1e-3).v) < 2e-4);
}

TEST_CASE("batch normalisation of a channel that is the same everywhere puts out its offset") {
  using L = BatchNorm2D<Shape{2, 2, 1}>;
  check::LayerRun<L> run({.batch = 1}, 1);
  std::fill(run.x.values.begin(), run.x.values.end(), 7.0f);
  check::StridedBatch<L::out> y = run.forward();
  for (const float v : y.values) CHECK(v == Approx(run.p[1]).margin(3e-5));
}

}  // namespace batch_norm2d_test
