#pragma once
// The one place, with workers.hpp, that knows OpenMP.
//
// Work is cut by its own size, never by the number of threads, and each piece writes what no other piece writes: the
// results then have the same bits with any number of threads.

#include <algorithm>
#include <cstddef>
#include <string>
#include <type_traits>

#include "unetpp/core/compiler.hpp"
#include "unetpp/core/cpu_quota.hpp"
#include "unetpp/core/error.hpp"
#include "unetpp/core/flush_subnormals.hpp"
#include "unetpp/core/workers.hpp"

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

namespace detail {

/// As cpu_quota; read once, since it takes some files.
inline int own_cpu_quota() {
  static const int quota = cpu_quota();
  return quota;
}

/// Threads, but no more than the quota of this process's container, rounded up.
inline int within_quota(int threads) {
  const int quota = own_cpu_quota();
  return quota > 0 ? std::min(threads, quota) : threads;
}

#ifdef _OPENMP
inline constinit thread_local bool threads_set = false;  // by set_threads, in this thread
#endif

}  // namespace detail

/// Threads that what the calling thread computes gets unless told otherwise: as set_threads has it. Before that the
/// smallest of what OpenMP has (OMP_NUM_THREADS), the cores that this process may run on, and the quota of its
/// container, rounded up: more threads than that wait for each other.
inline int max_threads() {
#ifdef _OPENMP
  const int threads = std::min(omp_get_max_threads(), most_threads);
  if (detail::threads_set) return threads;
  return detail::within_quota(std::min(threads, std::max(1, omp_get_num_procs())));
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
  detail::threads_set = true;
#endif
}

/// What `max_threads` returns, and why: "2 (OpenMP: 2; cores: 4; no quota)".
[[gnu::cold]] inline std::string describe_threads() {
  const std::string threads = std::to_string(max_threads());
#ifdef _OPENMP
  if (detail::threads_set) return threads + " (set)";
  const int quota = detail::own_cpu_quota();
  return threads + " (OpenMP: " + std::to_string(omp_get_max_threads()) +
         "; cores: " + std::to_string(omp_get_num_procs()) +
         (quota > 0 ? "; quota: " + std::to_string(quota) : "; no quota") + ")";
#else
  return threads + " (compiled without OpenMP)";
#endif
}

/// Parts of at most `size` that `count` things make.
template <class Count, class Size>
constexpr auto parts_of(Count count, Size size) {
  using All = std::common_type_t<Count, Size>;
  return (static_cast<All>(count) + static_cast<All>(size) - 1) / static_cast<All>(size);
}

namespace detail {

/// `parallel_for`, compiled once for all that it runs.
inline void run_loop(int threads, std::size_t count, LoopBody body) {
  require_threads(threads, "unetpp: a parallel loop");
#ifdef _OPENMP
  Workers* const workers = threads > 1 && count > 1 ? OwnWorkers::find(threads) : nullptr;
  const OwnWorkers::Alone alone;
  if (workers) return workers->run(static_cast<int>(std::min(static_cast<std::size_t>(threads), count)), count, body);
#endif
  const FlushSubnormals flush;
  for (std::size_t i = 0; i < count; ++i) body.call(body.work, i, 0);
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
