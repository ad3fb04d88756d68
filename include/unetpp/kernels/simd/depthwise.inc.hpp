// Convolutions of each channel by itself.

#ifndef UNETPP_BODY  // opened alone
#include "unetpp/kernels/simd/pointwise.inc.hpp"
#endif

/// The sum over some taps of x·weight, both at a vector's first channel.
[[gnu::always_inline]] inline Vec sum_of_taps(const DepthwiseRow& from, int rows, int taps, const float* x,
                                              const float* weight, int lanes) {
  Vec sum{};
#pragma GCC unroll 3
  for (int r = 0; r < rows; ++r)
#pragma GCC unroll 3
    for (int t = 0; t < taps; ++t)
      sum += load_part(x + r * from.row + t * from.pixel, lanes) *
             load_part(weight + r * from.weight_row + t * from.weight_pixel, lanes);
  return sum;
}

/// `count` pixels of a row, each the sum of its taps; then what `end` fuses to it.
[[gnu::noinline]] inline void depthwise_row(const DepthwiseRow& from, const TapRun* columns, int count, int channels,
                                            const PixelRun& to, const Epilogue& end) {
  for (int o = 0; o < count; ++o) {
    const float* x = from.x + columns[o].input * from.input;
    const float* weight = from.weight + columns[o].tap * channels;
    float* y = to.data + o * to.stride;
    const int taps = columns[o].count;
    const bool usual = from.rows == 3 && taps == 3;  // the compiler is to know them
    for_each_vector(
        channels, [&](int c, int lanes) __attribute__((always_inline)) {
          const Vec sum = usual ? sum_of_taps(from, 3, 3, x + c, weight + c, lanes)
                                : sum_of_taps(from, from.rows, taps, x + c, weight + c, lanes);
          finish(sum, lanes, end.bias ? load_part(end.bias + c, lanes) : Vec{}, to.pixel + o, y + c, c, end);
        });
  }
}

/// sum += the sum of x·dy over the pixels of a run.
[[gnu::noinline]] inline void sum_products(const PointwiseRun& run, float* sum) {
  for_each_vector(
      run.channels, [&](int c, int lanes) __attribute__((always_inline)) {
        Vec even = load_part(sum + c, lanes), odd{};
        const float* x = run.x.data + c;
        const float* dy = run.dy.data + c;
        int i = 0;
        for (; i + 1 < run.count; i += 2) {
          even += load_part(x + i * run.x.stride, lanes) * load_part(dy + i * run.dy.stride, lanes);
          odd += load_part(x + (i + 1) * run.x.stride, lanes) * load_part(dy + (i + 1) * run.dy.stride, lanes);
        }
        if (i < run.count) even += load_part(x + i * run.x.stride, lanes) * load_part(dy + i * run.dy.stride, lanes);
        store_part(sum + c, even + odd, lanes);
      });
}
