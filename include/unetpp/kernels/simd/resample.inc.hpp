// Weighted sums of neighbouring pixels, for pooling and upsampling.

#ifndef UNETPP_BODY  // opened alone
#include "unetpp/kernels/simd/pointwise.inc.hpp"
#endif

/// `count` pixels of a row, each the sum of from.rows × its own taps of pixels, times the weights of both; then what `end`
/// fuses to it.
template <class T>
[[gnu::noinline]] void weighted_row(const WeightedRows<T>& from, const AxisTaps& columns, int count, int channels,
                                    const PixelRun<T>& to, const Epilogue<T>& end) {
  for (int o = 0; o < count; ++o) {
    const T* x = from.x + columns.first[o] * from.pixel;
    const float* weights = columns.weights + o * columns.most;
    const int taps = columns.count[o];
    T* y = to.data + o * to.stride;
    for_each_vector(
        channels, [&](int c, int lanes) __attribute__((always_inline)) {
          Vec sum{};
          for (int r = 0; r < from.rows; ++r)
            for (int t = 0; t < taps; ++t)
              sum += from.weights[r] * weights[t] * load_part(x + r * from.row + t * from.pixel + c, lanes);
          finish(sum, lanes, Vec{}, to.pixel + o, y + c, c, end);
        });
  }
}
