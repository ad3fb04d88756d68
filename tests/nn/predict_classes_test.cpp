#include "unetpp/nn/predict_classes.hpp"

#include <limits>
#include <utility>
#include <vector>

#include "../catch.hpp"

namespace predict_classes_test {

using namespace unetpp;

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

}  // namespace predict_classes_test
