#pragma once
// What stays in a core's cache: the one place for such numbers.

#include <cstddef>

#include "unetpp/kernels/instruction_set.hpp"

namespace unetpp::kernels {

/// Floats of a cache line.
inline constexpr int cache_line = 16;

/// Floats that a core's own cache, its second-level one, holds: 1 MiB. Zen 4 has as much; Intel's server processors have
/// 1 to 2 MiB.
inline constexpr std::size_t core_cache = std::size_t{1} << 18;

/// Floats of packed weights that stay in it while a thread goes through its pixels.
inline constexpr std::size_t kept_weights = 100'000;

/// Values of a result that would push what is needed sooner out of all caches: 4 MiB of floats. BFloat16s go past the caches
/// where a matrix unit sums them only (the processors that have one have more cache): 8 MiB.
template <class T>
inline constexpr std::size_t large_result = std::size_t{sizeof(T) == sizeof(float) ? 1 : 4} << 20;

/// Whether all cores share their last cache, or groups of cores have one each, as AMD's have. There, to write to a line
/// that a core of another group has read waits until it is taken from it, which takes longer than to write past the caches.
enum class Caches { shared, grouped };

inline Caches machine_caches() {
#ifdef UNETPP_X86_SETS
  if (__builtin_cpu_is("amd")) return Caches::grouped;
#endif
  return Caches::shared;
}

}  // namespace unetpp::kernels
