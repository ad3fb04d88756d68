#include "unetpp/train/adamw.hpp"

#include <limits>
#include <vector>

#include "../catch.hpp"
#include "../reference/optimizer_steps.hpp"
#include "unetpp/train/sgd.hpp"

namespace adamw_test {

using namespace unetpp;

TEST_CASE("AdamW takes PyTorch's and Keras's steps, with decay of the weights only") {
  const AdamW adam({.learning_rate = 1e-2, .decay = 0.1}, reference::decaying());
  reference::check_steps(adam, "adamw");
  AdamW again = adam;
  std::vector<float> last;
  reference::take_steps(again, [&](std::size_t, const std::vector<float>& parameters) { last = parameters; });
  reference::check_close(last, "keras.adamw.last");
}

TEST_CASE("AdamW without decay takes Adam's steps to the bit") {
  AdamW with({.learning_rate = 1e-2, .decay = 0}, reference::decaying());
  Adam without({.learning_rate = 1e-2});
  std::vector<std::vector<float>> first, second;
  reference::take_steps(with, [&](std::size_t, const std::vector<float>& p) { first.push_back(p); });
  reference::take_steps(without, [&](std::size_t, const std::vector<float>& p) { second.push_back(p); });
  CHECK(first == second);
}

TEST_CASE("AdamW's decay is times the rate of a schedule") {
  std::vector<float> p{1, 1};
  const std::vector<float> no_gradients(2);
  AdamW adam({.learning_rate = 0.5, .decay = 0.25}, {{1, 2}});
  adam.step(p, no_gradients, 1, 1.0);
  CHECK(p == std::vector<float>{1, 0.75f});
}

TEST_CASE("SGD takes PyTorch's steps with decay of the weights only, with momentum and with Nesterov's") {
  reference::check_steps(SGD({.learning_rate = 1e-2, .decay = 0.1}, reference::decaying()), "sgd.plain");
  const SGDConfig config{.learning_rate = 1e-2, .momentum = 0.9, .decay = 0.1};
  reference::check_steps(SGD(config, reference::decaying()), "sgd.momentum");
  SGDConfig nesterov = config;
  nesterov.nesterov = true;
  reference::check_steps(SGD(nesterov, reference::decaying()), "sgd.nesterov");
}

TEST_CASE("an optimizer that decays refuses ranges that are not there, overlap, or reach beyond its parameters") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_WITH(AdamW({.decay = 0.1}, {}),
                    "unetpp: AdamW's decaying parameters: expected ranges, as of weight_ranges, found none");
  CHECK_THROWS_AS(SGD({.decay = 0.1}), ArgumentError);
  CHECK_THROWS_AS(AdamW({}, {{0, 2}, {1, 3}}), ArgumentError);
  CHECK_THROWS_AS(SGD({}, {{2, 2}}), ArgumentError);
  for (const double decay : {-0.1, nan}) {
    CHECK_THROWS_AS(AdamW({.decay = decay}, {{0, 2}}), ArgumentError);
    CHECK_THROWS_AS(SGD({.decay = decay}, {{0, 2}}), ArgumentError);
  }
  std::vector<float> p{1, 2, 3};
  const std::vector<float> g{1, 2, 3}, before = p;
  AdamW adam({}, {{0, 4}});
  SGD sgd({.decay = 0.1}, {{0, 4}});
  CHECK_THROWS_WITH(adam.step(p, g, 1),
                    "unetpp: AdamW's decaying parameters: expected ranges within 3 parameters, found one up to 4");
  CHECK_THROWS_AS(sgd.step(p, g, 1), ArgumentError);
  AdamW fast({.decay = 2}, {{0, 3}});
  CHECK_THROWS_AS(fast.step(p, g, 1, 0.6), ArgumentError);
  CHECK(p == before);
}

TEST_CASE("optimizers with decay that go on from the state of another take the same steps") {
  const auto check = [](auto first, auto second) {
    std::vector<float> p(100, 1.0f), q(100, 1.0f), g(100);
    for (int t = 0; t < 6; ++t) {
      for (std::size_t i = 0; i < g.size(); ++i) g[i] = static_cast<float>((i + 3) % 7) - 3;
      if (t == 3) {
        second.restore(first.state());
        q = p;
      }
      first.step(p, g, 1);
      if (t >= 3) second.step(q, g, 1);
    }
    CHECK(p == q);
    CHECK(second.state().settings == first.state().settings);
    CHECK(second.state().name == first.state().name);
  };
  check(AdamW({.learning_rate = 0.1, .decay = 0.3}, {{5, 60}}), AdamW({}, {{5, 60}}));
  check(SGD({.learning_rate = 0.1, .momentum = 0.9, .decay = 0.3}, {{5, 60}}), SGD({}, {{5, 60}}));
}

TEST_CASE("AdamW refuses a state of Adam's and a decay that cannot be, and keeps its own") {
  AdamW adam({.decay = 0.25}, {{0, 1}});
  CHECK_THROWS_AS(adam.restore(Adam().state()), ArgumentError);
  OptimizerState state = AdamW({}, {{0, 1}}).state();
  state.settings["decay"] = 1e31;
  CHECK_THROWS_AS(adam.restore(state), ArgumentError);
  state = AdamW({}, {{0, 1}}).state();
  state.settings["beta1"] = 1;
  CHECK_THROWS_AS(adam.restore(state), ArgumentError);
  CHECK(adam.config().decay == 0.25);
}

TEST_CASE("SGD goes on from a state of before there was decay") {
  OptimizerState state = SGD({.learning_rate = 0.5}).state();
  state.settings.erase("decay");
  SGD sgd({.decay = 0.1}, {{0, 1}});
  sgd.restore(state);
  CHECK(sgd.config().decay == 0);
  CHECK(sgd.config().learning_rate == 0.5);
}

}  // namespace adamw_test
