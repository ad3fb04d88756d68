#include "unetpp/train/stop_on_signal.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <utility>

#include "../catch.hpp"

namespace stop_on_signal_test {

using unetpp::StopOnSignal;

namespace {

/// The status that a process ends with which does this.
template <class Work>
int status_of(const Work& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    work();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

}  // namespace

TEST_CASE("the first signal asks to stop, and says which it was") {
  const std::pair<int, const char*> all[] = {
      {SIGINT, "SIGINT"}, {SIGTERM, "SIGTERM"}, {SIGHUP, "SIGHUP"}, {SIGUSR1, "SIGUSR1"}};
  for (const auto& [number, name] : all) {
    const StopOnSignal signals;
    CHECK_FALSE(signals.stop());
    ::raise(number);
    CHECK(signals.stop());
    CHECK(signals.signal() == number);
    CHECK(signals.exit_status() == 128 + number);
    CHECK(signals.name() == name);
  }
}

TEST_CASE("a second SIGHUP, as a terminal that is closed sends, leaves the time to stop") {
  for (const int number : {SIGHUP, SIGTERM, SIGINT})
    CHECK(status_of([&] {
            const StopOnSignal signals;
            ::raise(number);
            ::raise(SIGHUP);
            ::_exit(signals.signal() == number ? 7 : 1);
          }) == 7);
  CHECK(status_of([] {
          const StopOnSignal signals;
          ::raise(SIGHUP);
          ::raise(SIGINT);
        }) == 130);
}

TEST_CASE("the second signal exits at once with its status") {
  CHECK(status_of([] {
          const StopOnSignal signals;
          ::raise(SIGINT);
          ::raise(SIGTERM);
        }) == 143);
  CHECK(status_of([] {
          const StopOnSignal signals;
          ::raise(SIGTERM);
          ::raise(SIGINT);
        }) == 130);
}

TEST_CASE("afterwards signals do what they did before, and what was ignored stays so") {
  CHECK(status_of([] {
          std::signal(SIGHUP, SIG_IGN);  // by nohup
          const StopOnSignal signals;
          ::raise(SIGHUP);
          if (signals.stop()) ::_exit(1);
        }) == 0);
  CHECK(status_of([] {
          std::signal(SIGTERM, SIG_DFL);
          { const StopOnSignal signals; }
          ::raise(SIGTERM);
        }) == 1000 + SIGTERM);
  CHECK(status_of([] {
          std::signal(SIGINT, SIG_IGN);
          const StopOnSignal signals;
          ::raise(SIGINT);
          if (signals.stop()) ::_exit(1);
        }) == 0);
}

}  // namespace stop_on_signal_test
