// Combinators, plans and the U-Net.

#include <cmath>
#include <filesystem>
#include <numeric>
#include <set>

#include "../layers/check_layer.hpp"
#include "../reference/read_reference.hpp"
#include "unetpp/unet.hpp"

using namespace unetpp;

namespace {

/// Output, parameter gradients and input gradient of a network for fixed random numbers, in float64 by central
/// differences of `naive` and as the workspace computes them.
template <class Net>
void check_network(const check::Naive& naive, std::size_t batch) {
  const Random random(7, 3);
  std::vector<float> p(Net::parameter_count), dp(Net::parameter_count);
  for (std::size_t i = 0; i < p.size(); ++i) p[i] = 0.5f * random.normal(i);
  const std::span<const float, Net::parameter_count> parameters(p.data(), p.size());
  check::StridedBatch<Net::in> x(batch, 0, 1, 1);
  check::StridedBatch<Net::out> dy(batch, 0, 2, 1);
  Batch<Net::in> dx(batch);
  const reference::Array cotangent = dy.array();

  TrainingWorkspace<Net> workspace(batch + 1);  // more room than needed: offsets must not depend on the batch
  for (int pass = 0; pass < 2; ++pass) {        // the second on memory that the first has used
    std::fill(dp.begin(), dp.end(), 0.0f);
    const BatchView<float, Net::out> y = workspace.forward(parameters, x.view());
    const std::vector<double> got(y.data(), y.data() + batch * Net::out.size());
    CHECK(check::difference(got, naive(x.array(), check::doubles(p)).v) < 1e-5);
    std::copy(dy.values.begin(), dy.values.end(), workspace.output_gradient().data());
    workspace.backward(parameters, std::span<float, Net::parameter_count>(dp.data(), dp.size()), x.view(), dx.view());
  }
  const auto of_x = [&](const std::vector<double>& v) {
    reference::Array a = x.array();
    a.v = v;
    return reference::dot(naive(a, check::doubles(p)), cotangent);
  };
  const auto of_p = [&](const std::vector<double>& v) { return reference::dot(naive(x.array(), v), cotangent); };
  CHECK(check::difference(check::doubles(dx.span()), reference::central_gradient(of_x, x.array().v, 1e-6)) < 1e-5);
  CHECK(check::difference(check::doubles(dp), reference::central_gradient(of_p, check::doubles(p), 1e-6)) < 1e-5);

  InferenceWorkspace<Net> inference(batch);
  const BatchView<float, Net::out> again = inference.forward(parameters, x.view());
  const BatchView<float, Net::out> first = workspace.forward(parameters, x.view());
  CHECK(std::equal(again.data(), again.data() + batch * Net::out.size(), first.data()));
}

constexpr Conv2DConfig relu3(int filters) { return {.filters = filters, .activation = Activation::relu}; }
using Small = UNet<UNetConfig{.height = 16, .width = 16, .base_channels = 4, .depth = 2}>;

const reference::Reference& torch_reference() {
  static const reference::Reference file = reference::read_reference(std::filesystem::path(UNETPP_SOURCE_DIR) /
                                                                     "tests" / "reference" / "unet_reference.txt");
  return file;
}

}  // namespace

TEST_CASE("a U-Net of depth 1 agrees with naive loops and central differences") {
  using Net = UNet<UNetConfig{.height = 4, .width = 6, .channels = 2, .classes = 3, .base_channels = 2, .depth = 1}>;
  check_network<Net>(
      [](const reference::Array& x, const std::vector<double>& p) { return reference::naive_unet(p, x, 2, 1, 3); }, 2);
}

TEST_CASE("a U-Net of depth 0 is three convolutions") {
  using Net = UNet<UNetConfig{.height = 3, .width = 5, .channels = 1, .classes = 2, .base_channels = 2, .depth = 0}>;
  check_network<Net>(
      [](const reference::Array& x, const std::vector<double>& p) { return reference::naive_unet(p, x, 2, 0, 2); }, 1);
}

