#include "unetpp/nn/unet.hpp"

#include <cmath>
#include <filesystem>
#include <numeric>
#include <set>

#include "../layers/check_layer.hpp"
#include "../reference/read_reference.hpp"
#include "unetpp/unet.hpp"

namespace unet_test {

using namespace unetpp;

namespace {

using Small = UNet<UNetConfig{.height = 16, .width = 16, .base_channels = 4, .depth = 2}>;

const reference::Reference& torch_reference() {
  static const reference::Reference file = reference::read_reference(std::filesystem::path(UNETPP_SOURCE_DIR) /
                                                                     "tests" / "reference" / "unet_reference.txt");
  return file;
}

}  // namespace

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
  STATIC_REQUIRE(parameter_count<UNet<>> == 7'760'931);
  STATIC_REQUIRE(UNet<>::multiply_adds == 3'031'433'216);
  STATIC_REQUIRE(UNet<>::out == Shape{128, 128, 3});
  STATIC_REQUIRE(UNet<>::resized<256, 320>::out == Shape{256, 320, 3});
  STATIC_REQUIRE(parameter_count<UNet<>::resized<256, 320>> == parameter_count<UNet<>>);
}

TEST_CASE("planned memory is known when compiled, grows with the batch, and is smaller for inference") {
  STATIC_REQUIRE(InferenceWorkspace<UNet<>>::bytes(8) < TrainingWorkspace<UNet<>>::bytes(8));
  STATIC_REQUIRE(TrainingWorkspace<UNet<>>::bytes(8) < TrainingWorkspace<UNet<>>::bytes(9));
}

TEST_CASE("parameters bound at another size give the same logits where the borders do not reach") {
  using Large = Small::resized<64, 64>;
  using Larger = Small::resized<96, 80>;
  const Parameters<Small> parameters(GlorotUniform{4});
  Batch<Large::in> large(1);
  Batch<Larger::in> larger(1);
  large.fill(0.5f);
  larger.fill(0.5f);
  InferenceWorkspace<Large> workspace(1);
  InferenceWorkspace<Larger> other(1);
  const BatchView<float, Large::out> y = workspace.forward(parameters, large);
  const BatchView<float, Larger::out> z = other.forward(parameters, larger);
  CHECK(y(0, 32, 32, 0) == Approx(y(0, 36, 36, 0)).epsilon(1e-5));  // a constant image far from its borders
  CHECK(y(0, 32, 32, 0) == Approx(z(0, 48, 40, 0)).epsilon(1e-5));
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

TEST_CASE("a backward pass of another number of images than the forward pass is refused") {
  const Parameters<Small> parameters;
  std::vector<float> gradients(parameter_count<Small>);
  const std::span<float, parameter_count<Small>> dp(gradients.data(), gradients.size());
  TrainingWorkspace<Small> workspace(3);
  const Batch<Small::in> two(2), three(3);
  Batch<Small::in> dx(3);
  CHECK_THROWS_AS(workspace.backward(parameters, dp, two.view()), ArgumentError);  // before any forward pass
  workspace.forward(parameters, two);
  CHECK_THROWS_AS(workspace.backward(parameters, dp, three.view()), ArgumentError);
  CHECK_THROWS_AS(workspace.backward(parameters, dp, two.view(), dx.view()), ArgumentError);
  CHECK_NOTHROW(workspace.backward(parameters, dp, two.view()));
}

TEST_CASE("a training pass needs memory for training, and a backward pass a training pass") {
  const Parameters<Small> parameters;
  const Batch<Small::in> images(1);
  InferenceWorkspace<Small> inference(1);
  CHECK_THROWS_AS(inference.forward(parameters, images, {.training = true}), ArgumentError);
  std::vector<float> gradients(parameter_count<Small>);
  TrainingWorkspace<Small> training(1);
  training.forward(parameters, images, {.training = false});
  CHECK_THROWS_AS(
      training.backward(parameters, std::span<float, parameter_count<Small>>(gradients.data(), gradients.size()),
                        images.view()),
      ArgumentError);
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
  CHECK(offset == parameter_count<Small>);
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
  CHECK(std::count(table.begin(), table.end(), '\n') == 27 + 7);
  CHECK(table.find("winograd4") != std::string::npos);
  CHECK(table.find(kernels::to_string(kernels::instruction_set())) != std::string::npos);
}

}  // namespace unet_test
