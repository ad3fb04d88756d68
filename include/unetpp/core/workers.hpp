#pragma once
// Threads that work for one calling thread, loop after loop, and sleep while there is nothing to do.
//
// A parallel region of OpenMP for each loop would be shorter. But OpenMP's threads spin for milliseconds before and after
// a region, unless OMP_WAIT_POLICY forbids it before the program starts: beside other busy programs they keep the cores
// from the very threads that they wait for. So one region lasts as long as the calling thread, and its threads wait in
// it as waiting.hpp has it. The caller cannot be one of them, since a region lets its threads go only together: a thread
// of its own, the host, opens the region and sleeps in it. So OpenMP starts the threads and has its say: OMP_PROC_BIND,
// OMP_STACKSIZE, OMP_THREAD_LIMIT.

#include <cstddef>

#ifdef _OPENMP
#include <omp.h>

#include <algorithm>
#include <atomic>
#include <memory>

#include "unetpp/core/flush_subnormals.hpp"
#include "unetpp/core/host_thread.hpp"
#include "unetpp/core/waiting.hpp"

#if defined(__unix__) || defined(__APPLE__)
#include <pthread.h>
#endif
#endif

namespace unetpp::detail {

/// A function work(i, thread) of any type, not owned.
struct LoopBody {
  const void* work;
  void (*call)(const void* work, std::size_t i, int thread);
};

#ifdef _OPENMP
class Workers {
 public:
  /// Errors  std::system_error where no thread can be started.
  explicit Workers(int threads) : threads_(threads), calls_(new Calls[static_cast<std::size_t>(threads)]) {
    const FlushSubnormals::Suspended own_mode;  // threads are born with the mode of the one that starts them
    host_.start(
        [](void* self) -> void* {
          static_cast<Workers*>(self)->open_region();
          return nullptr;
        },
        this);
  }
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;
  ~Workers() {
    ended_ = true;
    call(0, threads_);
    host_.join();
  }

  int threads() const { return threads_; }

  /// Calls body for every i in [0, count), in the calling thread and in those of the workers 1 to threads - 1 that come
  /// before all is done: it waits for none that the system does not let run.
  void run(int threads, std::size_t count, LoopBody body) {
    body_ = body;
    loop_threads_ = threads;
    parts_ = std::min(static_cast<std::size_t>(threads), most_parts);
    for (std::size_t p = 0; p < parts_; ++p) {
      part_[p].next.store(count * p / parts_, std::memory_order_relaxed);
      part_[p].end = count * (p + 1) / parts_;
    }
    inside_.value &= ~closed;
    call(1, threads);
    take_part(0);
    for (unsigned inside = inside_.value |= closed; inside != closed;)
      inside = inside_.wait_for_another_than(inside, omp_get_wtime);
  }

 private:
  static constexpr std::size_t most_parts = 64;
  static constexpr unsigned closed = 1u << 31;

  struct alignas(64) Calls : Signal {};  // a cache line each
  struct alignas(64) Part {
    std::atomic<std::size_t> next;
    std::size_t end;
  };

  void call(int first, int last) {
    for (int thread = first; thread < last; ++thread) ++calls_[static_cast<std::size_t>(thread)].value;
    for (int thread = first; thread < last; ++thread) calls_[static_cast<std::size_t>(thread)].wake();
  }

  void open_region() {
#pragma omp parallel num_threads(threads_)
    {
      serve(omp_get_thread_num());
      ++gone_;  // ThreadSanitizer does not see that a region of libgomp's waits for its threads
      while (omp_get_thread_num() == 0 && gone_ < omp_get_num_threads()) HostThread::yield();
    }
  }

  void serve(int thread);

  void take_part(int thread) noexcept {
    const FlushSubnormals flush;
    for (std::size_t p = 0; p < parts_; ++p) {
      Part& own = part_[(static_cast<std::size_t>(thread) + p) % parts_];
      for (std::size_t i; (i = own.next.fetch_add(1, std::memory_order_relaxed)) < own.end;)
        body_.call(body_.work, i, thread);
    }
  }

  int threads_;
  std::unique_ptr<Calls[]> calls_;  // of each thread, the host's first
  std::atomic<bool> ended_ = false;
  std::atomic<int> gone_ = 0;
  alignas(64) Signal inside_{closed};  // how many workers may read what follows, and whether more may not
  alignas(64) LoopBody body_{};
  int loop_threads_ = 0;
  std::size_t parts_ = 0;
  Part part_[most_parts];  // OpenMP's own dynamic schedule allocates memory under clang
  HostThread host_;
};

/// The workers of the calling thread, which end with it.
class OwnWorkers {
 public:
  /// At least so many threads with the caller, or nullptr where a loop is the caller's alone: within another loop or a
  /// parallel region of the user's (as OMP_MAX_ACTIVE_LEVELS has it), and when the thread's own objects are destroyed.
  static Workers* find(int threads) {
    if (unavailable || omp_get_active_level() >= omp_get_max_active_levels()) return nullptr;
    if (!workers || workers->threads() < threads) start(threads);
    return workers;
  }

  /// While one lives, its thread has no workers to find, and OpenMP has one thread for it: Eigen starts none then.
  class Alone {
   public:
    Alone() { omp_set_num_threads(1), unavailable = true; }
    Alone(const Alone&) = delete;
    Alone& operator=(const Alone&) = delete;
    ~Alone() { omp_set_num_threads(threads_before_), unavailable = unavailable_before_; }

   private:
    int threads_before_ = omp_get_max_threads();
    bool unavailable_before_ = unavailable;
  };

 private:
  struct Ending {
    ~Ending() {
      unavailable = true;
      delete workers;
      workers = nullptr;
    }
  };

  [[gnu::cold]] static void start(int threads) {
    static thread_local const Ending ending;
    static_cast<void>(ending);
#if defined(__unix__) || defined(__APPLE__)
    // A child has only the thread that forked, and starts new ones. Nothing can be destroyed of what others had begun.
    static const int registered = pthread_atfork(nullptr, nullptr, [] { workers = nullptr; });
    static_cast<void>(registered);
#endif
    delete workers;
    workers = nullptr;
    workers = new Workers(threads);
  }

  static inline constinit thread_local Workers* workers = nullptr;
  static inline constinit thread_local bool unavailable = false;
};

inline void Workers::serve(int thread) {
  const OwnWorkers::Alone alone;
  Calls& calls = calls_[static_cast<std::size_t>(thread)];
  for (unsigned seen = 0;;) {
    seen = calls.wait_for_another_than(seen, omp_get_wtime);
    if (ended_) return;
    if (!(inside_.value++ & closed) && thread < loop_threads_) take_part(thread);
    if (--inside_.value == closed) inside_.wake();
  }
}
#endif

}  // namespace unetpp::detail
