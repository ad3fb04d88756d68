#include "unetpp/train/optimizer.hpp"

#include <cmath>
#include <vector>

#include "../catch.hpp"
#include "unetpp/core/random.hpp"

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
