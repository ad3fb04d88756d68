#include "unetpp/train/metrics.hpp"

#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "../catch.hpp"

using namespace unetpp;

TEST_CASE("a confusion matrix gives accuracy, IoU and Dice of the whole set") {
  ConfusionMatrix m(3);
  m.add(std::vector<std::uint8_t>{0, 0, 0, 1, 1, 2}, std::vector<std::uint8_t>{0, 0, 1, 1, 2, 2});
  m.add(std::vector<std::uint8_t>{0, 1}, std::vector<std::uint8_t>{0, 1});
  CHECK(m(0, 0) == 3);
  CHECK(m(0, 1) == 1);
  CHECK(m(1, 2) == 1);
  CHECK(m.accuracy() == Approx(6.0 / 8));
  CHECK(m.iou(0) == Approx(3.0 / 4));
  CHECK(m.iou(1) == Approx(2.0 / 4));
  CHECK(m.iou(2) == Approx(1.0 / 2));
  CHECK(m.mean_iou() == Approx((0.75 + 0.5 + 0.5) / 3));
  CHECK(m.dice(0) == Approx(6.0 / 7));
  CHECK(m.mean_dice() == Approx((6.0 / 7 + 4.0 / 6 + 2.0 / 3) / 3));
}

TEST_CASE("precision is the share of a class's calls that are right, recall of its pixels that are called it") {
  ConfusionMatrix m(3);
  m.add(std::vector<std::uint8_t>{0, 0, 0, 1}, std::vector<std::uint8_t>{0, 0, 1, 0});
  CHECK(m.precision(0) == Approx(2.0 / 3));
  CHECK(m.recall(0) == Approx(2.0 / 3));
  CHECK(m.precision(1) == 0);
  CHECK(std::isnan(m.precision(2)));
  CHECK(std::isnan(m.recall(2)));
}

TEST_CASE("a class that never occurs has no IoU and does not count in the mean") {
  ConfusionMatrix m(3);
  m.add(std::vector<std::uint8_t>{0, 1}, std::vector<std::uint8_t>{0, 0});
  CHECK(std::isnan(m.iou(2)));
  CHECK(m.mean_iou() == Approx((0.5 + 0) / 2));
}

TEST_CASE("pixels with the ignored label do not count") {
  ConfusionMatrix m(2);
  m.add(std::vector<std::uint8_t>{0, 255}, std::vector<std::uint8_t>{0, 1}, 255);
  CHECK(m.accuracy() == 1);
}

TEST_CASE("classes that are none and spans of different sizes are errors") {
  ConfusionMatrix m(2);
  CHECK_THROWS_AS(m.add(std::vector<std::uint8_t>{2}, std::vector<std::uint8_t>{0}), ArgumentError);
  CHECK_THROWS_AS(m.add(std::vector<std::uint8_t>{0}, std::vector<std::uint8_t>{0, 1}), ArgumentError);
}

TEST_CASE("the predicted class is the first with the largest logit") {
  Batch<Shape{1, 3, 3}> logits(1);
  logits(0, 0, 0, 2) = 1;
  logits(0, 0, 1, 1) = logits(0, 0, 1, 2) = 5;
  std::vector<std::uint8_t> classes(3);
  predict_classes(std::as_const(logits).view(), classes);
  CHECK(classes == std::vector<std::uint8_t>{2, 1, 0});
}

TEST_CASE("a logit that is NaN is of no class: an error that counts such pixels") {
  for (int channel = 0; channel < 3; ++channel) {
    Batch<Shape{1, 4, 3}> logits(1);
    logits(0, 0, 2, channel) = std::numeric_limits<float>::quiet_NaN();
    std::vector<std::uint8_t> classes(4);
    CHECK_THROWS_WITH(predict_classes(std::as_const(logits).view(), std::span(classes)),
                      "unetpp: predicting classes: expected numbers from the network, found NaN at 1 of 4 pixels; look "
                      "for bad values in the images and the parameters");
    CHECK_THROWS_AS(predict_classes(std::as_const(logits).view(), std::span(classes)), NonFiniteError);
  }
}

TEST_CASE("an infinite logit is larger than all, or smaller") {
  Batch<Shape{1, 1, 3}> logits(1);
  logits(0, 0, 0, 0) = -std::numeric_limits<float>::infinity();
  logits(0, 0, 0, 2) = std::numeric_limits<float>::infinity();
  std::vector<std::uint8_t> classes(1);
  predict_classes(std::as_const(logits).view(), std::span(classes));
  CHECK(classes[0] == 2);
}

TEST_CASE("the mean IoU of the docstring's example is that of its table") {
  const std::vector<std::uint8_t> truth{0, 0, 1, 1, 0, 0, 1, 1}, predicted{0, 0, 1, 0, 0, 0, 1, 1};
  ConfusionMatrix all(3), ignored(3);
  all.add(truth, predicted);
  ignored.add(truth, predicted, 0);
  CHECK(all.mean_iou() == Approx(0.775));
  CHECK(ignored.mean_iou() == Approx(0.375));
  CHECK(ignored.iou(0) == 0);
  ignored.leave_out(0);
  CHECK(ignored.mean_iou() == Approx(0.75));
  CHECK(ignored.mean_dice() == Approx(6.0 / 7));
}

TEST_CASE("leaving out what is no class changes no mean") {
  ConfusionMatrix m(2);
  m.add(std::vector<std::uint8_t>{0, 1}, std::vector<std::uint8_t>{0, 0});
  for (const int none : {-1, 2, 255}) {
    m.leave_out(none);
    CHECK(m.left_out() == -1);
    CHECK(m.mean_iou() == Approx(0.25));
  }
}
