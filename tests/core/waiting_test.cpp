#include "unetpp/core/waiting.hpp"

#include <atomic>
#include <thread>

#include "../catch.hpp"

namespace waiting_test {

using unetpp::detail::awake_for;
using unetpp::detail::Signal;

TEST_CASE("who waits for a number that is another already does not wait") {
  Signal signal;
  signal.value = 7;
  int looks = 0;
  CHECK(signal.wait_for_another_than(3, [&] { return ++looks, 0.0; }) == 7);
  CHECK(looks == 1);
}

TEST_CASE("who waits looks at the clock until its time awake is over, then sleeps until it is woken") {
  Signal signal;
  int looks = 0;
  std::jthread other([&] {
    while (!signal.asleep) std::this_thread::yield();
    signal.value = 1;
    signal.wake();
  });
  const auto clock = [&] { return looks++ * (awake_for / 4); };
  CHECK(signal.wait_for_another_than(0, clock) == 1);
  CHECK(looks == 5);  // at the beginning, and at 1/4 to 4/4 of the time
  CHECK_FALSE(signal.asleep);
}

TEST_CASE("a clock that is set back ends the time awake") {
  Signal signal;
  std::jthread other([&] {
    while (!signal.asleep) std::this_thread::yield();
    signal.value = 1;
    signal.wake();
  });
  double now = 0;
  CHECK(signal.wait_for_another_than(0, [&] { return now -= 1; }) == 1);
  CHECK(now == -2);
}

TEST_CASE("no change is missed by one that falls asleep meanwhile") {
  Signal there, back;
  constexpr unsigned rounds = 20000;
  const auto wait = [](Signal& signal, unsigned old) {  // awake for no time
    double now = 0;
    return signal.wait_for_another_than(old, [&] { return now += 1; });
  };
  std::jthread other([&] {
    for (unsigned i = 0; i < rounds; ++i) {
      back.value = wait(there, i);
      back.wake();
    }
  });
  bool right = true;
  for (unsigned i = 0; i < rounds; ++i) {
    ++there.value;
    there.wake();
    right = right && wait(back, i) == i + 1;
  }
  CHECK(right);
}

}  // namespace waiting_test
