#include "unetpp/train/learning_rate_finder.hpp"

#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "../catch.hpp"
#include "unetpp/unet.hpp"

namespace learning_rate_finder_test {

using namespace unetpp;

namespace {

using Net = Sequential<Conv2D<Shape{6, 6, 1}, Conv2DConfig{.filters = 2, .kernel = 3}>>;

ArrayLoader<Net::in> bright_pixels() {
  Batch<Net::in> images(8);
  ArrayLoader<Net::in>::Labels labels(8);
  for (std::size_t i = 0; i < images.size(); ++i) {
    images.span()[i] = Random(8).uniform(i);
    labels.span()[i] = images.span()[i] > 0.5f;
  }
  return {images, labels, {.batch = 3, .seed = 1}};
}

FitConfig two_threads() {
  FitConfig config;
  config.threads = 2;
  return config;
}

/// Tells the rates of its steps, which change nothing.
struct Rates {
  std::vector<double>* told;
  void step(std::span<float>, std::span<const float>, int) {}
  void step(std::span<float>, std::span<const float>, int, double rate) { told->push_back(rate); }
};

}  // namespace

TEST_CASE("the finder takes rates in equal ratios from the lowest to the highest, and leaves what it is given alone") {
  auto train = bright_pixels();
  const Parameters<Net> parameters(GlorotUniform{1});
  const std::vector<float> before(parameters.span().begin(), parameters.span().end());
  std::vector<double> told;
  const LearningRateSearch search = find_learning_rate(parameters, Rates{.told = &told}, train, two_threads(),
                                                       {.lowest = 0.01, .highest = 1, .steps = 21});
  REQUIRE(told.size() == 21);
  CHECK(told.front() == 0.01);
  CHECK(told[10] == Approx(0.1));
  CHECK(told.back() == Approx(1));
  REQUIRE(search.points.size() == 21);
  for (std::size_t i = 0; i < 21; ++i) CHECK(search.points[i].rate == told[i]);
  CHECK_FALSE(search.diverged);

  SGD sgd;
  find_learning_rate(parameters, sgd, train, two_threads(), {.steps = 20});
  CHECK(sgd.state().steps == 0);
  CHECK(before == std::vector<float>(parameters.span().begin(), parameters.span().end()));
}

TEST_CASE("the finder's losses are smoothed, and the bias towards 0 taken out") {
  auto train = bright_pixels();
  const Parameters<Net> parameters(GlorotUniform{1});
  std::vector<double> told;
  const auto search = [&](double smoothing) {
    return find_learning_rate(parameters, Rates{.told = &told}, train, two_threads(),
                              {.steps = 20, .smoothing = smoothing})
        .points;
  };
  const auto raw = search(0), smooth = search(0.75);
  double sum = 0, weights = 0;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    sum = 0.75 * sum + raw[i].loss;
    weights = 0.75 * weights + 1;
    CHECK(smooth[i].loss == Approx(sum / weights));
  }
}

TEST_CASE("the finder ends where the loss diverges, and suggests a rate below that at which it trains well") {
  auto train = bright_pixels();
  const Parameters<Net> parameters(GlorotUniform{1});
  const LearningRateSearch search =
      find_learning_rate(parameters, SGD(), train, two_threads(), {.lowest = 1e-4, .highest = 1e5, .smoothing = 0.5});
  CHECK(search.diverged);
  CHECK(search.points.size() < 100);
  REQUIRE(std::isfinite(search.suggestion));
  CHECK(search.suggestion > 1e-3);
  CHECK(search.suggestion < search.points.back().rate);
  double loss[2];
  for (const int trained : {0, 1}) {
    Parameters<Net> p = parameters;
    SGD sgd({.learning_rate = trained ? search.suggestion : 1e-4});
    FitConfig config = two_threads();
    config.epochs = 10;
    config.progress = false;
    loss[trained] = fit(p, sgd, train, config).history.back().train_loss;
  }
  CHECK(loss[1] < loss[0]);
}

TEST_CASE(
    "the rate of the steepest descent is that of the largest fall by the logarithm, on the way to the lowest loss") {
  std::vector<LearningRatePoint> points;
  for (int i = 0; i < 20; ++i) points.push_back({std::pow(10.0, -7 + 0.5 * i), 10.0 - 0.01 * i});
  points[1].loss = 100;                                      // before the first tenth
  for (std::size_t i = 9; i < 15; ++i) points[i].loss -= 3;  // the fall
  points[14].loss = 6;                                       // the lowest
  points[16].loss = 50;                                      // falls again, steeper
  CHECK(detail::steepest_rate(points, 2) == points[8].rate);
  CHECK(std::isnan(detail::steepest_rate(std::span(points).first(2), 2)));
  for (LearningRatePoint& p : points) p.loss = p.rate;
  CHECK(std::isnan(detail::steepest_rate(points, 2)));
}

TEST_CASE("the finder refuses settings and loaders that give no search, and images that give no loss") {
  auto train = bright_pixels();
  const Parameters<Net> parameters;
  const auto refuses = [&](LearningRateFinderConfig config) {
    CHECK_THROWS_AS(find_learning_rate(parameters, SGD(), train, two_threads(), config), ArgumentError);
  };
  refuses({.lowest = 0});
  refuses({.lowest = 1, .highest = 0.1});
  refuses({.highest = std::numeric_limits<double>::quiet_NaN()});
  refuses({.steps = 19});
  refuses({.smoothing = 1});
  refuses({.divergence = 0.5});
  ArrayLoader<Net::in> none(Batch<Net::in>(0), ArrayLoader<Net::in>::Labels(0), {.batch = 2});
  CHECK_THROWS_AS(find_learning_rate(parameters, SGD(), none), ArgumentError);
  Batch<Net::in> images(2);
  images.fill(std::numeric_limits<float>::quiet_NaN());
  ArrayLoader<Net::in> bad(images, ArrayLoader<Net::in>::Labels(2), {.batch = 2});
  CHECK_THROWS_AS(find_learning_rate(parameters, SGD(), bad), NonFiniteLossError);
}

}  // namespace learning_rate_finder_test
