#pragma once
// The instruction sets that kernels are compiled for, and the one that they run with.

#include <cstddef>
#include <cstdlib>
#include <string>

#include "unetpp/core/error.hpp"

#if defined(__GNUC__) && (defined(__x86_64__) || defined(__i386__))
#define UNETPP_X86_SETS
#endif

#if defined(UNETPP_X86_SETS) && defined(__x86_64__) && defined(__linux__) && defined(__has_builtin)
#if __has_builtin(__builtin_shufflevector) && (!defined(__clang__) || __clang_major__ >= 12)
#define UNETPP_AMX
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif
#endif

namespace unetpp::kernels {

/// From the narrowest on. amx is avx512 with a matrix unit, which Intel's server processors have since 2023.
enum class InstructionSet { baseline, avx2, avx512, amx };

inline constexpr InstructionSet instruction_sets[] = {InstructionSet::baseline, InstructionSet::avx2,
                                                      InstructionSet::avx512, InstructionSet::amx};

constexpr const char* to_string(InstructionSet set) {
  constexpr const char* names[] = {"baseline", "avx2", "avx512", "amx"};
  return names[static_cast<std::size_t>(set)];
}

/// Whether this compiler knows vector extensions, without which there are no micro-kernels.
#if defined(__GNUC__)
inline constexpr bool has_micro_kernels = true;
#else
inline constexpr bool has_micro_kernels = false;
#endif

namespace detail {

/// Whether this machine has a matrix unit, and its system lets this process use it.
inline bool may_use_amx() {
#ifdef UNETPP_AMX
  constexpr unsigned amx_bf16 = 1u << 22, amx_tile = 1u << 24, avx512_bf16 = 1u << 5;
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(d & amx_bf16) || !(d & amx_tile)) return false;
  if (!__get_cpuid_count(7, 1, &a, &b, &c, &d) || !(a & avx512_bf16)) return false;
  constexpr long request_permission = 0x1023, tile_data = 18;  // Linux keeps the tiles of those who asked for them
  return syscall(SYS_arch_prctl, request_permission, tile_data) == 0;
#else
  return false;
#endif
}

}  // namespace detail

/// Whether this machine can run a set's kernels.
inline bool supports([[maybe_unused]] InstructionSet set) {
#ifdef UNETPP_X86_SETS
  if (set == InstructionSet::avx2) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (set == InstructionSet::avx512)
    return supports(InstructionSet::avx2) && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
  if (set == InstructionSet::amx) {
    static const bool supported = supports(InstructionSet::avx512) && detail::may_use_amx();
    return supported;
  }
#endif
  return set == InstructionSet::baseline;
}

/// The widest set that a value of the environment variable UNETPP_SIMD allows; null is no limit.
/// Errors  ArgumentError for a value that is no set's name.
inline InstructionSet widest_allowed(const char* value) {
  if (!value) return InstructionSet::amx;
  for (const InstructionSet set : instruction_sets)
    if (std::string(value) == to_string(set)) return set;
  throw ArgumentError("unetpp: the environment variable UNETPP_SIMD: expected baseline, avx2, avx512 or amx, found \"" +
                      std::string(value) + "\"");
}

/// The set that the library runs with: the widest that this machine supports and UNETPP_SIMD allows, which is read once.
/// Where the compiler itself may use more, as with -march=native, so does the code of every set.
/// Errors  as in `widest_allowed`.
inline InstructionSet instruction_set() {
  static const InstructionSet widest = [] {
    int set = static_cast<int>(widest_allowed(std::getenv("UNETPP_SIMD")));
    while (!supports(static_cast<InstructionSet>(set))) --set;
    return static_cast<InstructionSet>(set);
  }();
  return widest;
}

}  // namespace unetpp::kernels
