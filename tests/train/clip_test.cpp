#include "unetpp/train/clip.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "../catch.hpp"
#include "../reference/optimizer_steps.hpp"
#include "unetpp/unet.hpp"

namespace clip_test {

using namespace unetpp;

namespace {

std::vector<float> random_gradients(float scale) {
  std::vector<float> gradients(40003);
  for (std::size_t i = 0; i < gradients.size(); ++i) gradients[i] = scale * Random(3).normal(i);
  return gradients;
}

double norm_of(const std::vector<float>& values) {
  double sum = 0;
  for (const float v : values) sum += double{v} * v;
  return std::sqrt(sum);
}

}  // namespace

TEST_CASE("gradients that are clipped by their global norm are PyTorch's") {
  const auto& all = reference::optimizer_reference()["gradients"];
  const auto& want = reference::optimizer_reference()["clip.gradients"];
  std::vector<float> gradients(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(want.size()));
  CHECK(norm_of(gradients) == Approx(reference::optimizer_reference()["clip.norm"][0]));
  clip_by_global_norm(2)(gradients);
  reference::check_close(gradients, "clip.gradients");
}

TEST_CASE("gradients get the norm that they are clipped to, and shorter ones stay to the bit") {
  for (const float scale : {1e-3f, 1.0f, 1e30f}) {  // the squares of the last are beyond a float
    std::vector<float> gradients = random_gradients(scale), before = gradients;
    const double norm = norm_of(before);
    clip_by_global_norm(norm * 0.25)(gradients);
    CHECK(norm_of(gradients) == Approx(norm * 0.25).epsilon(1e-6));
    gradients = before;
    clip_by_global_norm(norm * 1.0001)(gradients);
    CHECK(gradients == before);
  }
}

TEST_CASE("clipped gradients are the same bits on any number of threads") {
  std::vector<float> want;
  for (const int threads : {1, 2, 3}) {
    std::vector<float> gradients = random_gradients(1);
    clip_by_global_norm(1, threads)(gradients);
    if (threads == 1) want = gradients;
    CHECK(gradients == want);
  }
}

TEST_CASE("gradients without a finite norm are an error, wherever the bad one is") {
  for (const float bad : {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()})
    for (const std::size_t at : {std::size_t{0}, std::size_t{16383}, std::size_t{40002}}) {
      std::vector<float> gradients = random_gradients(1);
      gradients[at] = bad;
      CHECK_THROWS_AS(clip_by_global_norm(1)(gradients), NonFiniteLossError);
    }
}

TEST_CASE("a norm to clip to that is not positive or not finite is refused, and so are numbers of threads") {
  for (const double norm :
       {0.0, -1.0, std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()})
    CHECK_THROWS_AS(clip_by_global_norm(norm), ArgumentError);
  CHECK_THROWS_AS(clip_by_global_norm(1, 0), ArgumentError);
}

TEST_CASE("a step whose gradients are not finite leaves the parameters alone") {
  using Net = Sequential<Conv2D<Shape{4, 4, 1}, Conv2DConfig{.filters = 2, .kernel = 1}>>;
  Batch<Net::in> images(1);
  const Batch<Shape{4, 4, 1}, std::uint8_t> labels(1);
  Parameters<Net> parameters;
  const std::vector<float> before(parameters.span().begin(), parameters.span().end());
  Trainer<Net> trainer(1);
  Adam adam;
  const auto spoil = [clip = clip_by_global_norm(1)](std::span<float> gradients) {
    gradients[0] = std::numeric_limits<float>::infinity();
    clip(gradients);
  };
  CHECK_THROWS_AS(trainer.step(parameters, adam, std::as_const(images).view(), labels.view(), {.clip = spoil}),
                  NonFiniteLossError);
  CHECK(before == std::vector<float>(parameters.span().begin(), parameters.span().end()));
  CHECK(adam.state().steps == 0);
}

}  // namespace clip_test
