// Independent chains of multiply-adds in the registers of one instruction set: `width` floats make a vector, and
// `chains` of them keep its units busy without filling its registers.

#ifndef UNETPP_BODY  // opened alone
#include <unetpp/kernels/simd/alone.inc.hpp>
#endif

#ifdef UNETPP_X86_SETS
inline constexpr int chains = width == 16 ? 16 : 12;  // of 32 and 16 registers
#else
inline constexpr int chains = 16;  // of NEON's 32
#endif

typedef float Vec __attribute__((vector_size(width * sizeof(float))));

/// Takes `rounds` steps in every chain and returns a number that depends on all of them; start is not known beforehand.
[[gnu::noinline]] inline float run_chains(int rounds, float start) {
  Vec sum[chains];
  const Vec factor = Vec{} + (0.999f - start), term = Vec{} + (1e-3f + start);
  for (int i = 0; i < chains; ++i) sum[i] = Vec{} + start * static_cast<float>(i);
  for (int round = 0; round < rounds; ++round) {
#pragma GCC unroll 16
    for (int i = 0; i < chains; ++i) sum[i] = sum[i] * factor + term;
  }
  for (int i = 1; i < chains; ++i) sum[0] += sum[i];
  return sum[0][0];
}
