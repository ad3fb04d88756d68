#include "unetpp/train/any_optimizer.hpp"

#include <vector>

#include "../catch.hpp"
#include "unetpp/core/random.hpp"
#include "unetpp/train/adam.hpp"
#include "unetpp/train/moving_average.hpp"
#include "unetpp/train/sgd.hpp"

namespace any_optimizer_test {

using namespace unetpp;

namespace {

constexpr std::size_t count = 100;

/// Parameters after steps of an optimizer, the last of them at another rate.
template <class Optimizer>
std::vector<float> after_steps(Optimizer& optimizer) {
  std::vector<float> p(count), g(count);
  for (std::uint64_t t = 0; t < 3; ++t) {
    for (std::size_t i = 0; i < count; ++i) g[i] = Random(6, t).normal(i);
    if (t < 2)
      optimizer.step(p, g, 2);
    else
      optimizer.step(p, g, 2, 0.5);
  }
  return p;
}

}  // namespace

TEST_CASE("any optimizer takes the steps of the one in it") {
  Adam adam({.learning_rate = 0.01});
  AnyOptimizer any(Adam({.learning_rate = 0.01}));
  CHECK(any.learning_rate() == 0.01);
  CHECK(after_steps(any) == after_steps(adam));
  CHECK(any.state().name == "adam");
  CHECK(any.state().steps == 3);
  CHECK(any.state().moments.at("m") == adam.state().moments.at("m"));
}

TEST_CASE("any optimizer has the average of the one in it, or none") {
  MovingAverage average(SGD({.learning_rate = 0.1}));
  AnyOptimizer any(MovingAverage(SGD({.learning_rate = 0.1})));
  AnyOptimizer plain(SGD{});
  after_steps(any);
  after_steps(average);
  after_steps(plain);
  CHECK(std::vector<float>(any.average().begin(), any.average().end()) ==
        std::vector<float>(average.average().begin(), average.average().end()));
  CHECK(plain.average().empty());
}

TEST_CASE("any optimizer goes on from a state of its kind, and refuses one of another") {
  AnyOptimizer first(Adam{}), second(Adam{}), other(SGD{});
  after_steps(first);
  second.restore(first.state());
  CHECK(after_steps(second) == after_steps(first));
  CHECK_THROWS_AS(other.restore(first.state()), ArgumentError);
}

}  // namespace any_optimizer_test
