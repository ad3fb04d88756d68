// Normalisation of channels over pixels.

#ifndef UNETPP_BODY  // opened alone
#include "unetpp/kernels/simd/alone.inc.hpp"
#define UNETPP_BODY
#endif

#include "unetpp/kernels/simd/vector.inc.hpp"
// The next needs it.
#include "unetpp/kernels/simd/pack.inc.hpp"

/// Calls work(first channel, vectors, lanes of the last) so that the compiler knows the usual case: four whole vectors.
template <class Work>
[[gnu::always_inline]] inline void in_vectors(int channels, const Work& work) {
  constexpr int most = 4;
  int c = 0;
  for (; c + most * width <= channels; c += most * width) work(c, most, width);
  for (; c < channels; c += width) work(c, 1, channels - c < width ? channels - c : width);
}

/// The means of each channel over `count` pixels, and the sums of the squared differences from them. Two passes: the
/// pixels stay in the cache, and nothing is lost where the mean is large.
/// Shapes  mean, squares: channels.
[[gnu::noinline]] inline void moments(int count, int channels, ConstPixels x, float* mean, float* squares) {
  in_vectors(
      channels, [&](int c, int vectors, int lanes) __attribute__((always_inline)) {
        Vec sum[4] = {}, square[4] = {};
        const float* at = x.data + c;
        for (int i = 0; i < count; ++i, at += x.stride)
#pragma GCC unroll 4
          for (int v = 0; v < vectors; ++v) sum[v] += load_part(at + v * width, lanes);
#pragma GCC unroll 4
        for (int v = 0; v < vectors; ++v) sum[v] /= Vec{} + static_cast<float>(count);
        at = x.data + c;
        for (int i = 0; i < count; ++i, at += x.stride)
#pragma GCC unroll 4
          for (int v = 0; v < vectors; ++v) {
            const Vec difference = load_part(at + v * width, lanes) - sum[v];
            square[v] += difference * difference;
          }
#pragma GCC unroll 4
        for (int v = 0; v < vectors; ++v) {
          store_part(mean + c + v * width, sum[v], lanes);
          store_part(squares + c + v * width, square[v], lanes);
        }
      });
}

/// The sums of dy, and of dy·(x − mean), of each channel over `count` pixels.
/// Shapes  mean: channels.  sums: 2×channels.
[[gnu::noinline]] inline void gradient_sums(int count, int channels, ConstPixels x, ConstPixels dy, const float* mean,
                                            float* sums) {
  in_vectors(
      channels, [&](int c, int vectors, int lanes) __attribute__((always_inline)) {
        Vec sum[4] = {}, product[4] = {}, middle[4];
#pragma GCC unroll 4
        for (int v = 0; v < vectors; ++v) middle[v] = load_part(mean + c + v * width, lanes);
        const float *at = x.data + c, *gradient = dy.data + c;
        for (int i = 0; i < count; ++i, at += x.stride, gradient += dy.stride)
#pragma GCC unroll 4
          for (int v = 0; v < vectors; ++v) {
            const Vec g = load_part(gradient + v * width, lanes);
            sum[v] += g;
            product[v] += g * (load_part(at + v * width, lanes) - middle[v]);
          }
#pragma GCC unroll 4
        for (int v = 0; v < vectors; ++v) {
          store_part(sums + c + v * width, sum[v], lanes);
          store_part(sums + channels + c + v * width, product[v], lanes);
        }
      });
}

/// y = end(x·scale), or end(x·scale + z·z_scale) where there is a z, for `count` pixels from `first` on.
[[gnu::noinline]] inline void scale_pixels(const ScaledSum& of, std::size_t first, int count, int channels) {
  for (int i = 0; i < count; ++i) {
    const std::size_t pixel = first + i;
    const float *x = of.x.data + pixel * of.x.stride, *z = of.z.data + pixel * of.z.stride;
    float* y = of.y.data + pixel * of.y.stride;
    for (int c = 0; c < channels; c += width) {
      const int lanes = channels - c < width ? channels - c : width;
      Vec value = load_part(x + c, lanes) * load_part(of.scale + c, lanes);
      if (of.z_scale) value += load_part(z + c, lanes) * load_part(of.z_scale + c, lanes);
      finish(value, lanes, of.end.bias ? load_part(of.end.bias + c, lanes) : Vec{}, pixel, y + c, c, of.end);
    }
  }
  if (of.end.stream) finish_streams();
}

inline constexpr NormKernels kernels{.moments = moments, .gradient_sums = gradient_sums, .scale_pixels = scale_pixels};