TEST_CASE("a SkipConcat that begins a network copies its input and passes its gradient on") {
  using Conv = Conv2D<Shape{3, 4, 2}, Conv2DConfig{.filters = 3}>;
  using Net = SkipConcat<Conv>;
  check_network<Net>(
      [](const reference::Array& x, const std::vector<double>& p) {
        const reference::Array inner =
            reference::conv2d(x, {p.begin(), p.begin() + Conv::weight_count}, {p.begin() + Conv::weight_count, p.end()},
                              reference::window_geometry(x, {3, 3}, {1, 1}, {1, 1}, reference::Padding::same));
        return reference::concatenate(inner, x);
      },
      2);
}

TEST_CASE("SkipConcats one after the other and nested ones share memory rightly") {
  using A = Conv2D<Shape{4, 4, 1}, relu3(2)>;
  using Inner1 = Conv2D<A::out, Conv2DConfig{.filters = 1, .kernel = 1}>;
  using Skip1 = SkipConcat<Inner1>;  // reads A's output in place
  using Inner2 = Sequential<Conv2D<Skip1::out, relu3(2)>,
                            SkipConcat<Conv2D<Shape{4, 4, 2}, Conv2DConfig{.filters = 1, .kernel = 1}>>>;
  using Skip2 = SkipConcat<Inner2>;  // reads Skip1's output in place
  using B = Conv2D<Skip2::out, Conv2DConfig{.filters = 2, .kernel = 1}>;
  using Net = Sequential<Sequential<A, Skip1>, Skip2, ReLU<Skip2::out>, B>;
  check_network<Net>(
      [](const reference::Array& x, const std::vector<double>& p) {
        auto at = p.begin();
        const auto conv = [&](const reference::Array& in, int kernel, int filters) {
          const std::size_t size = std::size_t{1} * kernel * kernel * in.c * filters;
          const std::vector<double> weight(at, at + size), bias(at + size, at + size + filters);
          at += size + filters;
          return reference::conv2d(
              in, weight, bias,
              reference::window_geometry(in, {kernel, kernel}, {1, 1}, {1, 1}, reference::Padding::same));
        };
        const reference::Array a = reference::relu(conv(x, 3, 2));
        const reference::Array skip1 = reference::concatenate(conv(a, 1, 1), a);
        const reference::Array c = reference::relu(conv(skip1, 3, 2));
        const reference::Array inner2 = reference::concatenate(conv(c, 1, 1), c);
        const reference::Array skip2 = reference::concatenate(inner2, skip1);
        return conv(reference::relu(skip2), 1, 2);
      },
      2);
}

TEST_CASE("a network that ends in a fused ReLU has its output gradient zeroed where the output is") {
  using A = Conv2D<Shape{3, 3, 1}, relu3(2)>;
  using Net = Sequential<A, Conv2D<A::out, relu3(2)>>;
  check_network<Net>(
      [](const reference::Array& x, const std::vector<double>& p) {
        const reference::Geometry g = reference::window_geometry(x, {3, 3}, {1, 1}, {1, 1}, reference::Padding::same);
        const reference::Array a =
            reference::relu(reference::conv2d(x, {p.begin(), p.begin() + 18}, {p.begin() + 18, p.begin() + 20}, g));
        return reference::relu(reference::conv2d(a, {p.begin() + 20, p.begin() + 56}, {p.begin() + 56, p.end()}, g));
      },
      2);
}

