#include "unetpp/train/trainer.hpp"

#include <algorithm>
#include <vector>

#include "../catch.hpp"
#include "unetpp/unet.hpp"

namespace trainer_test {

using namespace unetpp;

namespace {

using Net = UNet<UNetConfig{.height = 8, .width = 8, .channels = 1, .classes = 2, .base_channels = 4, .depth = 1}>;

struct Data {
  Batch<Net::in> images{5};
  Batch<Shape{8, 8, 1}, std::uint8_t> labels{5};

  Data() {
    for (std::size_t i = 0; i < images.size(); ++i) {
      images.span()[i] = Random(8).uniform(i);
      labels.span()[i] = i % 7 == 0 ? 255 : images.span()[i] > 0.5f;
    }
  }
  BatchView<const float, Net::in> batch(std::size_t first, std::size_t count) const {
    return images.view().images(first, count);
  }
  LabelView<Net::out> labels_of(std::size_t first, std::size_t count) const {
    return labels.view().images(first, count);
  }
};

std::vector<float> values(std::span<const float> span) { return {span.begin(), span.end()}; }

/// Keeps the rate of its last step.
struct Watched {
  double rate = 0;
  double learning_rate() const { return 7; }
  void step(std::span<float>, std::span<const float>, int) { rate = learning_rate(); }
  void step(std::span<float>, std::span<const float>, int, double given) { rate = given; }
};

/// Takes no rate.
struct Plain {
  void step(std::span<float>, std::span<const float>, int) {}
};

std::vector<Pass> passes;  // that Placed saw

/// Notes each pass.
struct Placed : LayerDefaults {
  static constexpr const char* kind = "placed";
  static constexpr Shape in = Net::in, out = Net::out;
  static constexpr Footprint footprint{};

