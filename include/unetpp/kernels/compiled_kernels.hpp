#pragma once
// The loops of micro_kernels.hpp, which includes this file: not for others.
//
// They are written once, in the vector extensions of GCC and Clang, in simd/*.inc. These files are included here once
// for each instruction set, in a namespace of its own, between pragmas that let the compiler use it: a program that is
// compiled without any flag runs as fast as one that is compiled for its machine. Nothing from the standard library may
// be used in there: a template that is first instantiated between the pragmas would be compiled for that instruction
// set in the whole program.

#if defined(__aarch64__) && defined(__GNUC__)
#include <arm_neon.h>
#endif

namespace unetpp::kernels {

#if defined(__GNUC__)
namespace baseline {
#ifdef __aarch64__
inline constexpr int width = 4, panel = 8, tile_rows = 10;  // it has 32 vector registers; gcc spills with 11
#else
inline constexpr int width = 4, panel = 8, tile_rows = 6;
#endif
#include "unetpp/kernels/simd/kernels.inc"
}  // namespace baseline
#endif

#ifdef UNETPP_X86_SETS
#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#endif
namespace avx2 {
inline constexpr int width = 8, panel = 16, tile_rows = 6;
#include "unetpp/kernels/simd/kernels.inc"
}  // namespace avx2
#ifdef __clang__
#pragma clang attribute pop
#pragma clang attribute push(__attribute__((target("avx2,fma,avx512f,avx512vl,avx512dq,avx512bw"))), \
                             apply_to = function)
#pragma clang attribute push(__attribute__((min_vector_width(512))), apply_to = function)
#else
#pragma GCC pop_options
#pragma GCC push_options
#pragma GCC target("avx2,fma,avx512f,avx512vl,avx512dq,avx512bw,prefer-vector-width=512")
#endif
namespace avx512 {
inline constexpr int width = 16, panel = 32, tile_rows = 14;
#include "unetpp/kernels/simd/kernels.inc"
}  // namespace avx512
#ifdef __clang__
#pragma clang attribute pop
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#endif

UNETPP_KERNELS_INLINE const MicroKernels& micro_kernels([[maybe_unused]] InstructionSet set) {
#ifdef UNETPP_X86_SETS
  if (set == InstructionSet::avx512) return avx512::kernels;
  if (set == InstructionSet::avx2) return avx2::kernels;
#endif
#if defined(__GNUC__)
  return baseline::kernels;
#else
  static const MicroKernels none{};
  return none;
#endif
}

}  // namespace unetpp::kernels
