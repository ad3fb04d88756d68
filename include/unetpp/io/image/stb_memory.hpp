#pragma once
// The memory that stb decodes in: no block larger than allowed, so that a small file cannot take all there is, and zeroed,
// so that what a damaged file leaves out is black and not what lay there before.

#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace unetpp {

namespace detail {

/// The largest block, in bytes, that stb gets in this thread.
inline thread_local std::size_t stb_block_limit = 0;

inline void* stb_allocate(std::size_t size) { return size <= stb_block_limit ? std::calloc(1, size) : nullptr; }

inline void* stb_reallocate(void* block, std::size_t old_size, std::size_t size) {
  void* grown = size <= stb_block_limit ? std::realloc(block, size) : nullptr;
  if (grown != nullptr && size > old_size) std::memset(static_cast<char*>(grown) + old_size, 0, size - old_size);
  return grown;
}

}  // namespace detail

}  // namespace unetpp
