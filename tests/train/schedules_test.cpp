#include "unetpp/train/schedules.hpp"

#include <limits>
#include <string>
#include <vector>

#include "../catch.hpp"
#include "../reference/optimizer_steps.hpp"

namespace schedules_test {

using namespace unetpp;

namespace {

void check_rates(const Schedule& schedule, const std::string& entry) {
  const std::vector<double>& want = reference::optimizer_reference()[entry];
  for (std::size_t step = 0; step < want.size(); ++step) {
    CAPTURE(entry, step);
    CHECK(schedule(step) == Approx(want[step]).epsilon(1e-8));
  }
}

}  // namespace

TEST_CASE("cosine has PyTorch's rates from the first step to the last and one beyond") {
  const Schedule schedule = cosine({.first = 0.1, .last = 0.001, .steps = 20});
  check_rates(schedule, "rates.cosine");
  CHECK(schedule(0) == 0.1);
  CHECK(schedule(20) == 0.001);
  CHECK(schedule(1000) == 0.001);
}

TEST_CASE("a warm-up before cosine has PyTorch's and Keras's rates") {
  const Schedule schedule = warm_up(4, cosine({.first = 0.1, .last = 0.001, .steps = 16}));
  check_rates(schedule, "rates.warm_up_cosine");
  check_rates(schedule, "keras.cosine");
  CHECK(schedule(0) == Approx(0.02));
  CHECK(schedule(4) == 0.1);
}

TEST_CASE("polynomial has PyTorch's and Keras's rates") {
  check_rates(polynomial({.first = 0.1, .power = 0.9, .steps = 20}), "rates.polynomial");
  const Schedule schedule = polynomial({.first = 0.1, .last = 0.001, .power = 0.9, .steps = 20});
  check_rates(schedule, "keras.polynomial");
  CHECK(schedule(0) == 0.1);
  CHECK(schedule(1000) == 0.001);
  CHECK(polynomial({.first = 0.1, .last = 0.001, .power = 0, .steps = 20})(20) == 0.001);
}

TEST_CASE("one cycle has PyTorch's rates, and the last behind its steps") {
  const Schedule schedule = one_cycle({.peak = 0.1, .steps = 20});
  check_rates(schedule, "rates.one_cycle");
  CHECK(schedule(19) == Approx(4e-7));
  CHECK(schedule(1000) == schedule(19));
}

TEST_CASE("a constant rate is one at every step") {
  CHECK(constant_rate(0.25)(0) == 0.25);
  CHECK(constant_rate(0.25)(1'000'000) == 0.25);
}

TEST_CASE("schedules refuse rates, steps and shapes that they cannot have") {
  for (const double rate : {-0.1, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    CHECK_THROWS_AS(constant_rate(rate), ArgumentError);
    CHECK_THROWS_AS(cosine({.first = rate, .steps = 2}), ArgumentError);
    CHECK_THROWS_AS(cosine({.last = rate, .steps = 2}), ArgumentError);
    CHECK_THROWS_AS(polynomial({.first = rate, .steps = 2}), ArgumentError);
    CHECK_THROWS_AS(polynomial({.last = rate, .steps = 2}), ArgumentError);
    CHECK_THROWS_AS(polynomial({.power = rate, .steps = 2}), ArgumentError);
    CHECK_THROWS_AS(one_cycle({.peak = rate, .steps = 20}), ArgumentError);
    CHECK_THROWS_AS(one_cycle({.steps = 20, .rise = rate}), ArgumentError);
  }
  for (const std::uint64_t steps : {std::uint64_t{0}, static_cast<std::uint64_t>(-3)}) {
    CHECK_THROWS_AS(warm_up(steps, constant_rate(1)), ArgumentError);
    CHECK_THROWS_AS(cosine({.steps = steps}), ArgumentError);
    CHECK_THROWS_AS(polynomial({.steps = steps}), ArgumentError);
    CHECK_THROWS_AS(one_cycle({.steps = steps}), ArgumentError);
  }
  CHECK_THROWS_WITH(warm_up(2, {}), "unetpp: warm_up: expected a schedule to follow, found none");
  CHECK_THROWS_AS(one_cycle({.steps = 20, .rise = 0.05}), ArgumentError);
  CHECK_THROWS_AS(one_cycle({.steps = 20, .rise = 1}), ArgumentError);
  CHECK_THROWS_AS(one_cycle({.steps = 20, .first_divisor = 0.5}), ArgumentError);
  CHECK_THROWS_AS(one_cycle({.steps = 20, .last_divisor = 0.5}), ArgumentError);
}

}  // namespace schedules_test