TEST_CASE("the small U-Net has PyTorch's logits, loss, gradients and parameters after 3 steps of Adam") {
  const reference::Reference& torch = torch_reference();
  Parameters<Small> parameters([&](const NamedTensor& t, std::uint64_t, std::span<float> values) {
    const auto from = torch["parameters"].begin() + static_cast<std::ptrdiff_t>(t.offset);
    std::copy(from, from + static_cast<std::ptrdiff_t>(values.size()), values.begin());
  });
  Batch<Small::in> images(2);
  Batch<Shape{16, 16, 1}, std::uint8_t> labels(2);
  std::copy(torch["images"].begin(), torch["images"].end(), images.data());
  std::copy(torch["labels"].begin(), torch["labels"].end(), labels.data());

  Trainer<Small> trainer(2);
  const LossSum loss =
      trainer.compute_gradients(parameters, std::as_const(images).view(), std::as_const(labels).view());
  const BatchView<float, Small::out> logits = trainer.workspace().output();
  const auto relative = [](const auto& got, const std::vector<double>& want) {
    const double largest = std::abs(
        *std::max_element(want.begin(), want.end(), [](double a, double b) { return std::abs(a) < std::abs(b); }));
    std::vector<double> scaled_got(got.begin(), got.end()), scaled_want(want);
    for (double& v : scaled_got) v /= largest;
    for (double& v : scaled_want) v /= largest;
    return check::difference(scaled_got, scaled_want);
  };
  CHECK(relative(std::span(logits.data(), 2 * Small::out.size()), torch["logits"]) < 1e-5);
  CHECK(loss.mean() == Approx(torch["losses"].at(0)).epsilon(1e-5));
  for (const NamedTensor& t : parameter_tensors<Small>()) {  // every gradient tensor against its own largest value
    INFO(t.name);
    const auto from = torch["gradients"].begin() + static_cast<std::ptrdiff_t>(t.offset);
    CHECK(relative(trainer.gradients().subspan(t.offset, t.size), {from, from + static_cast<std::ptrdiff_t>(t.size)}) <
          1e-5);
  }
  Adam adam;
  for (int i = 0; i < 3; ++i) {
    const LossSum before = trainer.step(parameters, adam, std::as_const(images).view(), std::as_const(labels).view());
    CHECK(before.mean() == Approx(torch["losses"].at(i)).epsilon(1e-5));
  }
  CHECK(relative(parameters.span(), torch["parameters_after"]) < 1e-5);
}

