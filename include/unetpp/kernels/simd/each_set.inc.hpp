// Includes the file UNETPP_BODY once for each instruction set, in a namespace of its own where `width` floats make a vector,
// between pragmas that let the compiler use the set. Nothing from the standard library may be used in there: a template
// that is first instantiated between the pragmas would be compiled for that set in the whole program.

#ifndef UNETPP_BODY  // opened alone
#include "unetpp/kernels/simd/alone.inc.hpp"
#define UNETPP_BODY "unetpp/kernels/simd/kernels.inc.hpp"
#endif

#if defined(__GNUC__)
namespace baseline {
inline constexpr InstructionSet set = InstructionSet::baseline;
inline constexpr int width = 4;
#include UNETPP_BODY
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
inline constexpr InstructionSet set = InstructionSet::avx2;
inline constexpr int width = 8;
#include UNETPP_BODY
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
inline constexpr InstructionSet set = InstructionSet::avx512;
inline constexpr int width = 16;
#include UNETPP_BODY
}  // namespace avx512
#ifdef __clang__
#pragma clang attribute pop
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#endif
