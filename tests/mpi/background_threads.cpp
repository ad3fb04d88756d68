// A thread in the background, for ThreadSanitizer: it works while it is switched on, again and again, and not when it is
// switched off, while another goes on.

#include <cstdio>
#include <thread>

#include "unetpp/mpi/background.hpp"

namespace {

/// How often a background has worked; written and read while it is held.
struct Counter {
  int done = 0;
  unetpp::mpi::Background background{[this] { ++done; }};

  int count() {
    const auto held = background.hold();
    return done;
  }
  int switch_to(bool on) {
    const auto held = background.hold();
    background.switch_to(on);
    return done;
  }
  void wait_for(int times) {
    while (count() < times) std::this_thread::yield();
  }
};

}  // namespace

int main() {
  Counter one, other;
  if (one.switch_to(true) != 0) return std::puts("it worked before it was switched on"), 1;
  one.wait_for(3);
  const int before = one.switch_to(false);
  other.switch_to(true);
  other.wait_for(20);  // as often the one would have worked
  if (one.count() != before) return std::puts("it worked when it was switched off"), 1;
}