TEST_CASE("the default U-Net has the parameters, multiply-adds and shapes of its description") {
  STATIC_REQUIRE(UNet<>::parameter_count == 7'760'931);
  STATIC_REQUIRE(UNet<>::multiply_adds == 3'031'433'216);
  STATIC_REQUIRE(UNet<>::out == Shape{128, 128, 3});
  STATIC_REQUIRE(UNet<>::resized<256, 320>::out == Shape{256, 320, 3});
  STATIC_REQUIRE(UNet<>::resized<256, 320>::parameter_count == UNet<>::parameter_count);
}

TEST_CASE("planned memory is known when compiled, grows with the batch, and is smaller for inference") {
  STATIC_REQUIRE(InferenceWorkspace<UNet<>>::bytes(8) < TrainingWorkspace<UNet<>>::bytes(8));
  STATIC_REQUIRE(TrainingWorkspace<UNet<>>::bytes(8) < TrainingWorkspace<UNet<>>::bytes(9));
}

TEST_CASE("parameters bound at another size give the same logits where the borders do not reach") {
  using Large = Small::resized<64, 64>;
  const Parameters<Small> parameters(GlorotUniform{4});
  Batch<Large::in> large(1);
  for (std::size_t i = 0; i < large.size(); ++i) large.span()[i] = 0.5f;
  InferenceWorkspace<Large> workspace(1);
  const BatchView<float, Large::out> y = workspace.forward(parameters, large);
  CHECK(y(0, 32, 32, 0) == Approx(y(0, 36, 36, 0)).epsilon(1e-5));  // a constant image far from its borders
  CHECK(y(0, 32, 32, 0) != Approx(y(0, 0, 0, 0)).epsilon(1e-5));
}

TEST_CASE("a short batch gives the same bits as the same images in a full one") {
  const Parameters<Small> parameters(GlorotUniform{4});
  Batch<Small::in> images(3);
  for (std::size_t i = 0; i < images.size(); ++i) images.span()[i] = Random(2).uniform(i);
  InferenceWorkspace<Small> workspace(3);
  const BatchView<float, Small::out> full = workspace.forward(parameters, images);
  const std::vector<float> second(full.images(1, 1).data(), full.images(1, 1).data() + Small::out.size());
  const BatchView<float, Small::out> alone = workspace.forward(parameters, std::as_const(images).view().images(1, 1));
  CHECK(std::equal(second.begin(), second.end(), alone.data()));
}

TEST_CASE("a workspace refuses batches that it has no room for") {
  const Parameters<Small> parameters;
  InferenceWorkspace<Small> workspace(2);
  CHECK_THROWS_AS(workspace.forward(parameters, Batch<Small::in>(3)), ArgumentError);
  CHECK_THROWS_AS(workspace.forward(parameters, Batch<Small::in>(0)), ArgumentError);
  CHECK_THROWS_AS(InferenceWorkspace<Small>(0), ArgumentError);
}

TEST_CASE("parameter tensors have Keras's names, lie one after the other and fill the buffer") {
  const std::vector<NamedTensor> tensors = parameter_tensors<Small>();
  std::size_t offset = 0;
  std::set<std::string> names;
  for (const NamedTensor& t : tensors) {
    CHECK(t.offset == offset);
    CHECK(t.size == std::accumulate(t.extents.begin(), t.extents.end(), std::size_t{1}, std::multiplies<>()));
    offset += t.size;
    names.insert(t.name);
  }
  CHECK(offset == Small::parameter_count);
  CHECK(names.size() == tensors.size());
  CHECK(tensors.front().name == "conv2d.weight");
  CHECK(tensors.back().name == "conv2d_10.bias");
  CHECK(names.count("conv2d_transpose_1.weight") == 1);
}

TEST_CASE("Glorot's weights fill their interval, He's have their deviation, biases are zero") {
  const Parameters<Small> glorot(GlorotUniform{1}), he(HeNormal{1});
  for (const NamedTensor& t : parameter_tensors<Small>()) {
    if (t.size < 500 && t.fan_in > 0) continue;
    INFO(t.name);
    const std::span<const float> g = glorot.span().subspan(t.offset, t.size), h = he.span().subspan(t.offset, t.size);
    if (t.fan_in == 0) {
      CHECK(std::count(g.begin(), g.end(), 0.0f) == static_cast<std::ptrdiff_t>(t.size));
      CHECK(std::count(h.begin(), h.end(), 0.0f) == static_cast<std::ptrdiff_t>(t.size));
      continue;
    }
    const float limit = std::sqrt(6.0f / static_cast<float>(t.fan_in + t.fan_out));
    CHECK(*std::max_element(g.begin(), g.end()) <= limit);
    CHECK(*std::max_element(g.begin(), g.end()) > 0.95f * limit);
    CHECK(*std::min_element(g.begin(), g.end()) < -0.95f * limit);
    double square = 0;
    for (float v : h) square += double{v} * v;
    CHECK(std::sqrt(square / static_cast<double>(t.size)) == Approx(std::sqrt(2.0 / t.fan_in)).epsilon(0.1));
  }
  CHECK(glorot.span()[0] != Parameters<Small>(GlorotUniform{2}).span()[0]);
}

TEST_CASE("summary lists every layer with its shape, parameters and cost, and the sums") {
  const std::string table = summary<UNet<>>();
  CHECK(table.find("conv2d_18") != std::string::npos);
  CHECK(table.find("7,760,931") != std::string::npos);
  CHECK(table.find("3,031,433,216") != std::string::npos);
  CHECK(table.find("128x128x3 ") != std::string::npos);
  CHECK(std::count(table.begin(), table.end(), '\n') == 27 + 5);
}
