// Between floats and the operands and sums of amx.inc.hpp.

#ifndef UNETPP_BODY  // opened alone
#include "unetpp/kernels/simd/amx.inc.hpp"
#endif

typedef unsigned short Words __attribute__((vector_size(64)));  // 32 bfloat16
typedef unsigned short LooseWords __attribute__((vector_size(64), aligned(alignof(BFloat16)), may_alias));

inline constexpr int fetch_ahead = 1024;  // floats: farther than the processor looks by itself

/// The bfloat16 nearest to each lane of two vectors. It names its instruction set, which clang wants to know where this file
/// is opened alone.
[[gnu::always_inline, gnu::target("avx512f,avx512bf16")]] inline Words to_words(Vec low, Vec high) {
  Words words;
  asm("vcvtne2ps2bf16 %2, %1, %0" : "=v"(words) : "v"(high), "v"(low));
  return words;
}
// clang-format off
/// The floats that the first or the last 16 bfloat16 are.
[[gnu::always_inline]] inline Vec first_floats(Words w) {
  return reinterpret_cast<Vec>(__builtin_shufflevector(w, Words{}, 32, 0, 32, 1, 32, 2, 32, 3, 32, 4, 32, 5, 32, 6, 32, 7,
                                                       32, 8, 32, 9, 32, 10, 32, 11, 32, 12, 32, 13, 32, 14, 32, 15));
}
[[gnu::always_inline]] inline Vec last_floats(Words w) {
  return reinterpret_cast<Vec>(__builtin_shufflevector(w, Words{}, 32, 16, 32, 17, 32, 18, 32, 19, 32, 20, 32, 21, 32, 22, 32, 23,
                                                       32, 24, 32, 25, 32, 26, 32, 27, 32, 28, 32, 29, 32, 30, 32, 31));
}
/// The first 16 and the last 16 in turns.
[[gnu::always_inline]] inline Words in_pairs(Words w) {
  return __builtin_shufflevector(w, w, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23,
                                 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}
// clang-format on
[[gnu::always_inline]] inline void store_words(void* to, Words w) { *static_cast<LooseWords*>(to) = w; }

struct Pairs {
  Words high, low;

  [[gnu::always_inline]] Pairs(Words h, Words l) : high(h), low(l) {}
  [[gnu::always_inline]] Pairs(Vec first, Vec last)
      : high(to_words(first, last)), low(to_words(first - first_floats(high), last - last_floats(high))) {}
};

/// `lanes` of 32 values, the others zero.
[[gnu::always_inline]] inline Pairs load_pairs(const float* p, int lanes) {
  return {load_part(p, lanes), lanes > width ? load_part(p + width, lanes - width) : Vec{}};
}
[[gnu::always_inline]] inline Pairs load_pairs(const BFloat16* p, int lanes) {
  if (lanes >= panel) return {*reinterpret_cast<const LooseWords*>(p), Words{}};
  return {to_words(load_part(p, lanes), lanes > width ? load_part(p + width, lanes - width) : Vec{}), Words{}};
}

/// A row of an operand.
template <class T>
[[gnu::always_inline]] inline void store_pairs(float* to, const Pairs& pairs) {
  store_words(to, pairs.high);
  if constexpr (has_low<T>) store_words(to + width, pairs.low);
}

/// Pairs up `count` pixels to rows of left operands; values beyond the last channel are zero.
/// Shapes  to: for each 32 channels, `next` floats apart, a row for each pixel.
template <class T>
[[gnu::noinline]] void pair_pixels(const T* x, std::size_t stride, int count, int channels, float* to,
                                   std::size_t next) {
  for (int i = 0; i < count; ++i, x += stride, to += amx_row<T>) {
    float* row = to;
    for (int c = 0; c < channels; c += panel, row += next) {
      const float* later = reinterpret_cast<const float*>(x + c) + fetch_ahead;
      __builtin_prefetch(later);
      if constexpr (has_low<T>) __builtin_prefetch(later + cache_line);
      store_pairs<T>(row, load_pairs(x + c, channels - c));
    }
  }
}

/// The tile of a right operand of `depth` ≤ 32 rows of `columns` ≤ 16 values, `stride` floats apart.
template <class T>
[[gnu::noinline]] void pair_rows(const float* x, std::size_t stride, int depth, int columns, float* to) {
  for (int k = 0; k < panel; k += 2, to += amx_row<T>) {
    __builtin_prefetch(x + (k + panel) * stride);
    __builtin_prefetch(x + (k + panel + 1) * stride);
    const Pairs pairs(k < depth ? load_part(x + k * stride, columns) : Vec{},
                      k + 1 < depth ? load_part(x + (k + 1) * stride, columns) : Vec{});
    store_words(to, in_pairs(pairs.high));
    if constexpr (has_low<T>) store_words(to + width, in_pairs(pairs.low));
  }
}

/// The tile of 16 rows of pairs, with the columns of the rows.
template <class T, class Row>
[[gnu::always_inline]] inline void store_transposed(const Row& row, float* to) {
  Vec high[width] = {}, low[width] = {};
#pragma GCC unroll 16
  for (int i = 0; i < width; ++i) {
    const Pairs pairs = row(i);
    high[i] = reinterpret_cast<Vec>(pairs.high);
    if constexpr (has_low<T>) low[i] = reinterpret_cast<Vec>(pairs.low);
  }
  transpose(high);
  if constexpr (has_low<T>) transpose(low);
  for (int i = 0; i < width; ++i, to += amx_row<T>) {
    store(to, high[i]);
    if constexpr (has_low<T>) store(to + width, low[i]);
  }
}

/// The same of the transposed matrix: `columns` ≤ 16 rows of `depth` ≤ 32 values.
template <class T>
[[gnu::noinline]] void pair_columns(const float* x, std::size_t stride, int depth, int columns, float* to) {
  store_transposed<T>(
      [&](int i) __attribute__((always_inline)) {
        return i < columns ? load_pairs(x + i * stride, depth) : Pairs(Words{}, Words{});
      },
      to);
}

/// Finishes `channels` ≤ panel sums of each of `count` pixels, which are `step` apart and begin with `pixel`.
/// Shapes  first, last: 16 sums of each, count×16; y and what `end` points to: at the first of the channels.
template <class T>
[[gnu::noinline]] void finish_pixels(const float* first, const float* last, int count, int channels, std::size_t pixel,
                                     std::size_t step, T* y, std::size_t stride, const Epilogue<T>& end) {
  const int left = channels < width ? channels : width, right = channels - left;
  const Vec bias = end.bias ? load_part(end.bias, left) : Vec{};
  const Vec more_bias = end.bias && right > 0 ? load_part(end.bias + width, right) : Vec{};
  for (int i = 0; i < count; ++i, pixel += step, first += width, last += width) {
    T* to = y + pixel * stride;
    if (end.mask) {
      const T* later = end.mask + pixel * end.mask_stride + fetch_ahead;
      __builtin_prefetch(later);
      __builtin_prefetch(later + cache_line);
    }
    if (right == width && !has_low<T>) {  // as the unit's numbers, none is subnormal
      const Words words = to_words(finished(load(first), width, bias, pixel, to, 0, end),
                                   finished(load(last), width, more_bias, pixel, to + width, width, end));
      end.stream ? stream(reinterpret_cast<float*>(to), reinterpret_cast<Vec>(words)) : store_words(to, words);
    } else if (right == width) {  // the compiler knows whole vectors
      finish(load(first), width, bias, pixel, to, 0, end);
      finish(load(last), width, more_bias, pixel, to + width, width, end);
    } else {
      finish(load(first), left, bias, pixel, to, 0, end);
      if (right > 0) finish(load(last), right, more_bias, pixel, to + width, width, end);
    }
  }
}
