// Statistics, kept memory and outputs that backward reads, of leaves in nested combinators, against values worked out here.

#include <algorithm>
#include <cmath>
#include <vector>

#include "../layers/check_layer.hpp"
#include "unetpp/unet.hpp"

namespace statistics_test {

using namespace unetpp;

namespace {

/// y = x − the running mean; what training sees is kept by forward and told by backward.
template <Shape In>
struct Centre : LayerDefaults {
  static constexpr const char* kind = "centre";
  static constexpr Shape in = In, out = In;
  static constexpr Footprint footprint{};
  enum { mean };
  static constexpr std::array tensors{statistic_tensor("mean", In.channels, 0, 0.25f)};
  static constexpr Kept kept{.for_all = In.channels, .an_image = In.size()};

  static void forward(Tensors<Centre> p, BatchView<const float, in> x, OutputTarget<out> y, const Context& context) {
    for (std::size_t i = 0; i < x.pixels(); ++i)
      for (int c = 0; c < In.channels; ++c) {
        const auto k = static_cast<std::size_t>(c);
        if (context.training()) {
          float& sum = context.kept_for_all()[k];
          sum = (i == 0 ? 0 : sum) + x.pixel(i)[c];
          context.kept_of_images()[i * In.channels + k] = x.pixel(i)[c];
        }
        y.view.pixel(i)[c] = (y.accumulate ? y.view.pixel(i)[c] : 0) + x.pixel(i)[c] - p[mean][k];
      }
  }
  static void backward(Tensors<Centre>, BatchView<const float, in> x, BatchView<const float, out>,
                       BatchView<const float, out> dy, Gradients<Centre> to, const Context& context) {
    for (std::size_t k = 0; k < In.channels; ++k) {
      to.dp[mean][k] += context.kept_for_all()[k] / static_cast<float>(x.pixels());
      for (std::size_t i = 0; i < x.pixels(); ++i)
        CHECK(context.kept_of_images()[i * In.channels + k] == x.pixel(i)[k]);
    }
    if (to.dx.wanted())
      kernels::transfer(x.pixels(), In.channels, {pixels_of(dy), pixels_of(to.dx.view), to.dx.epilogue(x)},
                        context.threads());
  }
};

/// y = 1 / (1 + e⁻ˣ), whose backward pass reads y alone.
template <Shape In>
struct Logistic : LayerDefaults {
  static constexpr const char* kind = "logistic";
  static constexpr Shape in = In, out = In;
  static constexpr Footprint footprint{};
  static constexpr bool reads_output = true;

