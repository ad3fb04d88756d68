#include "unetpp/train/moving_average.hpp"

#include <algorithm>
#include <limits>
#include <vector>

#include "../catch.hpp"
#include "../reference/optimizer_steps.hpp"
#include "unetpp/train/adamw.hpp"
#include "unetpp/train/averaged.hpp"
#include "unetpp/unet.hpp"

namespace moving_average_test {

using namespace unetpp;

namespace {

using Net = Sequential<Conv2D<Shape{6, 6, 1}, Conv2DConfig{.filters = 2, .kernel = 3}>>;

MovingAverage<AdamW> reference_optimizer() {
  return MovingAverage(AdamW({.learning_rate = 1e-2, .decay = 0.1}, reference::decaying()));
}

std::vector<float> values(std::span<const float> span) { return {span.begin(), span.end()}; }

/// Throws at its first step.
struct Thrower {
  void step(std::span<float>, std::span<const float>, int) { throw ArgumentError("no step"); }
  OptimizerState state() const { return {"thrower"}; }
};

}  // namespace

TEST_CASE("a moving average takes the optimizer's steps to the bit, and averages as TensorFlow's formula") {
  MovingAverage<AdamW> with = reference_optimizer();
  AdamW without({.learning_rate = 1e-2, .decay = 0.1}, reference::decaying());
  std::vector<float> first, second;
  reference::take_steps(with, [&](std::size_t, const std::vector<float>& p) { first = p; });
  reference::take_steps(without, [&](std::size_t, const std::vector<float>& p) { second = p; });
  CHECK(first == second);
  reference::check_close(with.average(), "average");
}

TEST_CASE("a moving average keeps its decay at most") {
  std::vector<float> p{1};
  const std::vector<float> g{0};
  MovingAverage<SGD> sgd(SGD(), {.decay = 0});
  sgd.step(p, g, 1);
  p[0] = 3;
  sgd.step(p, g, 1);
  CHECK(sgd.average()[0] == 3);
  MovingAverage<SGD> still(SGD(), {.decay = 0.125});
  p[0] = 1;
  still.step(p, g, 1);
  p[0] = 3;
  still.step(p, g, 1);
  CHECK(still.average()[0] == 0.125f * 1 + 0.875f * 3);
}

TEST_CASE("the average is the same bits on any number of threads") {
  std::vector<float> p(40001), g(40001), want;
  for (const int threads : {1, 2, 3}) {
    for (std::size_t i = 0; i < p.size(); ++i) p[i] = Random(1).normal(i);
    MovingAverage<Adam> adam{Adam()};
    for (std::uint64_t t = 0; t < 3; ++t) {
      for (std::size_t i = 0; i < g.size(); ++i) g[i] = Random(2, t).normal(i);
      adam.step(p, g, threads);
    }
    if (threads == 1) want = values(adam.average());
    CHECK(values(adam.average()) == want);
  }
}

TEST_CASE("a moving average that goes on from the state of another ends in the same bits") {
  MovingAverage<AdamW> first = reference_optimizer();
  MovingAverage<AdamW> second(AdamW({}, reference::decaying()), {.decay = 0.5});
  std::vector<float> p, q;
  reference::take_steps(first, [&](std::size_t t, const std::vector<float>& parameters) {
    if (t == 3) {
      second.restore(first.state());
      p = q = parameters;
    }
  });
  const std::vector<float> g(p.size(), 0.5f);
  MovingAverage<AdamW> third = reference_optimizer();
  third.restore(second.state());
  second.step(p, g, 1);
  third.step(q, g, 1);
  CHECK(p == q);
  CHECK(values(second.average()) == values(third.average()));
  CHECK(second.state().settings == third.state().settings);
  CHECK(second.state().name == "adamw with moving average");
  CHECK(second.state().steps == 4);
}

TEST_CASE("a moving average refuses a state that it cannot be in, and keeps its own") {
  MovingAverage<Adam> adam(Adam({.learning_rate = 0.5}));
  std::vector<float> p{1, 2, 3};
  const std::vector<float> g{1, 2, 3};
  adam.step(p, g, 1);
  const OptimizerState good = adam.state();
  const auto refuses = [&](auto edit) {
    OptimizerState state = good;
    edit(state);
    CHECK_THROWS_AS(adam.restore(state), ArgumentError);
    CHECK(adam.state().moments == good.moments);
    CHECK(adam.state().settings == good.settings);
  };
  refuses([](OptimizerState& s) { s.name = "adam"; });
  refuses([](OptimizerState& s) { s.moments.erase("average"); });
  refuses([](OptimizerState& s) { s.moments["average"].pop_back(); });
  refuses([](OptimizerState& s) { s.settings["average_decay"] = 1.5; });
  refuses([](OptimizerState& s) { s.settings["beta1"] = 1; });
  refuses([](OptimizerState& s) { s.moments["v"][0] = -1; });
  CHECK_THROWS_AS(Adam().restore(good), ArgumentError);
}

TEST_CASE("a moving average refuses a decay out of 0 to 1, an optimizer after its first step, and other parameters") {
  for (const double decay : {-0.1, 1.1, std::numeric_limits<double>::quiet_NaN()})
    CHECK_THROWS_AS(MovingAverage(Adam(), {.decay = decay}), ArgumentError);
  Adam adam;
  std::vector<float> p{1, 2, 3};
  std::vector<float> g{1, 2, 3};
  adam.step(p, g, 1);
  CHECK_THROWS_WITH(MovingAverage(adam),
                    "unetpp: a moving average: expected an optimizer before its first step, found one after 1");
  MovingAverage<Adam> average{Adam()};
  average.step(p, g, 1);
  p.pop_back();
  g.pop_back();
  CHECK_THROWS_AS(average.step(p, g, 1), ArgumentError);
  CHECK(average.average().size() == 3);
}

TEST_CASE("an average begins with the optimizer's first step, not with one that it refuses") {
  MovingAverage<Thrower> thrower{Thrower()};
  std::vector<float> p{1};
  CHECK_THROWS_AS(thrower.step(p, p, 1), ArgumentError);
  CHECK(thrower.average().empty());
}

TEST_CASE("averaged parameters are the optimizer's average, or the parameters where there is none") {
  Parameters<Net> parameters(HeNormal{1});
  const std::vector<float> gradients(parameters.count, 1.0f);
  MovingAverage<SGD> sgd{SGD()};
  CHECK(values(averaged(parameters, sgd).span()) == values(parameters.span()));
  sgd.step(parameters.span(), gradients, 1);
  CHECK(values(averaged(parameters, sgd).span()) == values(sgd.average()));
  CHECK(values(averaged(parameters, sgd).span()) != values(parameters.span()));
  CHECK(values(averaged(parameters, SGD()).span()) == values(parameters.span()));
  MovingAverage<SGD> other{SGD()};
  std::vector<float> p{1};
  other.step(p, p, 1);
  CHECK_THROWS_AS(averaged(parameters, other), ArgumentError);
}

}  // namespace moving_average_test
