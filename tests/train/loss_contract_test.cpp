// What every loss must do, as train/loss.hpp has it.

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "check_loss.hpp"
#include "unetpp/train/dice.hpp"
#include "unetpp/train/focal.hpp"
#include "unetpp/train/lovasz.hpp"
#include "unetpp/train/softmax_cross_entropy.hpp"
#include "unetpp/train/weighted_losses.hpp"

namespace loss_contract_test {

using namespace unetpp;

namespace {

using Data = check::LossData;

struct NamedLoss {
  std::string name;
  Loss loss;
  bool additive = true;  // the loss of several batches is that of one batch of them all
};

std::vector<NamedLoss> losses(int ignored = 255) {
  const SoftmaxCrossEntropy cross_entropy({.class_weights = {0.5f, 2, 3}, .ignore_label = ignored});
  const DiceLoss dice({.left_out_classes = {0}, .ignore_label = ignored});
  return {{"cross-entropy", cross_entropy},
          {"smoothed cross-entropy", SoftmaxCrossEntropy({.ignore_label = ignored, .label_smoothing = 0.2f})},
          {"focal", FocalLoss({.class_weights = {0.5f, 2, 3}, .ignore_label = ignored})},
          {"Dice", dice, false},
          {"Dice of images", DiceLoss({.ignore_label = ignored, .region = OverlapRegion::image})},
          {"Tversky", TverskyLoss({.alpha = 0.3f, .beta = 0.7f, .gamma = 0.75f, .ignore_label = ignored}), false},
          {"Lovász-softmax", LovaszSoftmaxLoss({.ignore_label = ignored}), false},
          {"cross-entropy + Dice", WeightedLosses({{1, cross_entropy}, {0.5, dice}}), false}};
}

}  // namespace

TEST_CASE("every loss has the same bits on 1 and 3 threads") {
  for (const auto& [name, loss, additive] : losses()) {
    CAPTURE(name);
    Data one(true), three(true);
    CHECK(one.run(loss, 1).loss == three.run(loss, 3).loss);
    CHECK(one.gradient.values == three.gradient.values);
  }
}

TEST_CASE("every loss adds its gradient, scaled, to what is there") {
  for (const auto& [name, loss, additive] : losses()) {
    CAPTURE(name);
    Data plain(true), added(true, 2);
    plain.run(loss);
    added.run(loss, 0, Data::images, added.weigh(loss, 0, Data::images), {.scale = 500, .accumulate = true});
    const std::vector<double> want = plain.gradient.array().v, got = added.gradient.array().v;
    for (std::size_t i = 0; i < want.size(); ++i) REQUIRE(got[i] == Approx(2 + 500 * want[i]).epsilon(1e-5));
  }
}

TEST_CASE("every loss of two batches of a step is their mean by weight, and so is its gradient") {
  for (const auto& [name, loss, additive] : losses()) {
    CAPTURE(name);
    Data together(true), alone(true), whole(true);
    const LossWeight first = together.weigh(loss, 0, 1), second = together.weigh(loss, 1, 1);
    LossWeight both = first;
    both += second;
    LossSum sum = together.run(loss, 0, 1, both), parts = alone.run(loss, 0, 1, first);
    sum += together.run(loss, 1, 1, both);
    parts += alone.run(loss, 1, 1, second);
    CHECK(sum.loss == Approx(parts.loss));
    CHECK(sum.weight == both.of_term[0]);
    CHECK(whole.weigh(loss, 0, Data::images).of_term == both.of_term);
    if (!additive) continue;
    CHECK(whole.run(loss).mean() == Approx(sum.mean()));
    const std::vector<double> want = whole.gradient.array().v, got = together.gradient.array().v;
    for (std::size_t i = 0; i < want.size(); ++i) REQUIRE(got[i] == Approx(want[i]).epsilon(1e-5).margin(1e-10));
  }
}

TEST_CASE("every loss's gradient of a batch is its share of the step's") {
  for (const auto& [name, loss, additive] : losses()) {
    CAPTURE(name);
    if (loss.terms() > 1) continue;
    Data alone(true), part(true);
    const LossWeight own = alone.weigh(loss, 0, 1);
    alone.run(loss, 0, 1, own);
    part.run(loss, 0, 1, {{4 * own.of_term[0]}});
    const std::vector<double> want = alone.gradient.array().v, got = part.gradient.array().v;
    for (std::size_t i = 0; i < want.size(); ++i) REQUIRE(got[i] == Approx(want[i] / 4).epsilon(1e-5));
  }
}

TEST_CASE("every loss is not a number if a logit is none, also where the label is ignored") {
  for (const auto& [name, loss, additive] : losses())
    for (const float value : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()})
      for (const int x : {4, 5}) {
        CAPTURE(name, value, x);
        Data data(true);
        REQUIRE((data.labels.span()[static_cast<std::size_t>(x)] == 255) == (x == 5));
        CHECK(std::isfinite(data.run(loss).loss));
        data.logits.view()(0, 0, x, 0) = value;
        CHECK(std::isnan(data.run(loss).loss));
      }
}

