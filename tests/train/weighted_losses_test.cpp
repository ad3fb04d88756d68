#include "unetpp/train/weighted_losses.hpp"

#include <cmath>
#include <utility>

#include "../catch.hpp"
#include "unetpp/core/random.hpp"
#include "unetpp/train/softmax_cross_entropy.hpp"

namespace weighted_losses_test {

using namespace unetpp;

namespace {

constexpr Shape shape{5, 7, 3};
constexpr std::size_t images = 2;

struct Data {
  Batch<shape> logits{images};
  Batch<Shape{5, 7, 1}, std::uint8_t> labels{images};
  Buffer<float> scratch = Buffer<float>(1000);

  Data() {
    for (std::size_t i = 0; i < logits.size(); ++i) logits.span()[i] = Random(1).normal(i);
    for (std::size_t i = 0; i < labels.size(); ++i)
      labels.span()[i] = static_cast<std::uint8_t>(i % 6 == 0 ? 255 : Random(2).below(3, i));
  }

  LossBatch batch(std::size_t first, std::size_t count) const {
    return loss_batch(logits.view().images(first, count), labels.view().images(first, count));
  }
};

const SoftmaxCrossEntropy plain({.ignore_label = 255});
const SoftmaxCrossEntropy weighted({.class_weights = {0.5f, 2, 3}, .ignore_label = 255});

/// The loss of a batch that is a step of its own, and its gradient.
std::pair<LossSum, Batch<shape>> run(const Loss& loss, Data& data) {
  const kernels::Scratch scratch{data.scratch.data(), 2};
  Batch<shape> gradient(images);
  const LossWeight weight = loss.weigh(data.batch(0, images), scratch);
  const LossSum sum = loss.evaluate(data.batch(0, images), {weight, weight}, {pixels_of(gradient.view())}, scratch);
  return {sum, gradient};
}

}  // namespace

TEST_CASE("a weighted sum of losses is the sum of their means and of their gradients") {
  Data data;
  const auto [a, da] = run(plain, data);
  const auto [b, db] = run(weighted, data);
  const auto [sum, dsum] = run(WeightedLosses({{0.25, plain}, {2, weighted}}), data);
  CHECK(sum.mean() == Approx(0.25 * a.mean() + 2 * b.mean()));
  CHECK(sum.weight == a.weight);
  CHECK(sum.weight != b.weight);
  for (std::size_t i = 0; i < dsum.size(); ++i)
    CHECK(dsum.span()[i] == Approx(0.25f * da.span()[i] + 2 * db.span()[i]).margin(1e-8));
}

TEST_CASE("the gradients of two batches of a step add up to those of one batch of both, for each term's own weight") {
  Data data;
  const kernels::Scratch scratch{data.scratch.data(), 1};
  const Loss loss = WeightedLosses({{1, weighted}, {0.5, plain}});
  const auto [sum, whole] = run(loss, data);
  const LossWeight first = loss.weigh(data.batch(0, 1), scratch), second = loss.weigh(data.batch(1, 1), scratch);
  LossWeight both = first;
  both += second;
  Batch<shape> gradient(images);
  loss.evaluate(data.batch(0, 1), {first, both}, {pixels_of(gradient.view().images(0, 1))}, scratch);
  loss.evaluate(data.batch(1, 1), {second, both}, {pixels_of(gradient.view().images(1, 1))}, scratch);
  for (std::size_t i = 0; i < whole.size(); ++i) CHECK(gradient.span()[i] == Approx(whole.span()[i]).margin(1e-9));
}

TEST_CASE("a term that counts nothing in a batch adds nothing, and NaN shows all the same") {
  Data data;
  const SoftmaxCrossEntropy third_only({.class_weights = {0, 0, 1}, .ignore_label = 255});
  for (std::uint8_t& label : data.labels.span()) label = label == 2 ? 0 : label;
  const auto [a, da] = run(plain, data);
  const auto [sum, dsum] = run(WeightedLosses({{0.5, plain}, {2, third_only}}), data);
  CHECK(sum.mean() == Approx(0.5 * a.mean()));
  data.logits.span()[0] = NAN;
  CHECK(std::isnan(run(WeightedLosses({{0.5, plain}, {2, third_only}}), data).first.loss));
  data.logits.span()[0] = 0;
  data.labels.fill(255);
  CHECK(run(WeightedLosses({{0.5, plain}, {2, third_only}}), data).first.loss == 0);
}

TEST_CASE("a sum of losses that cannot be is refused") {
  CHECK_THROWS_AS(WeightedLosses({}), ArgumentError);
  CHECK_THROWS_AS(WeightedLosses(std::vector<WeightedLoss>(9, {1, plain})), ArgumentError);
  CHECK_THROWS_AS(WeightedLosses({{-1, plain}}), ArgumentError);
  CHECK_THROWS_AS(WeightedLosses({{NAN, plain}}), ArgumentError);
  CHECK_THROWS_AS(WeightedLosses({{1, plain}, {1, SoftmaxCrossEntropy{}}}), ArgumentError);
  CHECK_THROWS_AS(WeightedLosses({{1, WeightedLosses({{1, plain}, {1, weighted}})}}), ArgumentError);
}

}  // namespace weighted_losses_test
