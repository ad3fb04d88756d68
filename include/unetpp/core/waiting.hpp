#pragma once
// Waiting that is quick on a quiet machine and costs nothing on a busy one: a moment awake, then asleep.

#include <atomic>

#include "unetpp/core/compiler.hpp"

#ifdef __linux__
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace unetpp::detail {

/// How long a thread waits awake: some times what it takes to be woken, so that short waits cost nothing more.
/// Units   seconds.
inline constexpr double awake_for = 50e-6;

/// A number that any thread may change and one waits for.
struct Signal {
  std::atomic<unsigned> value = 0;
  std::atomic<bool> asleep = false;  // the one that waits; read and written in one order with the value

  /// To be called after each change of the value that the other may wait for.
  void wake() {
    if (!asleep) return;
#ifdef __linux__
    syscall(SYS_futex, &value, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
#else
    value.notify_one();
#endif
  }

  /// Waits until the value is another than `old`, awake for awake_for by the clock, and returns it.
  template <class Clock>
  unsigned wait_for_another_than(unsigned old, const Clock& seconds) {
    constexpr int looks = 32;  // at the value, for each at the clock
    const double begin = seconds();
    double waited = 0;
    do {
      for (int look = 0; look < looks; ++look) {
        if (const unsigned now = value.load(std::memory_order_acquire); now != old) return now;
        relax();
      }
      waited = seconds() - begin;
    } while (waited >= 0 && waited < awake_for);  // a clock may be set back
    return sleep_until_another_than(old);
  }

 private:
  /// Tells the processor that this thread only waits.
  static void relax() {
#if defined(__GNUC__) && defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__GNUC__) && defined(__aarch64__)
    asm volatile("yield");
#endif
  }

  // std::atomic's wait gives its turn away four times before it sleeps (libstdc++): beside busy programs each time costs
  // a turn of theirs, and training 7 % of its speed.
  unsigned sleep_until_another_than(unsigned old) {
    asleep = true;
    unsigned now;
    while ((now = value) == old)
#ifdef __linux__
      syscall(SYS_futex, &value, FUTEX_WAIT_PRIVATE, old, nullptr, nullptr, 0);
#else
      value.wait(old);
#endif
    asleep = false;
    return now;
  }
};

}  // namespace unetpp::detail
