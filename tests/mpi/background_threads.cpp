// A thread in the background, for ThreadSanitizer: it works while it is switched on, again and again, and never while it is
// held or when it is switched off.

#include <cstdio>
#include <thread>

#include "unetpp/mpi/background.hpp"

int main() {
  int done = 0;  // written and read while the background is held
  unetpp::mpi::Background background([&] { ++done; });
  const auto count = [&] {
    const auto held = background.hold();
    return done;
  };
  const auto switch_to = [&](bool on) {
    const auto held = background.hold();
    background.switch_to(on);
    return done;
  };
  if (switch_to(true) != 0) return std::puts("it worked before it was switched on"), 1;
  while (count() < 3) std::this_thread::yield();
  const int before = switch_to(false);
  if (count() != before) return std::puts("it worked when it was switched off"), 1;
}
