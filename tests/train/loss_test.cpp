#include <cmath>

#include "check_loss.hpp"
#include "unetpp/train/softmax_cross_entropy.hpp"

namespace loss_test {

using namespace unetpp;

namespace {

using Data = check::LossData;

void check_against_naive(SoftmaxCrossEntropyConfig config) {
  const std::vector<double> weights = check::doubles(config.class_weights);
  const std::optional<int> ignore = config.ignore_label >= 0 ? std::optional<int>(config.ignore_label) : std::nullopt;
  check::loss(SoftmaxCrossEntropy(config), [&](const reference::Array& logits, const std::vector<int>& labels) {
    return reference::sparse_cross_entropy(logits, labels, weights, ignore);
  });
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

TEST_CASE("class weights of another number than the classes are an error") {
  Data data(false);
  CHECK_THROWS_AS(data.run(SoftmaxCrossEntropy({.class_weights = {1, 2}})), ArgumentError);
}

TEST_CASE("class weights that are negative or not finite are an error") {
  CHECK_THROWS_AS(SoftmaxCrossEntropy({.class_weights = {1, -1, 1}}), ArgumentError);
  CHECK_THROWS_AS(SoftmaxCrossEntropy({.class_weights = {1, NAN, 1}}), ArgumentError);
}

TEST_CASE("labels that are a slice of channels are an error") {
  Data data(false);
  Batch<Shape{37, 33, 2}, std::uint8_t> wide(Data::images);
  CHECK_THROWS_AS(
      loss_batch(BatchView<const float, Data::shape>(data.logits.view()), std::as_const(wide).view().channels<0, 1>()),
      ArgumentError);
}

TEST_CASE("smoothed cross-entropy with class weights and an ignored label agrees with naive loops") {
  const auto naive = [](std::vector<double> weights, int ignore, double smoothing) {
    return [=](const reference::Array& logits, const std::vector<int>& labels) {
      return reference::smoothed_cross_entropy(logits, labels, weights, ignore, smoothing);
    };
  };
  check::loss(SoftmaxCrossEntropy({.label_smoothing = 0.1f}), naive({1, 1, 1}, -1, 0.1));
  check::loss(SoftmaxCrossEntropy({.class_weights = {0.5f, 0, 3}, .ignore_label = 255, .label_smoothing = 1}),
              naive({0.5, 0, 3}, 255, 1));
}

TEST_CASE("smoothed cross-entropy of labels that weigh nothing is 0") {
  Data data(false);
  data.labels.fill(1);
  const LossSum loss = data.run(SoftmaxCrossEntropy({.class_weights = {0.5f, 0, 3}, .label_smoothing = 0.1f}));
  CHECK(loss.weight == 0);
  CHECK(loss.loss == 0);
}

TEST_CASE("label smoothing out of 0 to 1 is an error") {
  for (const float smoothing : {-0.1f, 1.1f, NAN})
    CHECK_THROWS_AS(SoftmaxCrossEntropy({.label_smoothing = smoothing}), ArgumentError);
}

}  // namespace loss_test
