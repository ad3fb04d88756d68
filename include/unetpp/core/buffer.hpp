#pragma once
// Memory that vector instructions like: aligned to a cache line.

#include <cstddef>
#include <new>
#include <vector>

#include "unetpp/core/compiler.hpp"

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace unetpp {

/// Alignment of every buffer that the library owns, in bytes: a cache line and the widest vector register.
inline constexpr std::size_t buffer_alignment = 64;

/// Rounds a count of floats up so that what follows it in a buffer is aligned again.
constexpr std::size_t aligned_floats(std::size_t count) {
  constexpr std::size_t line = buffer_alignment / sizeof(float);
  return (count + line - 1) / line * line;
}

template <class T>
struct AlignedAllocator {
  using value_type = T;

  AlignedAllocator() = default;
  template <class U>
  AlignedAllocator(const AlignedAllocator<U>&) {}

  T* allocate(std::size_t count) {
    const std::size_t bytes = count * sizeof(T);
    void* p = ::operator new(bytes, alignment(bytes));
#ifdef MADV_HUGEPAGE
    if (bytes >= huge_page) madvise(p, bytes, MADV_HUGEPAGE);  // a wish; without it everything works as well
#endif
    return static_cast<T*>(p);
  }
  void deallocate(T* p, std::size_t count) { ::operator delete(p, alignment(count * sizeof(T))); }
  bool operator==(const AlignedAllocator&) const = default;

 private:
  /// Large buffers lie on pages of 2 MiB where the system has them: fewer pages to look up, measurably faster.
  static constexpr std::size_t huge_page = std::size_t{1} << 21;
  static constexpr std::align_val_t alignment(std::size_t bytes) {
    return std::align_val_t{bytes >= huge_page ? huge_page : buffer_alignment};
  }
};

/// A zero-initialised, owning, copyable array whose first element is aligned to `buffer_alignment`.
template <class T>
using Buffer = std::vector<T, AlignedAllocator<T>>;

}  // namespace unetpp
