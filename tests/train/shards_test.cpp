#include "unetpp/train/shards.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "../catch.hpp"
#include "threads_as_team.hpp"
#include "unetpp/train/team.hpp"
#include "unetpp/unet.hpp"

namespace shards_test {

using namespace unetpp;

namespace {

constexpr UNetConfig plain{.height = 8, .width = 8, .channels = 1, .classes = 2, .base_channels = 4, .depth = 2};

/// With all that sees a batch as a whole or draws.
using Net = UNet<[] {
  UNetConfig config = plain;
  config.normalisation = Normalisation::batch;
  config.bottom_dropout_per_thousand = 300;
  config.supervised_levels = 1;
  return config;
}()>;

struct Data {
  Batch<Net::in> images;
  Batch<Shape{8, 8, 1}, std::uint8_t> labels;

  explicit Data(std::size_t count) : images(count), labels(count) {
    for (std::size_t i = 0; i < images.size(); ++i) {
      images.span()[i] = Random(8).uniform(i);
      labels.span()[i] = i % 7 == 0 ? 255 : images.span()[i] > 0.5f;
    }
  }
};

struct Result {
  std::vector<float> parameters;
  std::vector<double> losses;
  std::vector<std::size_t> images;
  bool operator==(const Result&) const = default;
};

Loss weighted_loss() {
  return WeightedLosses({{1, SoftmaxCrossEntropy({.class_weights = {0.3f, 1.7f}, .ignore_label = 255})},
                         {0.5, DiceLoss({.ignore_label = 255})}});
}

/// Three steps of one process on batches of 16 images and 5, of which processes may have none: its parameters, and the losses of whole steps.
Result train(const Team& team, const Shards& shards, std::size_t at_once, std::size_t bucket_bytes) {
  static const Data data(16);
  Parameters<Net> parameters(HeNormal{1});
  Trainer<Net> trainer(at_once, weighted_loss(), 1, shards);
  Adam adam;
  Result result;
  for (const std::size_t images : {16u, 5u, 16u}) {
    const std::size_t first = std::min(images, shards.first * shards.images),
                      last = std::min(images, (shards.first + shards.own) * shards.images);
    StepConfig config{.pass = Pass{.training = true, .seed = 5, .step = result.losses.size(), .first_image = first}};
    detail::reduce_over(team, config, bucket_bytes);
    const LossSum loss = trainer.step(parameters, adam, std::as_const(data.images).view().images(first, last - first),
                                      std::as_const(data.labels).view().images(first, last - first), config);
    result.images.push_back(trainer.images());
    result.losses.push_back(loss.mean());
  }
  result.parameters.assign(parameters.span().begin(), parameters.span().end());
  result.parameters.insert(result.parameters.end(), parameters.statistics().begin(), parameters.statistics().end());
  return result;
}

/// What each of the processes ends with.
std::vector<Result> train(std::size_t shards, std::size_t processes, std::size_t at_once,
                          std::size_t bucket_bytes = 0) {
  std::vector<Result> results(processes);
  in_threads(processes, [&](const Team& team) {
    const auto rank = static_cast<std::size_t>(team.rank);
    results[rank] = train(team, own_shards(shards, 16, rank, processes), at_once, bucket_bytes);
  });
  return results;
}

}  // namespace

TEST_CASE("shards of 1, 2, 3 and 4 processes train to the same bits") {
  for (const std::size_t shards : {1u, 2u, 4u, 8u}) {
    const Result alone = train(shards, 1, 16 / shards).front();
    CHECK(alone.images == std::vector<std::size_t>{16, 5, 16});
    for (std::size_t processes = 1; processes <= std::min<std::size_t>(shards, 4); ++processes) {
      CAPTURE(shards, processes);
      for (const Result& result : train(shards, processes, 16 / shards)) {
        CHECK(result.losses == alone.losses);
        CHECK(result.images == alone.images);
        CHECK(result.parameters == alone.parameters);
      }
    }
  }
}

TEST_CASE("shards that are computed in parts train to the same bits on 1 and 3 processes") {
  CHECK(train(4, 1, 3).front() == train(4, 3, 3).back());
}

TEST_CASE(
    "sums that begin while the backward pass goes on have the same bits, also of shards in parts or without images") {
  const Result alone = train(8, 1, 1).front();
  for (const std::size_t processes : {2u, 3u, 4u})
    for (const std::size_t bytes : {4u, 1000u, 1u << 20}) {
      CAPTURE(processes, bytes);
      for (const Result& result : train(8, processes, 1, bytes)) {
        CHECK(result.losses == alone.losses);
        CHECK(result.parameters == alone.parameters);
      }
    }
}

TEST_CASE(
    "shards have the loss, the weights and nearly the gradients of the whole batch, where no layer sees all of it") {
  using Plain = UNet<plain>;
  const Data data(13);
  const Parameters<Plain> parameters(HeNormal{1});
  const auto images = std::as_const(data.images).view();
  const auto labels = std::as_const(data.labels).view();
  const Loss loss = SoftmaxCrossEntropy({.class_weights = {1, 3}, .ignore_label = 255});
  Trainer<Plain> whole(16, loss, 2);
  const LossSum one = whole.compute_gradients(parameters, images, labels);
  float largest = 0;
  for (const float v : whole.gradients()) largest = std::max(largest, std::abs(v));
  for (const std::size_t count : {2u, 4u, 8u, 16u}) {
    CAPTURE(count);
    Trainer<Plain> cut(16 / count, loss, 2, own_shards(count, 16));
    const LossSum sum = cut.compute_gradients(parameters, images, labels);
    CHECK(sum.weight == one.weight);
    CHECK(sum.loss == Approx(one.loss));
    for (std::size_t i = 0; i < parameters.count; ++i)
      CHECK(cut.gradients()[i] == Approx(whole.gradients()[i]).margin(2e-6f * largest));
  }
}

TEST_CASE("each shard has its places for images, whatever the last one before it lacks") {
  const Shards shards = own_shards(3, 12);
  const std::vector<std::size_t> given{4, 0, 2};
  const detail::ShardRange last = detail::shard_range(shards, given, 6, 2),
                           full = detail::shard_range(shards, {}, 6, 1), none = detail::shard_range(shards, {}, 6, 2);
  CHECK((last.first == 4 && last.count == 2));
  CHECK((full.first == 4 && full.count == 2));
  CHECK((none.first == 6 && none.count == 0));
}

TEST_CASE("processes own subtrees that make the whole") {
  for (std::size_t count = 1; count <= 17; ++count)
    for (std::size_t processes = 1; processes <= count; ++processes) {
      CAPTURE(count, processes);
      using Text = std::string;
      const auto leaf = [](std::size_t i) { return std::to_string(i); };
      const auto join = [](Text& a, const Text& b) { a = "(" + a + " " + b + ")"; };
      std::size_t next = 0;
      const Text sum = detail::join_in_tree(
          0, processes,
          [&](std::size_t p) {
            const Shards own = own_shards(count, 2 * count, p, processes);
            CHECK(own.first == next);
            CHECK(own.images == 2);
            next += own.own;
            return detail::join_in_tree(own.first, own.own, leaf, join);
          },
          join);
      CHECK(next == count);
      CHECK(sum == detail::join_in_tree(0, count, leaf, join));
    }
}

TEST_CASE("shards that cannot be are refused") {
  CHECK_THROWS_WITH(own_shards(2, 4, 0, 3),
                    "unetpp: shards: expected at least 1, and as many as there are processes (3), found 2");
  CHECK_THROWS_WITH(own_shards(0, 4),
                    "unetpp: shards: expected at least 1, and as many as there are processes (1), found 0");
  CHECK_THROWS_WITH(own_shards(4, 6),
                    "unetpp: shards: expected a batch that is a multiple of the 4 shards, found one of 6 images");
}

TEST_CASE("a step refuses images that do not fit into its shards") {
  using Plain = UNet<plain>;
  const Data data(5);
  Parameters<Plain> parameters;
  SGD sgd;
  Trainer<Plain> trainer(2, SoftmaxCrossEntropy({.ignore_label = 255}), 1, own_shards(2, 4));
  const auto step = [&](std::size_t images, const std::vector<std::size_t>& given) {
    trainer.step(parameters, sgd, std::as_const(data.images).view().images(0, images),
                 std::as_const(data.labels).view().images(0, images), {.shard_images = given});
  };
  CHECK_NOTHROW(step(4, {}));
  CHECK_NOTHROW(step(2, {0, 2}));
  CHECK_THROWS_WITH(step(5, {}),
                    "unetpp: a training step: expected 5 images in 2 shards of at most 2, found 5 in 2 of up to 3");
  CHECK_THROWS_WITH(step(3, {3, 0}),
                    "unetpp: a training step: expected 3 images in 2 shards of at most 2, found 3 in 2 of up to 3");
  CHECK_THROWS_WITH(step(3, {1, 1}),
                    "unetpp: a training step: expected 3 images in 2 shards of at most 2, found 2 in 2 of up to 1");
  CHECK_THROWS_AS(step(2, {2}), ArgumentError);
}

}  // namespace shards_test