  static void forward(Tensors<Placed>, BatchView<const float, in>, OutputTarget<out> y, const Context& context) {
    passes.push_back(context.pass());
    for (std::size_t i = 0; i < y.view.pixels(); ++i) std::fill_n(y.view.pixel(i), out.channels, 0.0f);
  }
  static void backward(Tensors<Placed>, BatchView<const float, in>, BatchView<const float, out>,
                       BatchView<const float, out>, Gradients<Placed>, const Context&) {}
};

}  // namespace

TEST_CASE("gradients of two batches that make a step are those of one batch of both") {
  const Data data;
  const Parameters<Net> parameters(HeNormal{1});
  Trainer<Net> trainer(5, SoftmaxCrossEntropy({.class_weights = {1, 3}, .ignore_label = 255}), 2);
  const LossSum one = trainer.compute_gradients(parameters, data.batch(0, 5), data.labels_of(0, 5));
  const std::vector<float> want = values(trainer.gradients());

  const LossWeight first = trainer.weigh(data.labels_of(0, 2)), second = trainer.weigh(data.labels_of(2, 3));
  LossWeight whole = first;
  whole += second;
  trainer.begin();
  LossSum sum = trainer.accumulate(parameters, data.batch(0, 2), data.labels_of(0, 2), whole, {.share = 0.4});
  sum +=
      trainer.accumulate(parameters, data.batch(2, 3), data.labels_of(2, 3), whole, {.first_image = 2, .share = 0.6});
  CHECK(sum.mean() == Approx(one.mean()));
  float largest = 0;
  for (const float v : want) largest = std::max(largest, std::abs(v));
  for (std::size_t i = 0; i < want.size(); ++i) CHECK(trainer.gradients()[i] == Approx(want[i]).margin(2e-6 * largest));
}

TEST_CASE("a batch taken in parts of any size has the gradients and the loss of the whole") {
  Data data;
  for (std::size_t i = 0; i < 64; ++i) data.labels.span()[2 * 64 + i] = i == 5 ? 1 : 255;  // an image with one pixel
  const Parameters<Net> parameters(HeNormal{1});
  const Loss loss = SoftmaxCrossEntropy({.class_weights = {1, 3}, .ignore_label = 255});
  Trainer<Net> whole(5, loss, 2);
  const LossSum one = whole.compute_gradients(parameters, data.batch(0, 5), data.labels_of(0, 5));
  float largest = 0;
  for (const float v : whole.gradients()) largest = std::max(largest, std::abs(v));
  for (const std::size_t at_once : {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{4}}) {
    CAPTURE(at_once);
    Trainer<Net> parts(at_once, loss, 2);
    const LossSum sum = parts.compute_gradients(parameters, data.batch(0, 5), data.labels_of(0, 5));
    CHECK(sum.mean() == Approx(one.mean()));
    CHECK(sum.weight == one.weight);
    for (std::size_t i = 0; i < parameters.count; ++i)
      CHECK(parts.gradients()[i] == Approx(whole.gradients()[i]).margin(2e-6 * largest));
  }
}

TEST_CASE("a step in parts tells each part's place and share, reduces, clips and updates once") {
  const Data data;
  Parameters<Placed> parameters;
  Trainer<Placed> trainer(2, SoftmaxCrossEntropy({.ignore_label = 255}), 1);
  SGD sgd;
  std::vector<int> calls(3);
  passes.clear();
  trainer.step(parameters, sgd, data.batch(0, 5), data.labels_of(0, 5),
               {.pass = Pass{.training = true, .step = 7, .first_image = 10, .share = 0.5},
                .reduce_weight = [&](LossWeight&) { ++calls[0]; },
                .reduce = [&](std::span<float>) { ++calls[1]; },
                .clip = [&](std::span<float>) { ++calls[2]; }});
  CHECK(calls == std::vector<int>{1, 1, 1});
  CHECK(sgd.state().steps == 1);
  REQUIRE(passes.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(passes[i].step == 7);
    CHECK(passes[i].first_image == 10 + 2 * i);
    CHECK(passes[i].share == Approx(i < 2 ? 0.2 : 0.1));
  }
}

TEST_CASE("a step refuses no images, and labels of another number of images") {
  const Data data;
  Parameters<Net> parameters;
  Trainer<Net> trainer(2);
  SGD sgd;
  CHECK_THROWS_AS(trainer.step(parameters, sgd, data.batch(0, 0), data.labels_of(0, 0)), ArgumentError);
  CHECK_THROWS_WITH(trainer.step(parameters, sgd, data.batch(0, 5), data.labels_of(0, 4)),
                    "unetpp: a training step: expected labels for each of at least 1 image, found those of 4 for 5");
}

TEST_CASE("a step reduces, then clips, then updates at its rate") {
  const Data data;
  Parameters<Net> parameters(HeNormal{1}), expected = parameters;
  Trainer<Net> trainer(5);
  Data clean;
  std::replace(clean.labels.span().begin(), clean.labels.span().end(), std::uint8_t{255}, std::uint8_t{0});
  SGD sgd({.learning_rate = 100});
  std::vector<int> order;
  const auto doubled = [&](std::span<float> g) {
    order.push_back(1);
    for (float& v : g) v *= 2;
  };
  const auto signs = [&](std::span<float> g) {
    order.push_back(2);
    for (float& v : g) v = v > 0 ? 1.0f : -1.0f;
  };
  trainer.step(parameters, sgd, clean.batch(0, 5), clean.labels_of(0, 5),
               {.reduce = doubled, .clip = signs, .rate = 0.5});
  CHECK(order == std::vector<int>{1, 2});
  for (std::size_t i = 0; i < parameters.count; ++i)
    CHECK(std::abs(parameters.span()[i] - expected.span()[i]) == Approx(0.5f));
}

TEST_CASE("a rate goes to optimizers that take one, and is refused for others") {
  const Data data;
  Parameters<Net> parameters;
  Trainer<Net> trainer(5);
  Watched watched;
  trainer.update(parameters, watched);
  CHECK(watched.rate == 7);
  trainer.update(parameters, watched, 3.0);
  CHECK(watched.rate == 3);
  Plain plain;
  CHECK_NOTHROW(trainer.update(parameters, plain));
  CHECK_THROWS_AS(trainer.update(parameters, plain, 3.0), ArgumentError);
}

}  // namespace trainer_test
