#pragma once
// The one place that knows OpenMP.
//
// Work is cut by its own size, never by the number of threads, and each piece writes what no other piece writes: the
// results then have the same bits with any number of threads.

#include <algorithm>
#include <atomic>
#include <cstddef>

#ifdef _OPENMP
#include <omp.h>
#endif

namespace unetpp {

/// Threads that a parallel region gets unless told otherwise (OMP_NUM_THREADS, or the number of cores).
inline int max_threads() {
#ifdef _OPENMP
  return omp_get_max_threads();
#else
  return 1;
#endif
}

/// Sets what `max_threads` returns.
inline void set_threads([[maybe_unused]] int threads) {
#ifdef _OPENMP
  omp_set_num_threads(threads);
#endif
}

/// Parts of at most `size` that `count` things make.
template <class Count, class Size>
constexpr auto parts_of(Count count, Size size) {
  return (count + size - 1) / size;
}

/// Calls work(i, thread) once for every i in [0, count), on up to `threads` threads; thread is in [0, threads). Each
/// thread begins with its own part of the range, so that it meets in its cache what it wrote in the last such loop, and
/// then helps the others.
/// Errors  work must not throw.
template <class Work>
void parallel_for(int threads, std::size_t count, const Work& work) {
#ifdef _OPENMP
  constexpr std::size_t most_parts = 64;
  struct alignas(64) Part {  // a cache line each
    std::atomic<std::size_t> next;
    std::size_t end;
  };
  const std::size_t parts = std::min<std::size_t>(threads, most_parts);
  Part part[most_parts];  // OpenMP's own dynamic schedule allocates memory under clang
  for (std::size_t p = 0; p < parts; ++p) {
    part[p].next.store(count * p / parts, std::memory_order_relaxed);
    part[p].end = count * (p + 1) / parts;
  }
#pragma omp parallel num_threads(threads)
  {
    omp_set_num_threads(1);  // of this region only: keeps Eigen from starting threads of its own
    const int thread = omp_get_thread_num();
    for (std::size_t p = 0; p < parts; ++p) {
      Part& own = part[(thread + p) % parts];
      for (std::size_t i; (i = own.next.fetch_add(1, std::memory_order_relaxed)) < own.end;) work(i, thread);
    }
  }
#else
  static_cast<void>(threads);
  for (std::size_t i = 0; i < count; ++i) work(i, 0);
#endif
}

}  // namespace unetpp
