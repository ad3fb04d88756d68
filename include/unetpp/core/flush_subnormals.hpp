#pragma once
// Subnormal numbers, below 1.2e-38, with which processors compute many times more slowly than with others.

#include <cstdint>

#include "unetpp/core/compiler.hpp"

namespace unetpp {

namespace detail {

#if defined(__GNUC__) && defined(__x86_64__)
/// Of MXCSR: results are flushed to zero (bit 15), operands taken for zero (bit 6).
inline constexpr std::uint64_t flush_bits = 0x8040;

inline std::uint64_t float_mode() { return __builtin_ia32_stmxcsr(); }
inline void set_float_mode(std::uint64_t mode) {
  asm volatile("" ::: "memory");  // no value is computed in the mode of its neighbours
  __builtin_ia32_ldmxcsr(static_cast<unsigned>(mode));
  asm volatile("" ::: "memory");
}
#elif defined(__GNUC__) && defined(__aarch64__)
/// Of FPCR: operands and results (bit 24).
inline constexpr std::uint64_t flush_bits = 1 << 24;

inline std::uint64_t float_mode() {
  std::uint64_t mode;
  asm volatile("mrs %0, fpcr" : "=r"(mode));
  return mode;
}
inline void set_float_mode(std::uint64_t mode) { asm volatile("msr fpcr, %0" ::"r"(mode) : "memory"); }
#else
inline constexpr std::uint64_t flush_bits = 0;

inline std::uint64_t float_mode() { return 0; }
inline void set_float_mode(std::uint64_t) {}
#endif

/// Sets these of the flush_bits, no others of the mode (it also notes which exceptions there were), and returns those
/// that were set.
inline std::uint64_t exchange_flush_bits(std::uint64_t bits) {
  const std::uint64_t mode = float_mode(), before = mode & flush_bits;
  if (before != bits) set_float_mode((mode & ~flush_bits) | bits);
  return before;
}

}  // namespace detail

/// While one lives, its thread takes subnormal numbers for zero and makes none (on x86-64 and 64-bit ARM). Then the
/// thread's mode is as it was before, also when an exception ends the scope.
class FlushSubnormals {
 public:
  FlushSubnormals() : before_(detail::exchange_flush_bits(detail::flush_bits)) {
    if (depth++ == 0) outside = before_;
  }
  FlushSubnormals(const FlushSubnormals&) = delete;
  FlushSubnormals& operator=(const FlushSubnormals&) = delete;
  ~FlushSubnormals() {
    --depth;
    detail::exchange_flush_bits(before_);
  }

  /// While one lives, its thread has the mode from before all FlushSubnormals: a thread is born with the mode of the one
  /// that starts it, and may outlive the scope.
  class Suspended {
   public:
    Suspended()
        : flushing_(detail::exchange_flush_bits(depth > 0 ? outside : detail::float_mode() & detail::flush_bits)) {}
    Suspended(const Suspended&) = delete;
    Suspended& operator=(const Suspended&) = delete;
    ~Suspended() { detail::exchange_flush_bits(flushing_); }

   private:
    std::uint64_t flushing_;
  };

 private:
  static inline constinit thread_local int depth = 0;              // how many live in this thread
  static inline constinit thread_local std::uint64_t outside = 0;  // the bits from before the first of them

  std::uint64_t before_;
};

}  // namespace unetpp
