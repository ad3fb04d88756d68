// Random numbers, the same ones that core/random.hpp makes.

#ifndef UNETPP_BODY  // opened alone
#include "unetpp/kernels/simd/softmax.inc.hpp"
#endif

typedef unsigned long long Long __attribute__((vector_size(width * sizeof(float))));
typedef long long SignedLong __attribute__((vector_size(width * sizeof(float))));
typedef unsigned HalfBits __attribute__((vector_size(width * sizeof(float) / 2)));
typedef unsigned LooseBits
    __attribute__((vector_size(width * sizeof(unsigned)), aligned(alignof(unsigned)), may_alias));
typedef unsigned LooseHalfBits
    __attribute__((vector_size(width * sizeof(unsigned) / 2), aligned(alignof(unsigned)), may_alias));

/// The products of the lower halves of two vectors' lanes. GCC does not see by itself that one instruction is enough.
template <class V, class Words, class Signed>
[[gnu::always_inline]] inline V product_of_halves(V a, V b) {
#if defined(UNETPP_X86_SETS) && !defined(__clang__)
  if constexpr (sizeof(V) == 64) return (V)__builtin_ia32_pmuludq512_mask((Words)a, (Words)b, Signed{}, 255);
  if constexpr (sizeof(V) == 32) return (V)__builtin_ia32_pmuludq256((Words)a, (Words)b);
#ifdef __SSE2__
  if constexpr (sizeof(V) == 16) return (V)__builtin_ia32_pmuludq128((Words)a, (Words)b);
#endif
#endif
  return (a & 0xffffffff) * (b & 0xffffffff);
}

/// Philox4x32-10 (core/random.hpp) of as many counters as there are lanes, and their words in the lower halves. What the
/// upper halves hold meanwhile is of no account.
[[gnu::always_inline]] inline void philox(Long (&c)[4], unsigned long long seed) {
  unsigned low = static_cast<unsigned>(seed), high = static_cast<unsigned>(seed >> 32);
#pragma GCC unroll 10
  for (int round = 0; round < 10; ++round) {
    const Long a = product_of_halves<Long, Ints, SignedLong>(c[0], Long{} + 0xD2511F53ull);
    const Long b = product_of_halves<Long, Ints, SignedLong>(c[2], Long{} + 0xCD9E8D57ull);
    c[0] = (b >> 32) ^ c[1] ^ low;
    c[2] = (a >> 32) ^ c[3] ^ high;
    c[1] = b;
    c[3] = a;
    low += 0x9E3779B9u;
    high += 0xBB67AE85u;
  }
}

/// Draws the factors of some runs. Factor f of a run comes from word f / 16 of its counter f % 16, so that neighbours come
/// from the lanes of a vector, however wide that is.
[[gnu::noinline]] inline void draw(const Draw& of, std::uint64_t first_run, int runs, float* to) {
  constexpr int lanes = width / 2;
  Long numbers{};
  for (int i = 0; i < lanes; ++i) numbers[i] = i;
  for (int r = 0; r < runs; ++r) {
    alignas(sizeof(Vec)) unsigned bits[Draw::run];
    for (int b = 0; b < Draw::blocks; b += lanes) {
      const Long counter = numbers + ((first_run + r) * Draw::blocks + b);
      Long words[4] = {counter, counter >> 32, Long{} + of.stream, Long{} + (of.stream >> 32)};
      philox(words, of.seed);
#pragma GCC unroll 4
      for (int w = 0; w < 4; ++w)
        *reinterpret_cast<LooseHalfBits*>(bits + w * Draw::blocks + b) = __builtin_convertvector(words[w], HalfBits);
    }
    for (int f = 0; f < Draw::run; f += width, to += width)
      store(to, *reinterpret_cast<const LooseBits*>(bits + f) < of.limit ? Vec{} : Vec{} + of.scale);
  }
}
