#include <cmath>
#include <limits>

#include "../layers/check_layer.hpp"
#include "unetpp/train/softmax_cross_entropy.hpp"

using namespace unetpp;

namespace {

constexpr Shape shape{37, 33, 3};  // 1221 pixels an image: more than a block of the kernel
constexpr std::size_t images = 2;

/// Random logits and labels, some of the latter 255.
struct Data {
  check::StridedBatch<shape> logits{images, 1, 1, 3};
  check::StridedBatch<shape> gradient{images, 2};
  Batch<Shape{37, 33, 1}, std::uint8_t> labels{images};
  Buffer<float> scratch = Buffer<float>(kernels::cross_entropy_scratch(images * shape.pixels()));

  explicit Data(bool with_ignored) {
    const Random random(4);
    for (std::size_t i = 0; i < labels.size(); ++i)
      labels.span()[i] = static_cast<std::uint8_t>(with_ignored && i % 5 == 0 ? 255 : random.below(3, i));
  }
  LossSum run(const Loss& loss, int threads = 2) {
    const LossBatch batch = loss_batch(BatchView<const float, shape>(logits.view()), std::as_const(labels).view());
    const LossWeight weight = loss.weigh(batch, {scratch.data(), threads});
    return loss.evaluate(batch, {weight, weight}, {pixels_of(gradient.view())}, {scratch.data(), threads});
  }
  std::vector<int> numbers() const { return {labels.span().begin(), labels.span().end()}; }
};

void check_against_naive(SoftmaxCrossEntropyConfig config) {
  Data data(config.ignore_label >= 0);
  const std::vector<double> weights = check::doubles(config.class_weights);
  const std::optional<int> ignore = config.ignore_label >= 0 ? std::optional<int>(config.ignore_label) : std::nullopt;
  const LossSum loss = data.run(SoftmaxCrossEntropy(config));
  CHECK(loss.mean() ==
        Approx(reference::sparse_cross_entropy(data.logits.array(), data.numbers(), weights, ignore)).epsilon(1e-6));
  CHECK(data.gradient.guards_hold());
  const reference::Array logits = data.logits.array(), gradient = data.gradient.array();
  const auto of_logits = [&](const std::vector<double>& v) {
    reference::Array a = logits;
    a.v = v;
    return reference::sparse_cross_entropy(a, data.numbers(), weights, ignore);
  };
  const double scale = static_cast<double>(logits.v.size());  // a mean over many pixels: make its gradients of order 1
  for (std::size_t i = 0; i < logits.v.size(); i += 97)
    CHECK(gradient.v[i] * scale ==
          Approx(reference::central_difference(of_logits, logits.v, i, 1e-3) * scale).margin(2e-4));
}

}  // namespace

TEST_CASE("cross-entropy and its gradient agree with naive loops and central differences") { check_against_naive({}); }

TEST_CASE("cross-entropy with class weights and an ignored label agrees with naive loops") {
  check_against_naive({.class_weights = {0.5f, 2, 3}, .ignore_label = 255});
  check_against_naive({.ignore_label = 255});
}

TEST_CASE("cross-entropy of logits of a thousand is finite") {
  Data data(false);
  for (float& v : data.logits.values) v *= 1000;
  const LossSum loss = data.run(SoftmaxCrossEntropy{});
  CHECK(std::isfinite(loss.mean()));
  CHECK(loss.mean() > 100);
}

TEST_CASE("cross-entropy has the same bits on 1 and 3 threads") {
  Data one(false), three(false);
  CHECK(one.run(SoftmaxCrossEntropy{}, 1).loss == three.run(SoftmaxCrossEntropy{}, 3).loss);
  CHECK(one.gradient.values == three.gradient.values);
}

TEST_CASE("a label that is no class is an error that names it") {
  Data data(true);
  try {
    data.run(SoftmaxCrossEntropy{});
    FAIL("no error");
  } catch (const ArgumentError& e) {
    CHECK(std::string(e.what()).find("label 255 at pixel 0") != std::string::npos);
  }
}

TEST_CASE("class weights of another number than the classes are an error") {
  Data data(false);
  CHECK_THROWS_AS(data.run(SoftmaxCrossEntropy({.class_weights = {1, 2}})), ArgumentError);
}

TEST_CASE("where every label is ignored the gradient is zero") {
  Data data(false);
  data.labels.fill(9);
  const LossSum loss = data.run(SoftmaxCrossEntropy({.ignore_label = 9}));
  CHECK(loss.weight == 0);
  for (double v : data.gradient.array().v) CHECK(v == 0);
}

TEST_CASE("class weights that are negative or not finite are an error") {
  CHECK_THROWS_AS(SoftmaxCrossEntropy({.class_weights = {1, -1, 1}}), ArgumentError);
  CHECK_THROWS_AS(SoftmaxCrossEntropy({.class_weights = {1, NAN, 1}}), ArgumentError);
}

TEST_CASE("labels that are a slice of channels are an error") {
  Data data(false);
  Batch<Shape{37, 33, 2}, std::uint8_t> wide(images);
  CHECK_THROWS_AS(
      loss_batch(BatchView<const float, shape>(data.logits.view()), std::as_const(wide).view().channels<0, 1>()),
      ArgumentError);
}

TEST_CASE("a logit that is NaN makes the loss so, also where the label is ignored") {
  Data data(true);
  REQUIRE(data.labels.span()[5] == 255);
  const SoftmaxCrossEntropy loss({.ignore_label = 255});
  CHECK(std::isfinite(data.run(loss).loss));
  data.logits.view()(0, 0, 5, 1) = std::numeric_limits<float>::quiet_NaN();
  CHECK(std::isnan(data.run(loss).loss));
}
