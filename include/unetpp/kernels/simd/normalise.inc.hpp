// Sums over the pixels of each channel, and linear functions of its values.

#ifndef UNETPP_BODY  // opened alone
#include "unetpp/kernels/simd/pointwise.inc.hpp"
#endif

/// The sum of `count` vectors term(i), in two sums: an addition need not wait for the last one's result.
template <class Term>
[[gnu::always_inline]] inline Vec sum_of(int count, const Term& term) {
  Vec even{}, odd{};
  int i = 0;
  for (; i + 1 < count; i += 2) {
    term(i, even);
    term(i + 1, odd);
  }
  if (i < count) term(i, even);
  return even + odd;
}

/// The mean of x over a run, and the sum of the squares of what it is off by. Both are taken of differences to nearby
/// values, so that little is lost where the mean is large.
/// Shapes  to: means, then sums, of run.channels each.
[[gnu::noinline]] inline void moments(const PointwiseRun& run, float* to) {
  for_each_vector(
      run.channels, [&](int c, int lanes) __attribute__((always_inline)) {
        const float* x = run.x.data + c;
        const std::size_t stride = run.x.stride;
        const Vec first = load_part(x, lanes);
        const Vec mean =
            first +
            sum_of(
                run.count, [&](int i, Vec& sum)
                               __attribute__((always_inline)) { sum += load_part(x + i * stride, lanes) - first; }) /
                static_cast<float>(run.count);
        const Vec squares = sum_of(
            run.count, [&](int i, Vec& sum) __attribute__((always_inline)) {
              const Vec off = load_part(x + i * stride, lanes) - mean;
              sum += off * off;
            });
        store_part(to + c, mean, lanes);
        store_part(to + run.channels + c, squares, lanes);
      });
}

/// The sums of dy and of dy·(scale·x + shift) over a run.
/// Shapes  scale_shift: scales, then shifts; to: both sums; of run.channels each.
[[gnu::noinline]] inline void gradient_moments(const PointwiseRun& run, const float* scale_shift, float* to) {
  for_each_vector(
      run.channels, [&](int c, int lanes) __attribute__((always_inline)) {
        const float* x = run.x.data + c;
        const float* dy = run.dy.data + c;
        const std::size_t stride = run.x.stride, dy_stride = run.dy.stride;
        const Vec scale = load_part(scale_shift + c, lanes), shift = load_part(scale_shift + run.channels + c, lanes);
        store_part(to + c,
                   sum_of(
                       run.count, [&](int i, Vec& sum)
                                      __attribute__((always_inline)) { sum += load_part(dy + i * dy_stride, lanes); }),
                   lanes);
        store_part(to + run.channels + c,
                   sum_of(
                       run.count,
                       [&](int i, Vec& sum) __attribute__((always_inline)) {
                         sum +=
                             load_part(dy + i * dy_stride, lanes) * (load_part(x + i * stride, lanes) * scale + shift);
                       }),
                   lanes);
      });
}

/// y = end(scale·x + shift), or, if run.dy has data, end(scale·x + shift + factor·dy).
/// Shapes  of_channels: scales, shifts, then factors, of run.channels each.
[[gnu::noinline]] inline void linear(const PointwiseRun& run, const float* of_channels, const Epilogue& end) {
  for (int i = 0; i < run.count; ++i) {
    const float* x = run.x.data + i * run.x.stride;
    const float* dy = run.dy.data ? run.dy.data + i * run.dy.stride : nullptr;
    float* y = run.y.data + i * run.y.stride;
    for_each_vector(
        run.channels, [&](int c, int lanes) __attribute__((always_inline)) {
          const float* of = of_channels + c;
          Vec value = load_part(of, lanes) * load_part(x + c, lanes) + load_part(of + run.channels, lanes);
          if (dy) value += load_part(of + 2 * run.channels, lanes) * load_part(dy + c, lanes);
          finish(value, lanes, Vec{}, i, y + c, c, end);
        });
  }
}
