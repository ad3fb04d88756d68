#include "unetpp/nn/predictor.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "../catch.hpp"
#include "unetpp/unet.hpp"

namespace predictor_test {

using namespace unetpp;

namespace {

using Net = UNet<UNetConfig{.height = 16, .width = 24, .base_channels = 4, .depth = 1}>;

Batch<Net::in> random_images(std::size_t count) {
  Batch<Net::in> images(count);
  for (std::size_t i = 0; i < images.size(); ++i) images.span()[i] = Random(5).uniform(i);
  return images;
}

std::vector<float> values(BatchView<const float, Net::out> view) {
  return {view.data(), view.data() + view.pixels() * Net::out.channels};
}

}  // namespace

TEST_CASE("a Predictor's logits are a workspace's, its probabilities their softmax, its classes their largest") {
  const Parameters<Net> parameters(HeNormal{3});
  const Batch<Net::in> images = random_images(2);
  InferenceWorkspace<Net> workspace(2);
  const std::vector<float> logits = values(workspace.forward(parameters, images));

  Predictor<Net> predictor(parameters, {.batch = 2});
  CHECK(values(predictor.logits(images)) == logits);
  const std::vector<float> probabilities = values(predictor.probabilities(images));
  const LabelView<Net::out> classes = predictor.classes(images);
  REQUIRE(classes.count() == 2);
  for (std::size_t i = 0; i < classes.pixels(); ++i) {
    double sum = 0;
    for (int c = 0; c < 3; ++c) sum += std::exp(logits[3 * i + c]);
    for (int c = 0; c < 3; ++c)
      CHECK(probabilities[3 * i + c] == Approx(std::exp(logits[3 * i + c]) / sum).margin(1e-6));
    const auto first = logits.begin() + static_cast<std::ptrdiff_t>(3 * i);
    CHECK(*classes.pixel(i) == std::max_element(first, first + 3) - first);
  }
}

TEST_CASE("a Predictor takes a single image, and refuses more than its batch") {
  const Parameters<Net> parameters;
  Predictor<Net> predictor(parameters);
  CHECK(predictor.classes(Tensor<Net::in>()).count() == 1);
  CHECK_THROWS_AS(predictor.classes(Batch<Net::in>(2)), ArgumentError);
  CHECK_THROWS_AS(Predictor<Net>(parameters, {.batch = 0}), ArgumentError);
}

TEST_CASE("a Predictor reads parameters that stay, keeps those it is given, and takes no others") {
  STATIC_REQUIRE(std::is_constructible_v<Predictor<Net>, const Parameters<Net>&>);
  STATIC_REQUIRE(std::is_constructible_v<Predictor<Net>, Parameters<Net>>);
  STATIC_REQUIRE(!std::is_constructible_v<Predictor<Net>, const Parameters<Net>>);
  STATIC_REQUIRE(std::is_constructible_v<TiledPredictor<Net>, const Parameters<Net>&>);
  STATIC_REQUIRE(std::is_constructible_v<TiledPredictor<Net>, Parameters<Net>>);
  STATIC_REQUIRE(!std::is_constructible_v<TiledPredictor<Net>, const Parameters<Net>>);
}

namespace {

/// Whether a Predictor that has the parameters for itself has the bits of one that reads them, in its first call and later.
template <Layer N>
bool owning_changes_nothing() {
  const Parameters<N> parameters(HeNormal{3});
  Batch<N::in> images(3);
  for (std::size_t i = 0; i < images.size(); ++i) images.span()[i] = Random(5).uniform(i);
  const auto same = [](auto a, auto b) {
    return std::equal(a.data(), a.data() + a.pixels() * N::out.channels, b.data());
  };
  Predictor<N> reading(parameters, {.batch = 3});
  Predictor<N> owning(Parameters<N>(parameters), {.batch = 3});
  Predictor<N> copy = owning;
  bool all_same = true;
  for (const std::size_t count : {3, 1, 2, 3}) {
    const auto some = std::as_const(images).view().images(0, count);
    const auto expected = reading.logits(some);
    all_same = all_same && same(owning.logits(some), expected) && same(copy.logits(some), expected);
  }
  return all_same;
}

}  // namespace

TEST_CASE("a Predictor that keeps its parameters, and their weights packed, has the same bits") {
  CHECK(owning_changes_nothing<UNet<UNetConfig{.height = 16, .width = 16, .base_channels = 32, .depth = 2}>>());
  CHECK(owning_changes_nothing<UNet<UNetConfig{
            .height = 16, .width = 16, .base_channels = 32, .depth = 2, .precision = Precision::bfloat16}>>());
}

TEST_CASE("a workspace whose parameters are fixed refuses others") {
  const Parameters<Net> parameters(HeNormal{3}), others(HeNormal{4});
  const Batch<Net::in> images = random_images(1);
  InferenceWorkspace<Net> workspace(1);
  const std::vector<float> logits = values(workspace.forward(parameters, images));
  workspace.fix(parameters);
  CHECK(values(workspace.forward(parameters, images)) == logits);
  CHECK_THROWS_WITH(workspace.forward(others, images),
                    "unetpp: a forward pass: expected the parameters that were fixed, found others");
  workspace.fix(others);
  CHECK(values(workspace.forward(others, images)) == values(InferenceWorkspace<Net>(1).forward(others, images)));
}

TEST_CASE("threads that predict at once with the same parameters get the same bits as one alone") {
  const Parameters<Net> parameters(HeNormal{3});
  const Batch<Net::in> images = random_images(8);
  Predictor<Net> alone(parameters, {.batch = 8});
  const std::vector<float> expected = values(alone.logits(images));

  constexpr std::size_t threads = 4;
  std::vector<std::vector<float>> found(threads);
  {
    std::vector<std::jthread> workers;
    for (std::size_t t = 0; t < threads; ++t)
      workers.emplace_back([&, t] {
        Predictor<Net> predictor(parameters, {.threads = 1});
        for (int repeat = 0; repeat < 10; ++repeat)
          for (std::size_t i = 0; i < images.count(); ++i) {
            const std::vector<float> one = values(predictor.logits(images.view().images(i, 1)));
            if (repeat == 9) found[t].insert(found[t].end(), one.begin(), one.end());
          }
      });
  }
  for (const std::vector<float>& each : found) CHECK(each == expected);
}

TEST_CASE("a pixel that is NaN, in an image or in what the network makes of it, gets no class but an error") {
  Batch<Net::in> images = random_images(2);
  images(1, 7, 11, 2) = std::numeric_limits<float>::quiet_NaN();
  Parameters<Net> parameters(HeNormal{3});
  Predictor<Net> predictor(parameters, {.batch = 2});
  CHECK_THROWS_AS(predictor.classes(images), NonFiniteError);
  CHECK(std::isnan(predictor.probabilities(images)(1, 7, 11, 0)));
  CHECK(predictor.classes(images.view().images(0, 1)).count() == 1);

  parameters.span().back() = std::numeric_limits<float>::quiet_NaN();  // the bias of the last class
  CHECK_THROWS_AS(predictor.classes(images.view().images(0, 1)), NonFiniteError);
}

TEST_CASE("a Predictor says which setting makes room for more images, and which threads it can have") {
  const Parameters<Net> parameters;
  Predictor<Net> predictor(parameters);
  CHECK_THROWS_WITH(predictor.classes(Batch<Net::in>(4)),
                    "unetpp: expected a batch of 1 to 1 images, found 4; PredictorConfig::batch, or a workspace's "
                    "capacity, is how many fit");
  for (const int bad : {0, -1, 1000}) CHECK_THROWS_AS(Predictor<Net>(parameters, {.threads = bad}), ArgumentError);
}

namespace {

/// The images, or what a network says of them, mirrored left for right.
template <Shape S>
Batch<S> mirrored(BatchView<const float, S> images) {
  Batch<S> to(images.count());
  for (std::size_t i = 0; i < images.count(); ++i)
    for (int y = 0; y < S.height; ++y)
      for (int x = 0; x < S.width; ++x)
        for (int c = 0; c < S.channels; ++c) to(i, y, x, c) = images(i, y, S.width - 1 - x, c);
  return to;
}

}  // namespace

TEST_CASE("with flip, probabilities are the mean of an image's and of its mirror image's, mirrored back") {
  const Parameters<Net> parameters(HeNormal{3});
  const Batch<Net::in> images = random_images(3);
  Predictor<Net> plain(parameters, {.batch = 3}), flipping(parameters, {.batch = 3, .flip = true});
  const std::vector<float> seen = values(plain.probabilities(images));
  const Batch<Net::out> back = mirrored<Net::out>(plain.probabilities(mirrored<Net::in>(images.view())));
  const std::vector<float> mean = values(flipping.probabilities(images));
  REQUIRE(mean.size() == seen.size());
  std::size_t same = 0;
  for (std::size_t i = 0; i < mean.size(); ++i) {
    CHECK(mean[i] == Approx((seen[i] + back.span()[i]) / 2).margin(1e-6));
    same += mean[i] == seen[i];
  }
  CHECK(same < mean.size() / 2);

  const LabelView<Net::out> classes = flipping.classes(images);
  std::vector<std::uint8_t> expected(classes.pixels());
  predict_classes(flipping.probabilities(images), expected);
  CHECK(std::equal(expected.begin(), expected.end(), classes.data()));
  CHECK(values(flipping.logits(images)) == values(plain.logits(images)));
}

TEST_CASE("with flip, the result of a mirrored image is the mirrored result, in the same bits") {
  const Parameters<Net> parameters(HeNormal{3});
  const Batch<Net::in> images = random_images(2);
  Predictor<Net> flipping(parameters, {.batch = 2, .threads = 2, .flip = true});
  const Batch<Net::out> expected = mirrored<Net::out>(flipping.probabilities(images));
  CHECK(values(flipping.probabilities(mirrored<Net::in>(images.view()))) == values(expected.view()));
}

TEST_CASE("with flip, a network that sees each pixel alone gives the same result") {
  using Pointwise = Conv2D<Net::in, Conv2DConfig{.filters = 3, .kernel = 1}>;
  const Parameters<Pointwise> parameters(HeNormal{3});
  const Batch<Net::in> images = random_images(2);
  Predictor<Pointwise> plain(parameters, {.batch = 2}), flipping(parameters, {.batch = 2, .flip = true});
  const std::vector<float> expected = values(plain.probabilities(images));
  CHECK(values(flipping.probabilities(images)) == expected);
}

TEST_CASE("with flip, images that are a slice of others' channels are taken, and no more than the batch") {
  const Parameters<Net> parameters(HeNormal{3});
  Batch<Shape{16, 24, 5}> wide(1);
  for (std::size_t i = 0; i < wide.size(); ++i) wide.span()[i] = Random(6).uniform(i);
  const auto slice = std::as_const(wide).view().channels<1, 3>();
  Batch<Net::in> dense(1);
  for (int y = 0; y < 16; ++y)
    for (int x = 0; x < 24; ++x)
      for (int c = 0; c < 3; ++c) dense(0, y, x, c) = slice(0, y, x, c);
  Predictor<Net> flipping(parameters, {.flip = true});
  const std::vector<float> expected = values(flipping.probabilities(dense));
  CHECK(values(flipping.probabilities(slice)) == expected);
  const Batch<Net::in> two = random_images(2);
  CHECK(flipping.batch() == 1);
  CHECK_THROWS_AS(flipping.probabilities(two), ArgumentError);
  CHECK_THROWS_AS(flipping.classes(two), ArgumentError);
  CHECK_THROWS_AS(flipping.logits(two), ArgumentError);
  CHECK_THROWS_AS(flipping.probabilities(two.view().images(0, 0)), ArgumentError);
}

}  // namespace predictor_test
