// Weight gradients on the matrix unit: sums of the products of dy's and x's values over pixels, 32 in a step.
//
// Left operands have a row for each of 16 filters, right ones a row for each two of 32 pixels. To begin with any pixel, each
// pixel of x is there twice, in a row with the one behind and in a row with the one before.

#ifndef UNETPP_BODY  // opened alone
#include "unetpp/kernels/simd/amx_pairs.inc.hpp"
#endif

/// `lanes` of two pixels, in turns.
[[gnu::always_inline]] inline Pairs load_two(const float* first, const float* second, int lanes) {
  Pairs pairs(load_part(first, lanes), load_part(second, lanes));
  return {in_pairs(pairs.high), in_pairs(pairs.low)};
}
[[gnu::always_inline]] inline Pairs load_two(const BFloat16* first, const BFloat16* second, int lanes) {
  if (lanes < width) return {in_pairs(to_words(load_part(first, lanes), load_part(second, lanes))), Words{}};
  const LooseHalves a = *reinterpret_cast<const LooseHalves*>(first);
  const LooseHalves b = *reinterpret_cast<const LooseHalves*>(second);
  // clang-format off
  return {__builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23,
                                  8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31), Words{}};
  // clang-format on
}

/// Brings the same channels of a later pixel to the cache.
template <class T>
[[gnu::always_inline]] inline void fetch_later(const T* p) {
  prefetch(reinterpret_cast<const float*>(p) + fetch_ahead);
}

/// The sum of some lanes of 32 pixels.
template <class T>
[[gnu::always_inline]] inline Vec sum_of(const T* const* pixels, int first, int lanes) {
  Vec sum{};
  for (int i = 0; i < panel; ++i) sum += load_part(pixels[i] + first, lanes);
  return sum;
}
[[gnu::always_inline]] inline void add_to(float* sum, Vec v, int lanes) {
  store_part(sum, load_part(sum, lanes) + v, lanes);
}

/// Makes left operands of the 32 pixels that `dy` points to, and adds them to `bias`, unless null.
/// Shapes  to: for each 16 filters, `next` floats apart, a tile.
template <class T>
[[gnu::noinline]] void pair_gradient(const T* const* dy, int filters, float* to, std::size_t next, float* bias) {
  for (int f = 0; f < filters; f += width, to += next) {
    const int lanes = filters - f < width ? filters - f : width;
    if (bias) add_to(bias + f, sum_of(dy, f, lanes), lanes);
    store_transposed<T>(
        [&](int i) __attribute__((always_inline)) {
          fetch_later(dy[2 * i] + f);
          fetch_later(dy[2 * i + 1] + f);
          return load_two(dy[2 * i] + f, dy[2 * i + 1] + f, lanes);
        },
        to);
  }
}

/// Makes rows of right operands of the 32 pixels that x + 1 points to, each with the one behind, and to `odd`, unless null,
/// of the 32 that x points to; adds the former to `bias`, unless null.
/// Shapes  even, odd: for each 16 channels, `next` floats apart, 16 rows.
template <class T>
[[gnu::noinline]] void pair_values(const T* const* x, int channels, float* even, float* odd, std::size_t next,
                                   float* bias) {
  for (int c = 0; c < channels; c += width, even += next, odd += odd ? next : 0) {
    const int lanes = channels - c < width ? channels - c : width;
    if (bias) add_to(bias + c, sum_of(x + 1, c, lanes), lanes);
    for (int i = 0; i < width; ++i) {
      const T* const* pixel = x + 2 * i;
      fetch_later(pixel[1] + c);
      fetch_later(pixel[2] + c);
      store_pairs<T>(even + i * amx_row<T>, load_two(pixel[1] + c, pixel[2] + c, lanes));
      if (odd) store_pairs<T>(odd + i * amx_row<T>, load_two(pixel[0] + c, pixel[1] + c, lanes));
    }
  }
}

/// Adds the sums of `runs` tiles, `run` floats apart, to the gradient of the weights from up to 16 channels to up to 16
/// filters.
[[gnu::noinline]] inline void add_gradient(const float* sums, std::size_t run, int runs, int channels, int filters,
                                           float* dweight, std::size_t stride) {
  Vec rows[width];
  for (int i = 0; i < width; ++i) {
    rows[i] = load(sums + i * width);
    for (int r = 1; r < runs; ++r) rows[i] += load(sums + r * run + i * width);
  }
  transpose(rows);
  for (int c = 0; c < channels; ++c) add_to(dweight + c * stride, rows[c], filters);
}
