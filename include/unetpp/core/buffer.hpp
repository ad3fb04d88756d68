#pragma once
// Memory that vector instructions like: aligned to a cache line.

#include <cstddef>
#include <new>
#include <vector>

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
    return static_cast<T*>(::operator new (count * sizeof(T), std::align_val_t{buffer_alignment}));
  }
  void deallocate(T* p, std::size_t) { ::operator delete (p, std::align_val_t{buffer_alignment}); }
  bool operator==(const AlignedAllocator&) const = default;
};

/// A zero-initialised, owning, copyable array whose first element is aligned to `buffer_alignment`.
template <class T>
using Buffer = std::vector<T, AlignedAllocator<T>>;

}  // namespace unetpp
