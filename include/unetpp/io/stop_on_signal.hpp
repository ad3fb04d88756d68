#pragma once
// Ctrl-C, and a machine that shuts down: training ends at a batch, not in the middle of one.

#include <unistd.h>

#include <csignal>
#include <string>

#include "unetpp/core/compiler.hpp"

namespace unetpp {

namespace detail {

inline volatile std::sig_atomic_t stopping_signal = 0;

/// The second signal ends the program at once.
inline void note_signal(int signal) {
  if (stopping_signal != 0) ::_exit(128 + signal);
  stopping_signal = signal;
}

}  // namespace detail

/// As long as it lives, SIGINT and SIGTERM do not end the program but `fit`, which has it as a callback: after the batch,
/// and with a checkpoint if there is a CheckpointWriter, too. A second signal exits at once, with status 128 + signal.
/// What was ignored before (by nohup, or in the background of a script) stays ignored. One at a time.
class StopOnSignal {
 public:
  StopOnSignal() {
    detail::stopping_signal = 0;
    struct sigaction action {};
    action.sa_handler = detail::note_signal;
    action.sa_flags = SA_RESTART;
    for (int i = 0; i < 2; ++i) {
      ::sigaction(signals[i], nullptr, &before_[i]);
      if (before_[i].sa_handler != SIG_IGN) ::sigaction(signals[i], &action, nullptr);
    }
  }
  StopOnSignal(const StopOnSignal&) = delete;
  StopOnSignal& operator=(const StopOnSignal&) = delete;
  ~StopOnSignal() {
    for (int i = 0; i < 2; ++i) ::sigaction(signals[i], &before_[i], nullptr);
  }

  bool stop() const { return signal() != 0; }
  /// That came; 0 if none did.
  int signal() const { return detail::stopping_signal; }
  /// The status that a program ends with by convention.
  int exit_status() const { return 128 + signal(); }
  std::string name() const { return signal() == SIGINT ? "SIGINT" : "SIGTERM"; }

 private:
  static constexpr int signals[2] = {SIGINT, SIGTERM};
  struct sigaction before_[2]{};
};

}  // namespace unetpp
