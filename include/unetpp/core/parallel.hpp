#pragma once
// The one place that knows OpenMP.
//
// Work is cut by its own size, never by the number of threads, and each piece writes what no other piece writes: the
// results then have the same bits with any number of threads.

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

/// Calls work(i, thread) once for every i in [0, count), on up to `threads` threads; thread is in [0, threads).
/// Errors  work must not throw.
template <class Work>
void parallel_for(int threads, std::size_t count, const Work& work) {
#ifdef _OPENMP
  std::atomic<std::size_t> next{0};  // OpenMP's own dynamic schedule allocates memory under clang
#pragma omp parallel num_threads(threads)
  {
    omp_set_num_threads(1);  // of this region only: keeps Eigen from starting threads of its own
    for (std::size_t i; (i = next.fetch_add(1, std::memory_order_relaxed)) < count;) work(i, omp_get_thread_num());
  }
#else
  static_cast<void>(threads);
  for (std::size_t i = 0; i < count; ++i) work(i, 0);
#endif
}

}  // namespace unetpp
