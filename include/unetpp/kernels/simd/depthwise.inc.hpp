// Convolutions of each channel by itself.

#ifndef UNETPP_BODY  // opened alone
#include "unetpp/kernels/simd/pointwise.inc.hpp"
#endif

/// The sum over some taps of x·weight, both at a vector's first channel.
template <class T>
[[gnu::always_inline]] inline Vec sum_of_taps(const DepthwiseRow<T>& from, int rows, int taps, const T* x,
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
template <class T>
[[gnu::noinline]] void depthwise_row(const DepthwiseRow<T>& from, const TapRun* columns, int count, int channels,
                                     const PixelRun<T>& to, const Epilogue<T>& end) {
  for (int o = 0; o < count; ++o) {
    const T* x = from.x + columns[o].input * from.input;
    const float* weight = from.weight + columns[o].tap * channels;
    T* y = to.data + o * to.stride;
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

/// Pixels that are summed in registers before sums in memory are added to. On a Zen 3, 8 and 16 took a tenth to two thirds
/// longer with 64 channels, and about as long as 4 with 128 and 256.
inline constexpr int gradient_pixels = 4;

/// sums += the sums over a run's pixels of dy times each of Rows×Taps inputs, the first of them at x.
template <int Rows, int Taps, class T>
[[gnu::noinline]] void add_products(const DepthwiseRow<T>& from, const PointwiseRun<T>& run, float* sums) {
  for_each_vector(
      run.channels, [&](int c, int lanes) __attribute__((always_inline)) {
        Vec sum[Rows][Taps] = {};
        const T* x = run.x.data + c;
        const T* dy = run.dy.data + c;
        for (int i = 0; i < run.count; ++i, x += run.x.stride, dy += run.dy.stride) {
          const Vec gradient = load_part(dy, lanes);
#pragma GCC unroll 3
          for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 3
            for (int t = 0; t < Taps; ++t) sum[r][t] += load_part(x + r * from.row + t * from.pixel, lanes) * gradient;
        }
#pragma GCC unroll 3
        for (int r = 0; r < Rows; ++r)
#pragma GCC unroll 3
          for (int t = 0; t < Taps; ++t) {
            float* to = sums + r * from.weight_row + t * from.weight_pixel + c;
            store_part(to, load_part(to, lanes) + sum[r][t], lanes);
          }
      });
}

/// sums += the sum of dy over a run's pixels.
template <class T>
[[gnu::noinline]] void add_pixels(const PointwiseRun<T>& run, float* sums) {
  for_each_vector(
      run.channels, [&](int c, int lanes) __attribute__((always_inline)) {
        Vec sum{};
        for (int i = 0; i < run.count; ++i) sum += load_part(run.dy.data + i * run.dy.stride + c, lanes);
        store_part(sums + c, load_part(sums + c, lanes) + sum, lanes);
      });
}

/// The gradients of weights, and of a bias, from `count` pixels of a row: to.weight is at its first row of taps.
template <class T>
[[gnu::noinline]] void depthwise_gradient_row(const DepthwiseRow<T>& from, const TapRun* columns, ConstPixels<T> dy,
                                              int count, int channels, const DepthwiseGradient& to) {
  PointwiseRun<T> run{{from.x, 0}, dy, {}, 0, channels};
  for (int o = 0; o < count; o += run.count) {
    const TapRun taps = columns[o];
    const auto as_these = [&](int other) {
      return columns[other].tap == taps.tap && columns[other].count == taps.count;
    };
    for (run.count = 1; run.count < gradient_pixels && o + run.count < count && as_these(o + run.count);) ++run.count;
    run.dy.data = dy.data + o * dy.stride;
    run.x.stride = run.count > 1 ? (columns[o + 1].input - taps.input) * from.input : 0;
    const T* x = from.x + taps.input * from.input;
    for (int i = 2 * gradient_pixels; i < 2 * gradient_pixels + run.count; ++i) {  // the last row is new
      fetch_pixel(run.dy.data + i * dy.stride, channels);
      fetch_pixel(x + (from.rows - 1) * from.row + i * run.x.stride, channels);
    }
    if (to.bias) add_pixels(run, to.bias);
    for (int r = 0, down = 0; r < from.rows; r += down) {
      down = from.rows - r < 3 ? 1 : 3;
      for (int t = 0, across = 0; t < taps.count; t += across) {
        across = taps.count - t < 3 ? 1 : 3;
        run.x.data = x + r * from.row + t * from.pixel;
        float* sums = to.weight + r * from.weight_row + (taps.tap + t) * from.weight_pixel;
        if (down == 3)
          across == 3 ? add_products<3, 3>(from, run, sums) : add_products<3, 1>(from, run, sums);
        else
          across == 3 ? add_products<1, 3>(from, run, sums) : add_products<1, 1>(from, run, sums);
      }
    }
  }
}
