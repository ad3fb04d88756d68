#include "unetpp/train/metrics.hpp"

#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "../catch.hpp"

namespace metrics_test {

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

}  // namespace metrics_test
