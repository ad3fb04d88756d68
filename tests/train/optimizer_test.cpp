#include "unetpp/train/optimizer.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "../catch.hpp"
#include "unetpp/core/random.hpp"
#include "unetpp/train/adam.hpp"
#include "unetpp/train/sgd.hpp"

namespace optimizer_test {

using namespace unetpp;

namespace {

constexpr std::size_t count = 40001;  // more than two blocks of the kernel, and an odd rest

/// Five steps with random gradients; `want` is one parameter's step in float64.
template <class Optimizer, class Step>
void check_steps(Optimizer optimizer, Step want) {
  const Random random(5);
  std::vector<float> p(count), g(count);
  for (std::size_t i = 0; i < count; ++i) p[i] = random.normal(i);
  std::vector<double> expected(p.begin(), p.end()), first(count), second(count);
  for (int t = 1; t <= 5; ++t) {
    for (std::size_t i = 0; i < count; ++i) g[i] = Random(6, t).normal(i);
    optimizer.step(p, g, 2);
    for (std::size_t i = 0; i < count; ++i) want(expected[i], double{g[i]}, first[i], second[i], t);
  }
  double error = 0;
  for (std::size_t i = 0; i < count; ++i) error = std::max(error, std::abs(p[i] - expected[i]));
  CHECK(error < 2e-6);
}

}  // namespace

TEST_CASE("Adam takes Keras's steps") {
  check_steps(Adam(AdamConfig{.learning_rate = 0.01}), [](double& p, double g, double& m, double& v, int t) {
    m = 0.9 * m + (1 - 0.9) * g;
    v = 0.999 * v + (1 - 0.999) * g * g;
    p -= 0.01 * std::sqrt(1 - std::pow(0.999, t)) / (1 - std::pow(0.9, t)) * m / (std::sqrt(v) + 1e-7);
  });
}

TEST_CASE("SGD takes Keras's steps, with momentum and Nesterov's") {
  check_steps(SGD(SGDConfig{.learning_rate = 0.1}), [](double& p, double g, double&, double&, int) { p -= 0.1 * g; });
  check_steps(SGD(SGDConfig{.learning_rate = 0.1, .momentum = 0.9}), [](double& p, double g, double& v, double&, int) {
    v = 0.9 * v - 0.1 * g;
    p += v;
  });
  check_steps(SGD(SGDConfig{.learning_rate = 0.1, .momentum = 0.9, .nesterov = true}),
              [](double& p, double g, double& v, double&, int) {
                v = 0.9 * v - 0.1 * g;
                p += 0.9 * v - 0.1 * g;
              });
}

TEST_CASE("an optimizer refuses another number of parameters than at its first step") {
  Adam adam;
  std::vector<float> p(3), g(3);
  adam.step(p, g);
  p.resize(4);
  g.resize(4);
  CHECK_THROWS_AS(adam.step(p, g), ArgumentError);
}

TEST_CASE("an optimizer that goes on from the state of another takes the same steps") {
  const auto check = [](auto first, auto second) {
    std::vector<float> p(100, 1.0f), q(100, 1.0f), g(100);
    for (int t = 0; t < 6; ++t) {
      for (std::size_t i = 0; i < g.size(); ++i) g[i] = Random(7, t).normal(i);
      if (t == 3) {
        second.restore(first.state());
        q = p;
      }
      first.step(p, g, 1);
      if (t >= 3) second.step(q, g, 1);
    }
    CHECK(p == q);
    CHECK(first.state().steps == 6);
    CHECK(second.state().settings == first.state().settings);
  };
  check(Adam({.learning_rate = 0.1, .beta2 = 0.9}), Adam());
  check(SGD({.learning_rate = 0.1, .momentum = 0.9, .nesterov = true}), SGD());
}

TEST_CASE("an optimizer refuses a state that it cannot be in, and keeps its own") {
  std::vector<float> p(3), g{1, 2, 3};
  Adam adam({.learning_rate = 0.5});
  adam.step(p, g);
  const OptimizerState good = adam.state();
  const auto refuses = [&](auto edit) {
    OptimizerState state = good;
    edit(state);
    CHECK_THROWS_AS(adam.restore(state), ArgumentError);
    CHECK(adam.state().moments == good.moments);
    CHECK(adam.config().learning_rate == 0.5);
  };
  refuses([](OptimizerState& s) { s.name = "sgd"; });
  refuses([](OptimizerState& s) { s.settings.erase("beta1"); });
  refuses([](OptimizerState& s) { s.settings["beta2"] = 1; });
  refuses([](OptimizerState& s) { s.steps = -1; });
  refuses([](OptimizerState& s) { s.steps = 0; });
  refuses([](OptimizerState& s) { s.moments["m"].pop_back(); });
  refuses([](OptimizerState& s) { s.moments["v"][1] = -1; });
  refuses([](OptimizerState& s) { s.moments["w"] = s.moments["v"]; });
}

TEST_CASE("an optimizer refuses settings that it cannot have, when it is made and when they are changed") {
  const double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
  for (const double rate : {-1e-3, nan, infinity}) {
    CHECK_THROWS_AS(Adam({.learning_rate = rate}), ArgumentError);
    CHECK_THROWS_AS(SGD({.learning_rate = rate}), ArgumentError);
  }
  for (const double beta : {-0.1, 1.0, nan}) {
    CHECK_THROWS_AS(Adam({.beta1 = beta}), ArgumentError);
    CHECK_THROWS_AS(Adam({.beta2 = beta}), ArgumentError);
  }
  for (const double epsilon : {-1e-7, 0.0, 1e-40, nan}) CHECK_THROWS_AS(Adam({.epsilon = epsilon}), ArgumentError);
  for (const double momentum : {-0.1, 1.5, nan}) CHECK_THROWS_AS(SGD({.momentum = momentum}), ArgumentError);
  CHECK_THROWS_WITH(Adam({.learning_rate = -0.5}), "unetpp: Adam's learning_rate: expected 0 to 1e+30, found -0.5");

  std::vector<float> p{1, 2, 3};
  const std::vector<float> g{1, 2, 3}, before = p;
  Adam adam;
  adam.config().learning_rate = -1;
  CHECK_THROWS_AS(adam.step(p, g, 1), ArgumentError);
  SGD sgd;
  sgd.config().momentum = nan;
  CHECK_THROWS_AS(sgd.step(p, g, 1), ArgumentError);
  CHECK(p == before);
  adam.config().learning_rate = 0;  // as a warm-up begins
  adam.step(p, g, 1);
  CHECK(p == before);
}

}  // namespace optimizer_test