TEST_CASE("every loss of logits of a thousand is finite, and so is its gradient") {
  for (const auto& [name, loss, additive] : losses()) {
    CAPTURE(name);
    Data data(true);
    for (float& v : data.logits.values) v *= 1000;
    CHECK(std::isfinite(data.run(loss).loss));
    for (const double v : data.gradient.array().v) REQUIRE(std::isfinite(v));
  }
}

TEST_CASE("every loss of a perfect prediction is 0, and its gradient finite") {
  for (const auto& [name, loss, additive] : losses()) {
    CAPTURE(name);
    if (name == "smoothed cross-entropy") continue;
    Data data(true);
    for (std::size_t i = 0; i < data.labels.size(); ++i)
      for (int c = 0; c < 3; ++c) data.logits.view().pixel(i)[c] = data.labels.span()[i] == c ? 200 : 0;
    CHECK(data.run(loss).loss == 0);
    for (const double v : data.gradient.array().v) REQUIRE(v == 0);
  }
}

TEST_CASE("every loss weighs nothing where all labels are ignored, and its gradient is zero") {
  for (const auto& [name, loss, additive] : losses(2)) {  // a label that is a class all the same
    CAPTURE(name);
    Data data(false, 3);
    data.labels.fill(2);
    const LossSum sum = data.run(loss);
    CHECK(sum.weight == 0);
    CHECK(sum.loss == 0);
    for (const double v : data.gradient.array().v) REQUIRE(v == 0);
  }
}

TEST_CASE("to every loss a label that is no class is an error that names it") {
  for (const auto& [name, loss, additive] : losses(-1)) {
    CAPTURE(name);
    Data data(true);
    try {
      data.run(loss);
      FAIL("no error");
    } catch (const ArgumentError& e) {
      CHECK(std::string(e.what()).find("label 255 at pixel 0") != std::string::npos);
    }
  }
}

TEST_CASE("every loss keeps to its scratch memory, and needs no gradient") {
  for (const auto& [name, loss, additive] : losses()) {
    CAPTURE(name);
    Data data(true);
    const LossWeight weight = data.weigh(loss, 0, Data::images);
    const std::size_t needed = loss.scratch(Data::images, Data::shape);
    Buffer<float> memory(needed + 16, 7);
    const LossBatch batch =
        loss_batch(BatchView<const float, Data::shape>(data.logits.view()), std::as_const(data.labels).view());
    CHECK(loss.evaluate(batch, {weight, weight}, {}, {memory.data(), 2}).loss == data.run(loss).loss);
    for (std::size_t i = needed; i < memory.size(); ++i) REQUIRE(memory[i] == 7);
  }
}

}  // namespace loss_contract_test
