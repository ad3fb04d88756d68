// Vectors of `width` floats; `panel` floats make the rows that kernels work on.

#ifndef UNETPP_BODY  // opened alone
#include "unetpp/kernels/simd/alone.inc.hpp"
#endif

inline constexpr int panel = 2 * width;

typedef float Vec __attribute__((vector_size(width * sizeof(float))));
typedef float LooseVec __attribute__((vector_size(width * sizeof(float)), aligned(alignof(float)), may_alias));

[[gnu::always_inline]] inline Vec load(const float* p) { return *reinterpret_cast<const LooseVec*>(p); }
[[gnu::always_inline]] inline void store(float* p, Vec v) { *reinterpret_cast<LooseVec*>(p) = v; }

typedef unsigned Bits __attribute__((vector_size(width * sizeof(float))));
typedef int Ints __attribute__((vector_size(width * sizeof(float))));
typedef unsigned short LooseHalves
    __attribute__((vector_size(width * sizeof(BFloat16)), aligned(alignof(BFloat16)), may_alias));

/// The floats that BFloat16s are, and the BFloat16s nearest to floats (core/bfloat16.hpp).
[[gnu::always_inline]] inline Vec load(const BFloat16* p) {
  return (Vec)(__builtin_convertvector(*reinterpret_cast<const LooseHalves*>(p), Bits) << 16);
}
[[gnu::always_inline]] inline void store(BFloat16* p, Vec v) {
  const Bits word = (Bits)v, even = word >> 16 & 1;
  const Bits up = (Ints)(word & 0x7fffffff) > 0x7f800000 ? word | 0x400000 : word + 0x7fff + even;
  *reinterpret_cast<LooseHalves*>(p) = __builtin_convertvector(up >> 16, LooseHalves);
}

/// Brings a cache line to the core's large cache; on their way to the small one, few could be at a time, and what is read
/// now would wait for them.
[[gnu::always_inline]] inline void prefetch(const void* p) { __builtin_prefetch(p, 0, 2); }

/// Stores a vector past the caches, if it is a whole and aligned cache line; `finish_streams` must follow before another
/// thread reads it.
template <class V>
[[gnu::always_inline]] inline void stream(float* p, V v) {
#if defined(UNETPP_X86_SETS) && defined(__clang__)
  if constexpr (sizeof(V) == 64) return __builtin_nontemporal_store(v, reinterpret_cast<V*>(p));
#elif defined(UNETPP_X86_SETS)
  if constexpr (sizeof(V) == 64) return __builtin_ia32_movntps512(p, v);
#endif
  store(p, v);
}
template <class V>
[[gnu::always_inline]] inline void stream(BFloat16* p, V v) {
  store(p, v);  // half a line
}
[[gnu::always_inline]] inline void finish_streams() {
#ifdef UNETPP_X86_SETS
  if (width == 16) asm volatile("sfence" ::: "memory");
#endif
}

/// A mask of as many bits.
[[gnu::always_inline]] inline unsigned short first_lanes(int count) {
  return static_cast<unsigned short>((1 << count) - 1);
}

/// The first `count` of a vector's lanes, the others zero; a memory access of no more than that.
template <class V = Vec>
[[gnu::always_inline]] inline V load_part(const float* p, int count) {
  if (count >= width) return load(p);
#ifdef UNETPP_X86_SETS
  if constexpr (sizeof(V) == 64) return __builtin_ia32_loadups512_mask(p, V{}, first_lanes(count));
#endif
  alignas(sizeof(V)) float lanes[width] = {};
  for (int i = 0; i < count; ++i) lanes[i] = p[i];
  return load(lanes);
}
[[gnu::always_inline]] inline Vec load_part(const BFloat16* p, int count) {
  if (count >= width) return load(p);
  alignas(sizeof(Vec)) BFloat16 lanes[width] = {};
  for (int i = 0; i < count; ++i) lanes[i].bits = p[i].bits;
  return load(lanes);
}
template <class V>
[[gnu::always_inline]] inline void store_part(float* p, V v, int count) {
  if (count >= width) return store(p, v);
#ifdef UNETPP_X86_SETS
  if constexpr (sizeof(V) == 64) return __builtin_ia32_storeups512_mask(p, v, first_lanes(count));
#endif
  alignas(sizeof(V)) float lanes[width];
  store(lanes, v);
  for (int i = 0; i < count; ++i) p[i] = lanes[i];
}
[[gnu::always_inline]] inline void store_part(BFloat16* p, Vec v, int count) {
  if (count >= width) return store(p, v);
  alignas(sizeof(Vec)) BFloat16 lanes[width];
  store(lanes, v);
  for (int i = 0; i < count; ++i) p[i].bits = lanes[i].bits;
}

/// Rounded correctly, as that of a lone float.
template <class V>
[[gnu::always_inline]] inline V square_root(V v) {
#ifdef UNETPP_X86_SETS         // by the compilers' own names: <immintrin.h> takes a second to compile
  constexpr int rounding = 4;  // the program's
#ifdef __clang__
  if constexpr (sizeof(V) == 64) return __builtin_ia32_sqrtps512(v, rounding);
#else
  if constexpr (sizeof(V) == 64) return __builtin_ia32_sqrtps512_mask(v, v, -1, rounding);
#endif
  if constexpr (sizeof(V) == 32) return __builtin_ia32_sqrtps256(v);
#ifdef __SSE__
  if constexpr (sizeof(V) == 16) return __builtin_ia32_sqrtps(v);
#endif
#elif defined(__aarch64__)
  return vsqrtq_f32(v);
#endif
  for (int i = 0; i < width; ++i) v[i] = __builtin_sqrtf(v[i]);
  return v;
}

#if defined(__has_builtin)
#if __has_builtin(__builtin_shufflevector)
#define UNETPP_SHUFFLE
#endif
#endif

#ifdef UNETPP_SHUFFLE
/// The lower (or upper) halves of two vectors, lane by lane in turns.
template <class V>
[[gnu::always_inline]] inline V zip_low(V a, V b) {
  if constexpr (width == 4)
    return __builtin_shufflevector(a, b, 0, 4, 1, 5);
  else if constexpr (width == 8)
    return __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
  else
    return __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}
template <class V>
[[gnu::always_inline]] inline V zip_high(V a, V b) {
  if constexpr (width == 4)
    return __builtin_shufflevector(a, b, 2, 6, 3, 7);
  else if constexpr (width == 8)
    return __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
  else
    return __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

/// Transposes a square of vectors: each zip of the rows with those half the square further on rotates the bits of
/// (row, lane) by one; after log2(width) of them row and lane have changed places.
[[gnu::always_inline]] inline void transpose(Vec (&rows)[width]) {
#pragma GCC unroll 4
  for (int step = 1; step < width; step *= 2) {
    Vec zipped[width];
#pragma GCC unroll 8
    for (int i = 0; i < width / 2; ++i) {
      zipped[2 * i] = zip_low(rows[i], rows[i + width / 2]);
      zipped[2 * i + 1] = zip_high(rows[i], rows[i + width / 2]);
    }
#pragma GCC unroll 16
    for (int i = 0; i < width; ++i) rows[i] = zipped[i];
  }
}
#undef UNETPP_SHUFFLE
#else
[[gnu::always_inline]] inline void transpose(Vec (&rows)[width]) {
  for (int i = 0; i < width; ++i)
    for (int j = 0; j < i; ++j) {
      const float other = rows[i][j];
      rows[i][j] = rows[j][i];
      rows[j][i] = other;
    }
}
#endif
