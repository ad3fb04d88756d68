// Softmax of pixels that lie side by side, in a plane for each class: a vector of pixels at a time.

#ifndef UNETPP_BODY  // opened alone
#include "unetpp/kernels/simd/vector.inc.hpp"
#endif

/// eˣ of x ≤ 0; zero below −87, where floats soon are no longer normal. x = n·ln 2 + r with |r| ≤ ½ ln 2; eʳ is its
/// Taylor series, and 2ⁿ a float's exponent.
[[gnu::always_inline]] inline Vec exponential(Vec x) {
  constexpr float ln2 = 0x1.63p-1f, rest_of_ln2 = -2.12194440e-4f;              // n·ln2 is exact
  const Ints exponent = __builtin_convertvector(x * 1.44269504f - 0.5f, Ints);  // rounds towards zero
  const Vec n = __builtin_convertvector(exponent, Vec), r = x - n * ln2 - n * rest_of_ln2;
  Vec series = r * (1.0f / 5040) + 1.0f / 720;
  series = series * r + 1.0f / 120;
  series = series * r + 1.0f / 24;
  series = series * r + 1.0f / 6;
  series = series * r + 0.5f;
  series = series * r + 1;
  series = series * r + 1;
  return x < -87 ? Vec{} : series * (Vec)(((Bits)exponent + 127) << 23);
}

/// ln x of normal x. x = m·2ᵉ with √½ ≤ m < √2; ln m is the series of 2·artanh s, s = (m − 1) / (m + 1).
[[gnu::always_inline]] inline Vec logarithm(Vec x) {
  constexpr unsigned root_half = 0x3f3504f3;  // the bits of √½
  const Bits above = (Bits)x - root_half;
  const Vec e = __builtin_convertvector((Ints)above >> 23, Vec);
  const Vec m = (Vec)((above & 0x7fffff) + root_half);
  const Vec s = (m - 1) / (m + 1), square = s * s;
  Vec series = square * (1.0f / 9) + 1.0f / 7;
  series = series * square + 1.0f / 5;
  series = series * square + 1.0f / 3;
  return e * 0.693147181f + 2 * (s + s * (series * square));
}

/// planes ← softmax of the pixels' logits; log_sums ← ln Σ exp(logit), not a number if a logit is not.
/// Shapes  planes: classes planes of `count` pixels, `plane` floats apart; log_sums: count. Up to the next vector's end
///         all are read and written.
[[gnu::noinline]] inline void softmax(float* planes, std::size_t plane, int classes, int count, float* log_sums) {
  for (int i = 0; i < count; i += width, planes += width) {
    Vec largest = load(planes), sum{};
    for (int c = 1; c < classes; ++c) {
      const Vec x = load(planes + c * plane);
      largest = x > largest ? x : largest;
    }
    for (int c = 0; c < classes; ++c) {
      const Vec power = exponential(load(planes + c * plane) - largest);
      store(planes + c * plane, power);
      sum += power;
    }
    for (int c = 0; c < classes; ++c) store(planes + c * plane, load(planes + c * plane) / sum);
    store(log_sums + i, largest + logarithm(sum) + (sum - sum));
  }
}
