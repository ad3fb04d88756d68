#include "unetpp/train/gradient_levels.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "../catch.hpp"
#include "unetpp/unet.hpp"

namespace gradient_levels_test {

using namespace unetpp;

namespace {

constexpr UNetConfig plain{.height = 8, .width = 8, .channels = 1, .classes = 2, .base_channels = 4, .depth = 2};

/// What is given away in a step, as it is in that moment.
struct Given {
  std::vector<std::vector<float>> values;
  std::vector<std::size_t> first;
};

template <class Net>
void check_buckets(std::size_t shards) {
  Batch<Net::in> images(8);
  Batch<Shape{8, 8, 1}, std::uint8_t> labels(8);
  for (std::size_t i = 0; i < images.size(); ++i) images.span()[i] = Random(8).uniform(i);
  for (std::size_t i = 0; i < labels.size(); ++i) labels.span()[i] = images.span()[i] > 0.5f;
  Parameters<Net> parameters(HeNormal{1});
  Trainer<Net> trainer(8 / shards, SoftmaxCrossEntropy{}, 1, own_shards(shards, 8));
  SGD still({.learning_rate = 0});
  Given given;
  StepConfig config{.bucket = 100};
  config.begin_reduce = [&](std::span<float> bucket) {
    if (bucket.empty()) return;
    given.first.push_back(static_cast<std::size_t>(bucket.data() - trainer.gradients().data()));
    given.values.emplace_back(bucket.begin(), bucket.end());
  };
  config.end_reduce = [] {};
  trainer.step(parameters, still, std::as_const(images).view(), std::as_const(labels).view(), config);

  const std::span<float> all(trainer.gradients().data(), parameter_count<Net> + statistic_count<Net>);
  std::vector<int> times(all.size());
  for (std::size_t b = 0; b < given.values.size(); ++b) {
    const std::span<const float> now = all.subspan(given.first[b], given.values[b].size());
    CHECK(std::equal(now.begin(), now.end(), given.values[b].begin()));  // nothing was added to them any more
    for (std::size_t i = 0; i < now.size(); ++i) ++times[given.first[b] + i];
  }
  CHECK(std::count(times.begin(), times.end(), 1) == static_cast<std::ptrdiff_t>(all.size()));
  CHECK(given.first.front() == parameter_count<Net> - 100);
}

constexpr UNetConfig with(UNetConfig config, Normalisation normalisation, BlockKind block, int levels) {
  config.normalisation = normalisation;
  config.block = block;
  config.supervised_levels = levels;
  return config;
}

}  // namespace

TEMPLATE_TEST_CASE("buckets are complete when they are given away, and make the gradients", "", UNet<plain>,
                   (UNet<with(plain, Normalisation::batch, BlockKind::residual, 1)>),
                   (UNet<with(plain, Normalisation::group, BlockKind::plain, 0)>)) {
  for (const std::size_t shards : {1u, 2u, 8u}) {
    CAPTURE(shards);
    check_buckets<TestType>(shards);
  }
}

TEST_CASE("a backward pass says of each layer in a sequence when its gradients are there") {
  using Net = UNet<plain>;
  struct Watch final : GradientWatch {
    std::vector<const float*> from;
    void complete_from(const float* first) override { from.push_back(first); }
  } watch;
  Batch<Net::in> images(1);
  const Parameters<Net> parameters(HeNormal{1});
  std::vector<float> gradients(parameter_count<Net>);
  TrainingWorkspace<Net> workspace(1, 1);
  workspace.forward(parameters, images);
  const auto dy = workspace.output_gradient();
  std::fill_n(dy.data(), dy.pixels() * Net::out.channels, 1.0f);
  workspace.backward(parameters, {gradients.data(), nullptr}, std::as_const(images).view(), {}, nullptr, &watch);
  CHECK(watch.from.size() > 10);  // convolutions of five blocks, two of them up, and the last one
  CHECK(std::is_sorted(watch.from.rbegin(), watch.from.rend()));
  CHECK(watch.from.back() == gradients.data());
}

}  // namespace gradient_levels_test
