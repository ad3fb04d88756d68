#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

#include "unetpp/core/compiler.hpp"

namespace unetpp::mpi {

/// A thread that does a little work again and again while it is switched on, and sleeps otherwise.
class Background {
 public:
  explicit Background(std::function<void()> work) : thread_([this, work = std::move(work)] { run(work); }) {}
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;
  ~Background() {
    {
      const std::lock_guard held(mutex_);
      ended_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }

  /// While what this returns is there, no work is done.
  [[nodiscard]] std::unique_lock<std::mutex> hold() { return std::unique_lock(mutex_); }
  /// Of one that is held.
  void switch_to(bool on) {
    on_ = on;
    if (on) wake_.notify_one();
  }

 private:
  /// From one time to the next. A link of 1 Gbit/s sends 50 KB meanwhile, less than systems keep for it.
  static constexpr std::chrono::microseconds pause{400};

  void run(const std::function<void()>& work) {
    std::unique_lock held(mutex_);
    while (!ended_) {
      if (on_) {
        work();
        wake_.wait_for(held, pause);
      } else {
        wake_.wait(held);
      }
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  bool on_ = false;
  bool ended_ = false;
  std::thread thread_;  // begins when all of the others are there
};

}  // namespace unetpp::mpi
