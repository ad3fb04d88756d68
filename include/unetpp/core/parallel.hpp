#pragma once
// The one place that knows OpenMP.
//
// Work is cut by its own size, never by the number of threads, and each piece writes what no other piece writes: the
// results then have the same bits with any number of threads.

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <string>
#include <type_traits>

#include "unetpp/core/compiler.hpp"
#include "unetpp/core/error.hpp"
#include "unetpp/core/flush_subnormals.hpp"

#ifdef _OPENMP
#include <omp.h>
#endif

namespace unetpp {

/// The most threads that anything takes; more are taken for a mistake.
inline constexpr int most_threads = 512;

/// Errors  ArgumentError, which begins with `what`, for numbers of threads out of 1 to most_threads.
inline void require_threads(int threads, const char* what) {
  if (threads < 1 || threads > most_threads)
    throw ArgumentError(std::string(what) + ": expected 1 to " + std::to_string(most_threads) + " threads, found " +
                        std::to_string(threads));
}

/// Threads that what the calling thread computes gets unless told otherwise: as OMP_NUM_THREADS has it, or as many as
/// there are cores.
inline int max_threads() {
#ifdef _OPENMP
  return std::min(omp_get_max_threads(), most_threads);
#else
  return 1;
#endif
}

/// Sets what `max_threads` returns in the calling thread, and in no other: OpenMP keeps a number for each thread.
/// set_threads(1) in main does not reach the threads of a server, say; where four of them predict, each one's Predictor
/// wants PredictorConfig's `.threads = 1`.
/// Errors  ArgumentError for numbers out of 1 to most_threads.
inline void set_threads(int threads) {
  require_threads(threads, "unetpp: set_threads");
#ifdef _OPENMP
  omp_set_num_threads(threads);
#endif
}

/// Parts of at most `size` that `count` things make.
template <class Count, class Size>
constexpr auto parts_of(Count count, Size size) {
  using All = std::common_type_t<Count, Size>;
  return (static_cast<All>(count) + static_cast<All>(size) - 1) / static_cast<All>(size);
}

namespace detail {

/// A function work(i, thread) of any type, not owned.
struct LoopBody {
  const void* work;
  void (*call)(const void* work, std::size_t i, int thread);
};

/// `parallel_for`, compiled once for all that it runs.
inline void run_loop(int threads, std::size_t count, LoopBody body) {
  require_threads(threads, "unetpp: a parallel loop");
#ifdef _OPENMP
  constexpr std::size_t most_parts = 64;
  struct alignas(64) Part {  // a cache line each
    std::atomic<std::size_t> next;
    std::size_t end;
  };
  const std::size_t parts = std::min(static_cast<std::size_t>(threads), most_parts);
  Part part[most_parts];  // OpenMP's own dynamic schedule allocates memory under clang
  for (std::size_t p = 0; p < parts; ++p) {
    part[p].next.store(count * p / parts, std::memory_order_relaxed);
    part[p].end = count * (p + 1) / parts;
  }
  const FlushSubnormals::Suspended own_mode;  // threads that the region starts are OpenMP's and go on after it
#pragma omp parallel num_threads(threads)
  {
    const FlushSubnormals flush;
    omp_set_num_threads(1);  // of this region only: keeps Eigen from starting threads of its own
    const int thread = omp_get_thread_num();
    for (std::size_t p = 0; p < parts; ++p) {
      Part& own = part[(static_cast<std::size_t>(thread) + p) % parts];
      for (std::size_t i; (i = own.next.fetch_add(1, std::memory_order_relaxed)) < own.end;)
        body.call(body.work, i, thread);
    }
  }
#else
  const FlushSubnormals flush;
  for (std::size_t i = 0; i < count; ++i) body.call(body.work, i, 0);
#endif
}

}  // namespace detail

/// Calls work(i, thread) once for every i in [0, count), on up to `threads` threads; thread is in [0, threads). Each
/// thread begins with its own part of the range, so that it meets in its cache what it wrote in the last such loop, and
/// then helps the others. Subnormal numbers are zero meanwhile, as FlushSubnormals has it, in these threads only.
/// Errors  ArgumentError for numbers of threads out of 1 to most_threads. work must not throw.
template <class Work>
void parallel_for(int threads, std::size_t count, const Work& work) {
  detail::run_loop(threads, count, {&work, [](const void* self, std::size_t i, int thread) {
                                      (*static_cast<const Work*>(self))(i, thread);
                                    }});
}

}  // namespace unetpp
