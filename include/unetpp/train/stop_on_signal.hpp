#pragma once
// Ctrl-C, a terminal that is closed, a machine that shuts down, a scheduler that wants it back: training ends at a batch,
// not in the middle of one.

#include <unistd.h>

#include <array>
#include <csignal>
#include <cstddef>
#include <string>

#include "unetpp/core/compiler.hpp"

namespace unetpp {

namespace detail {

inline volatile std::sig_atomic_t stopping_signal = 0;

/// The second signal ends the program at once, but for SIGHUP: of a terminal that is closed both the shell and the
/// kernel send one, and systemd may send one behind SIGTERM.
inline void note_signal(int signal) {
  if (stopping_signal == 0)
    stopping_signal = signal;
  else if (signal != SIGHUP)
    ::_exit(128 + signal);
}

}  // namespace detail

/// As long as it lives, SIGINT, SIGTERM, SIGHUP and SIGUSR1 do not end the program but `fit`, which has it as a callback:
/// after the batch, and with a checkpoint if there is a CheckpointWriter, too. A second one, but SIGHUP, exits at once, with
/// status 128 + signal. What was ignored before (by nohup, or in the background of a script) stays ignored. One at a
/// time. (SIGUSR1: what Open MPI's mpirun passes on to its processes and does not kill them after.)
class StopOnSignal {
 public:
  StopOnSignal() {
    detail::stopping_signal = 0;
    struct sigaction action {};
    action.sa_handler = detail::note_signal;
    action.sa_flags = SA_RESTART;
    for (std::size_t i = 0; i < signals.size(); ++i) {
      ::sigaction(signals[i], nullptr, &before_[i]);
      if (before_[i].sa_handler != SIG_IGN) ::sigaction(signals[i], &action, nullptr);
    }
  }
  StopOnSignal(const StopOnSignal&) = delete;
  StopOnSignal& operator=(const StopOnSignal&) = delete;
  ~StopOnSignal() {
    for (std::size_t i = 0; i < signals.size(); ++i) ::sigaction(signals[i], &before_[i], nullptr);
  }

  bool stop() const { return signal() != 0; }
  /// That came; 0 if none did.
  int signal() const { return detail::stopping_signal; }
  /// The status that a program ends with by convention.
  int exit_status() const { return 128 + signal(); }
  std::string name() const {
    switch (signal()) {
      case SIGINT:
        return "SIGINT";
      case SIGHUP:
        return "SIGHUP";
      case SIGUSR1:
        return "SIGUSR1";
      default:
        return "SIGTERM";
    }
  }

 private:
  static constexpr std::array signals{SIGINT, SIGTERM, SIGHUP, SIGUSR1};
  std::array<struct sigaction, signals.size()> before_{};
};

}  // namespace unetpp
