#pragma once
// The loops of micro_kernels.hpp, which includes this file: not for others.
//
// They are written once, in the vector extensions of GCC and Clang, in simd/*.inc.hpp, and compiled here for each instruction
// set: a program that is compiled without any flag runs as fast as one that is compiled for its machine.

#if defined(__aarch64__) && defined(__GNUC__)
#include <arm_neon.h>
#endif

// Counts and positions are int, sizes std::size_t; none is negative.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace unetpp::kernels {

#define UNETPP_BODY "unetpp/kernels/simd/kernels.inc.hpp"
#include "unetpp/kernels/simd/each_set.inc.hpp"
#undef UNETPP_BODY

inline namespace define_UNETPP_DEFINE_KERNELS_in_one_source_file {
UNETPP_KERNELS_INLINE const MicroKernels& micro_kernels([[maybe_unused]] InstructionSet set) {
#ifdef UNETPP_X86_SETS
  if (set >= InstructionSet::avx512) return avx512::kernels;
  if (set == InstructionSet::avx2) return avx2::kernels;
#endif
#if defined(__GNUC__)
  return baseline::kernels;
#else
  static const MicroKernels none{};
  return none;
#endif
}

template <class T>
const ImageKernels<T>& image_kernels([[maybe_unused]] InstructionSet set) {
#ifdef UNETPP_X86_SETS
  if (set >= InstructionSet::avx512) return avx512::image_kernels<T>;
  if (set == InstructionSet::avx2) return avx2::image_kernels<T>;
#endif
#if defined(__GNUC__)
  return baseline::image_kernels<T>;
#else
  static const ImageKernels<T> none{};
  return none;
#endif
}
#ifdef UNETPP_SEPARATE_KERNELS
template const ImageKernels<float>& image_kernels(InstructionSet);
template const ImageKernels<BFloat16>& image_kernels(InstructionSet);
#endif
}  // namespace define_UNETPP_DEFINE_KERNELS_in_one_source_file

}  // namespace unetpp::kernels

#pragma GCC diagnostic pop
