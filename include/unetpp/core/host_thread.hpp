#pragma once
// One thread. The header of std::thread takes a fiftieth of the time in which unet.hpp compiles.

#include "unetpp/core/compiler.hpp"

#if defined(__unix__) || defined(__APPLE__)
#include <pthread.h>
#include <sched.h>

#include <system_error>

namespace unetpp::detail {

class HostThread {
 public:
  /// Errors  std::system_error where no thread can be started.
  void start(void* (*run)(void*), void* of) {
    if (const int error = pthread_create(&thread_, nullptr, run, of))
      throw std::system_error(error, std::generic_category(), "unetpp: a thread for parallel loops");
  }
  void join() { pthread_join(thread_, nullptr); }
  /// Lets other threads go first.
  static void yield() { sched_yield(); }

 private:
  pthread_t thread_;
};

}  // namespace unetpp::detail
#else
#include <thread>

namespace unetpp::detail {

class HostThread {
 public:
  void start(void* (*run)(void*), void* of) { thread_ = std::thread(run, of); }
  void join() { thread_.join(); }
  static void yield() { std::this_thread::yield(); }

 private:
  std::thread thread_;
};

}  // namespace unetpp::detail
#endif
