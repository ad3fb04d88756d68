// Sums over the pixels of each channel, and linear functions of its values.

#ifndef UNETPP_BODY  // opened alone
#include "unetpp/kernels/simd/pointwise.inc.hpp"
#endif

inline constexpr int vectors_at_once = 4;  // a line of memory or more, and sums that need not wait for each other

/// Vectors of neighbouring channels of a pixel, the last of `lanes`.
template <int Count>
struct Vectors {
  Vec of[Count];

  [[gnu::always_inline]] Vectors() : of{} {}
  template <class T>
  [[gnu::always_inline]] Vectors(const T* p, int lanes) {
#pragma GCC unroll 4
    for (int v = 0; v < Count; ++v) of[v] = load_part(p + v * width, lanes);
  }
  [[gnu::always_inline]] void write(float* p, int lanes) const {
#pragma GCC unroll 4
    for (int v = 0; v < Count; ++v) store_part(p + v * width, of[v], lanes);
  }
};

/// Calls work(channel, lanes, Vectors) for all channels, some vectors at a time.
template <class Work>
[[gnu::always_inline]] inline void for_each_vectors(int channels, const Work& work) {
  int c = 0;
  for (; c + vectors_at_once * width <= channels; c += vectors_at_once * width)
    work(c, width, Vectors<vectors_at_once>());
  for (; c + width <= channels; c += width) work(c, width, Vectors<1>());
  if (c < channels) work(c, channels - c, Vectors<1>());
}

template <int Count, class T>
[[gnu::always_inline]] inline void moments_of(const PointwiseRun<T>& run, int c, int lanes, float* to) {
  const T* x = run.x.data + c;
  const Vectors<Count> first(x, lanes);
  Vectors<Count> mean, squares;
  for (int i = 0; i < run.count; ++i) {
    const Vectors<Count> value(x + i * run.x.stride, lanes);
#pragma GCC unroll 4
    for (int v = 0; v < Count; ++v) mean.of[v] += value.of[v] - first.of[v];
  }
  for (int v = 0; v < Count; ++v) mean.of[v] = first.of[v] + mean.of[v] / static_cast<float>(run.count);
  for (int i = 0; i < run.count; ++i) {
    const Vectors<Count> value(x + i * run.x.stride, lanes);
#pragma GCC unroll 4
    for (int v = 0; v < Count; ++v) {
      const Vec off = value.of[v] - mean.of[v];
      squares.of[v] += off * off;
    }
  }
  mean.write(to + c, lanes);
  squares.write(to + run.channels + c, lanes);
}

/// The mean of x over a run, and the sum of the squares of what it is off by. Both are taken of differences to nearby
/// values, so that little is lost where the mean is large.
/// Shapes  to: means, then sums, of run.channels each.
template <class T>
[[gnu::noinline]] void moments(const PointwiseRun<T>& run, float* to) {
  for_each_vectors(
      run.channels, [&]<int Count>(int c, int lanes, const Vectors<Count>&)
                        __attribute__((always_inline)) { moments_of<Count>(run, c, lanes, to); });
}

template <int Count, class T>
[[gnu::always_inline]] inline void gradient_moments_of(const PointwiseRun<T>& run, const float* scale_shift, int c,
                                                       int lanes, float* to) {
  const Vectors<Count> scale(scale_shift + c, lanes), shift(scale_shift + run.channels + c, lanes);
  Vectors<Count> sum, products;
  for (int i = 0; i < run.count; ++i) {
    const Vectors<Count> x(run.x.data + i * run.x.stride + c, lanes), dy(run.dy.data + i * run.dy.stride + c, lanes);
#pragma GCC unroll 4
    for (int v = 0; v < Count; ++v) {
      sum.of[v] += dy.of[v];
      products.of[v] += dy.of[v] * (x.of[v] * scale.of[v] + shift.of[v]);
    }
  }
  sum.write(to + c, lanes);
  products.write(to + run.channels + c, lanes);
}

/// The sums of dy and of dy·(scale·x + shift) over a run.
/// Shapes  scale_shift: scales, then shifts; to: both sums; of run.channels each.
template <class T>
[[gnu::noinline]] void gradient_moments(const PointwiseRun<T>& run, const float* scale_shift, float* to) {
  for_each_vectors(
      run.channels, [&]<int Count>(int c, int lanes, const Vectors<Count>&)
                        __attribute__((always_inline)) { gradient_moments_of<Count>(run, scale_shift, c, lanes, to); });
}

/// y = end(scale·x + shift), or, if run.dy has data, end(scale·x + shift + factor·dy).
/// Shapes  of_channels: scales, shifts, then factors, of run.channels each.
template <class T>
[[gnu::noinline]] void linear(const PointwiseRun<T>& run, const float* of_channels, const Epilogue<T>& end) {
  for (int i = 0; i < run.count; ++i) {
    const T* x = run.x.data + i * run.x.stride;
    const T* dy = run.dy.data ? run.dy.data + i * run.dy.stride : nullptr;
    T* y = run.y.data + i * run.y.stride;
    for_each_vector(
        run.channels, [&](int c, int lanes) __attribute__((always_inline)) {
          const float* of = of_channels + c;
          Vec value = load_part(of, lanes) * load_part(x + c, lanes) + load_part(of + run.channels, lanes);
          if (dy) value += load_part(of + 2 * run.channels, lanes) * load_part(dy + c, lanes);
          finish(value, lanes, Vec{}, i, y + c, c, end);
        });
  }
}
