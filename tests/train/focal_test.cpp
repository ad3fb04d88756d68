#include "unetpp/train/focal.hpp"

#include <cmath>
#include <vector>

#include "check_loss.hpp"
#include "unetpp/train/softmax_cross_entropy.hpp"

namespace focal_test {

using namespace unetpp;

TEST_CASE("the focal loss and its gradient agree with naive loops and central differences") {
  const auto naive = [](std::vector<double> weights, int ignore, double gamma) {
    return [=](const reference::Array& logits, const std::vector<int>& labels) {
      return reference::focal(logits, labels, weights, ignore, gamma);
    };
  };
  check::loss(FocalLoss{}, naive({1, 1, 1}, -1, 2));
  for (const float gamma : {0.0f, 0.5f, 1.0f})
    check::loss(FocalLoss({.gamma = gamma, .class_weights = {0.5f, 0, 3}, .ignore_label = 255}),
                naive({0.5, 0, 3}, 255, gamma));
}

TEST_CASE("the focal loss of gamma 0 is cross-entropy, to the bit") {
  check::LossData focal(true), cross_entropy(true);
  const std::vector<float> weights = {0.5f, 2, 3};
  const LossSum sum = focal.run(FocalLoss({.gamma = 0, .class_weights = weights, .ignore_label = 255}));
  CHECK(sum.loss == cross_entropy.run(SoftmaxCrossEntropy({.class_weights = weights, .ignore_label = 255})).loss);
  CHECK(focal.gradient.values == cross_entropy.gradient.values);
}

TEST_CASE("a gamma or a class weight of the focal loss that cannot be is an error") {
  for (const float value : {-1.0f, NAN, INFINITY}) {
    CHECK_THROWS_AS(FocalLoss({.gamma = value}), ArgumentError);
    CHECK_THROWS_AS(FocalLoss({.class_weights = {1, value, 1}}), ArgumentError);
  }
  check::LossData data(false);
  CHECK_THROWS_AS(data.run(FocalLoss({.class_weights = {1, 2}})), ArgumentError);
}

}  // namespace focal_test