  static void forward(Tensors<Logistic>, BatchView<const float, in> x, OutputTarget<out> y, const Context&) {
    for (std::size_t i = 0; i < x.pixels(); ++i)
      for (int c = 0; c < In.channels; ++c) y.view.pixel(i)[c] = 1 / (1 + std::exp(-x.pixel(i)[c]));
  }
  static void backward(Tensors<Logistic>, BatchView<const float, in> x, BatchView<const float, out> y,
                       BatchView<const float, out> dy, Gradients<Logistic> to, const Context&) {
    if (!to.dx.wanted()) return;
    if (!to.dx.accumulate)  // first: if y's memory were dx's, y would be gone
      for (std::size_t i = 0; i < x.pixels(); ++i) std::fill_n(to.dx.view.pixel(i), In.channels, 0.0f);
    to.dx.accumulate = true;
    for (std::size_t i = 0; i < y.pixels(); ++i)
      for (int c = 0; c < In.channels; ++c) {
        const float v = y.pixel(i)[c], dx = dy.pixel(i)[c] * v * (1 - v);
        to.dx.epilogue(x).store(&dx, 1, c, i, to.dx.view.pixel(i) + c);
      }
  }
};

template <Shape In, int Filters>
using Pointwise = Conv2D<In, Conv2DConfig{.filters = Filters, .kernel = 1, .bias = false}>;

constexpr Shape one{4, 4, 1}, two{4, 4, 2}, four{4, 4, 4};
using Inner = Sequential<Centre<two>, Pointwise<two, 2>>;
using Net = Sequential<Sequential<Pointwise<one, 2>, Centre<two>>, Pointwise<two, 2>, SkipConcat<Inner>, Centre<four>>;

/// Channels 1 and 2 of x, then three times them, then twice them beside themselves.
const std::vector<float> weights{1, 2, 3, 0, 0, 3, 2, 0, 0, 2};

}  // namespace

TEST_CASE("each layer's statistics are of what it saw, in whatever it is nested, and are what it reads later") {
  Parameters<Net> parameters;
  REQUIRE(parameters.span().size() == weights.size());
  std::copy(weights.begin(), weights.end(), parameters.span().begin());
  Batch<Net::in> images(3);
  images.fill(1);
  const Batch<Shape{4, 4, 1}, std::uint8_t> labels(3);
  SGD still({.learning_rate = 0});
  Trainer<Net> trainer(3);
  trainer.step(parameters, still, std::as_const(images).view(), labels.view());
  const std::vector<float> seen{1, 2, 3, 6, 6, 12, 3, 6};
  REQUIRE(parameters.statistics().size() == seen.size());
  for (std::size_t i = 0; i < seen.size(); ++i) {
    CHECK(trainer.seen()[i] == Approx(seen[i]));
    CHECK(parameters.statistics()[i] == Approx(0.75f * seen[i]));  // a quarter is kept of 0
  }

  std::copy(seen.begin(), seen.end(), parameters.statistics().begin());
  InferenceWorkspace<Net> workspace(1);
  const auto y = workspace.forward(parameters, images.view().images(0, 1));
  const std::vector<float> want{-6 - 6, -12 - 12, 0 - 3, 0 - 6};  // the first Centre leaves nothing
  for (int c = 0; c < 4; ++c) CHECK(y(0, 1, 2, c) == want[static_cast<std::size_t>(c)]);
}

TEST_CASE("statistics have names and places behind each other, in files as in memory") {
  const std::vector<NamedTensor> tensors = statistic_tensors<Net>();
  REQUIRE(tensors.size() == 3);
  CHECK(tensors[1].name == "centre_1.mean");
  CHECK(tensors[1].offset == 2);
  CHECK(tensors[2].size == 4);
}

TEST_CASE("an output that backward reads is there, wherever the layer is") {
  constexpr Shape in{3, 4, 2};
  using First = Conv2D<in, Conv2DConfig{.filters = 2, .activation = Activation::relu}>;
  using Middle = Sequential<Logistic<in>, Conv2D<in, Conv2DConfig{.filters = 1}>>;
  using Whole = Sequential<First, Logistic<in>, Conv2D<in, Conv2DConfig{.filters = 2}>, SkipConcat<Middle>,
                           Conv2D<Shape{3, 4, 3}, Conv2DConfig{.filters = 2}>, Logistic<in>>;
  const auto naive = [](const reference::Array& x, const std::vector<double>& p) {
    auto at = p.begin();
    const auto conv = [&](const reference::Array& a, int filters) {
      const std::size_t size = std::size_t{9} * a.c * filters;
      const std::vector<double> weight(at, at + size), bias(at + size, at + size + filters);
      at += size + filters;
      return reference::conv2d(a, weight, bias,
                               reference::window_geometry(a, {3, 3}, {1, 1}, {1, 1}, reference::Padding::same));
    };
    const auto logistic = [](reference::Array a) {
      for (double& v : a.v) v = 1 / (1 + std::exp(-v));
      return a;
    };
    const reference::Array a = conv(logistic(reference::relu(conv(x, 2))), 2);
    const reference::Array inner = conv(logistic(a), 1);
    return logistic(conv(reference::concatenate(inner, a), 2));
  };
  std::vector<float> p(parameter_count<Whole>), dp(p.size());
  for (std::size_t i = 0; i < p.size(); ++i) p[i] = 0.5f * Random(7).normal(i);
  const std::span<const float, parameter_count<Whole>> parameters(p.data(), p.size());
  check::StridedBatch<in> x(2, 0, 1, 1), dy(2, 0, 2, 1);
  Batch<in> dx(2);
  TrainingWorkspace<Whole> workspace(2);
  const auto y = workspace.forward(parameters, x.view());
  const std::vector<double> got(y.data(), y.data() + 2 * in.size());
  CHECK(check::difference(got, naive(x.array(), check::doubles(p)).v) < 1e-5);
  std::copy(dy.values.begin(), dy.values.end(), workspace.output_gradient().data());
  workspace.backward(parameters, std::span<float, parameter_count<Whole>>(dp.data(), dp.size()), x.view(), dx.view());
  const check::Wanted want(naive, x.array(), check::doubles(p), dy.array());
  CHECK(check::difference(check::doubles(dx.span()), want.dx) < 1e-5);
  CHECK(check::difference(check::doubles(dp), want.dp) < 1e-5);
}

}  // namespace statistics_test
