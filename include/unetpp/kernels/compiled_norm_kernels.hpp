#pragma once
// The loops of norm_kernels.hpp, which includes this file: not for others.

// Counts and positions are int, sizes std::size_t; none is negative.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace unetpp::kernels {

namespace norm {

#define UNETPP_BODY "unetpp/kernels/simd/norm.inc.hpp"
#include "unetpp/kernels/simd/each_set.inc.hpp"
#undef UNETPP_BODY

}  // namespace norm

inline namespace define_UNETPP_DEFINE_KERNELS_in_one_source_file {
UNETPP_KERNELS_INLINE const NormKernels& norm_kernels([[maybe_unused]] InstructionSet set) {
#ifdef UNETPP_X86_SETS
  if (set >= InstructionSet::avx512) return norm::avx512::kernels;
  if (set == InstructionSet::avx2) return norm::avx2::kernels;
#endif
#if defined(__GNUC__)
  return norm::baseline::kernels;
#else
  static const NormKernels none{};
  return none;
#endif
}
}  // namespace define_UNETPP_DEFINE_KERNELS_in_one_source_file

}  // namespace unetpp::kernels

#pragma GCC diagnostic pop
