#include "unetpp/train/tversky.hpp"

#include <cmath>
#include <vector>

#include "check_loss.hpp"
#include "unetpp/train/dice.hpp"

namespace tversky_test {

using namespace unetpp;

namespace {

using Data = check::LossData;

check::NaiveLoss naive(const reference::Tversky& how) {
  return [how](const reference::Array& logits, const std::vector<int>& labels) {
    return reference::tversky(logits, labels, how);
  };
}

}  // namespace

TEST_CASE("Dice and its gradient agree with naive loops and central differences") {
  check::loss(DiceLoss({.smoothing = 3}), naive({0.5, 0.5, 1, 1.5, {1, 1, 1}}));
}

TEST_CASE("Tversky with an exponent and an ignored label agrees with naive loops") {
  for (const float gamma : {0.75f, 1.0f, 2.0f})
    check::loss(TverskyLoss({.alpha = 0.25f, .beta = 2, .gamma = gamma, .smoothing = 0, .ignore_label = 255}),
                naive({0.25, 2, gamma, 0, {1, 1, 1}, 255}));
}

TEST_CASE("Tversky of each image and with a class left out agrees with naive loops") {
  check::loss(TverskyLoss({.left_out_classes = {0, 0}, .ignore_label = 255, .region = OverlapRegion::image}),
              naive({0.5, 0.5, 1, 1e-5, {0, 1, 1}, 255, true}));
}

TEST_CASE("an image of ignored labels counts nowhere in the mean over the images") {
  Data data(true);
  for (std::size_t i = 0; i < Data::shape.pixels(); ++i) data.labels.span()[i] = 255;
  const DiceLoss loss({.ignore_label = 255, .region = OverlapRegion::image});
  CHECK(data.weigh(loss, 0, Data::images).of_term[0] == 1);
  check::loss(loss, naive({0.5, 0.5, 1, 0.5e-5, {1, 1, 1}, 255, true}), data);
}

TEST_CASE("an absent class counts as if it had no true positives, or 0 where the config says so") {
  Data data(false);
  for (std::uint8_t& label : data.labels.span()) label = label == 2 ? 1 : label;
  check::loss(DiceLoss({.smoothing = 2}), naive({0.5, 0.5, 1, 1, {1, 1, 1}}), data);
  check::loss(DiceLoss({.smoothing = 2, .absent = AbsentClass::zero}),
              naive({0.5, 0.5, 1, 1, {1, 1, 1}, -1, false, true}), data);
}

TEST_CASE("a class that is nowhere, neither labelled nor predicted, is perfect without smoothing, too") {
  Data data(false);
  data.labels.fill(0);
  for (std::size_t i = 0; i < data.labels.size(); ++i)
    for (int c = 0; c < 3; ++c) data.logits.view().pixel(i)[c] = c == 0 ? 200 : 0;
  CHECK(data.run(DiceLoss({.smoothing = 0})).loss == 0);
}

TEST_CASE("a loss of overlap that cannot be is an error") {
  const auto bad = [](TverskyLossConfig config) { CHECK_THROWS_AS(TverskyLoss(config), ArgumentError); };
  for (const float value : {-1.0f, NAN, INFINITY}) {
    bad({.alpha = value});
    bad({.beta = value});
    bad({.gamma = value});
    bad({.smoothing = value});
    CHECK_THROWS_AS(DiceLoss({.smoothing = value}), ArgumentError);
  }
  bad({.alpha = 0, .beta = 0});
  bad({.gamma = 0});
  bad({.left_out_classes = {-1}});
}

TEST_CASE("left-out classes that are none, or all, are an error") {
  Data data(false);
  CHECK_THROWS_AS(data.run(DiceLoss({.left_out_classes = {3}})), ArgumentError);
  CHECK_THROWS_AS(data.run(DiceLoss({.left_out_classes = {0, 1, 2}})), ArgumentError);
}

}  // namespace tversky_test
