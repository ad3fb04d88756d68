#pragma once
// Softmax and its gradient.

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "unetpp/core/parallel.hpp"
#include "unetpp/kernels/micro_kernels.hpp"
#include "unetpp/kernels/operands.hpp"
#include "unetpp/kernels/pointwise.hpp"

// Counts and positions are int, sizes std::size_t; none is negative.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace unetpp::kernels {

/// The most channels of a pixel that the functions below take.
inline constexpr int most_softmax_channels = 8192;

namespace detail {

/// Softmaxes of a few pixels at a time, in a plane for each channel.
struct SoftmaxPlanes {
  alignas(buffer_alignment) float values[most_softmax_channels] = {};
  alignas(buffer_alignment) float log_sums[256];
  int plane;  // pixels that fit

  explicit SoftmaxPlanes(int channels) : plane(std::min(256, most_softmax_channels / channels)) {
    if (plane >= widest_panel) plane = plane / widest_panel * widest_panel;
  }

  template <class T>
  void compute(int count, int channels, const T* x, std::size_t stride, const MicroKernels& kernels) {
    for (int i = 0; i < count; ++i)
      for (int c = 0; c < channels; ++c) values[c * plane + i] = x[i * stride + c];
    if (has_micro_kernels && plane % widest_panel == 0)
      return kernels.softmax(values, plane, channels, count, log_sums);
    for (int i = 0; i < count; ++i) {
      float* y = values + i;
      float largest = *y, sum = 0;
      for (int c = 1; c < channels; ++c) largest = std::max(largest, y[c * plane]);
      for (int c = 0; c < channels; ++c) sum += y[c * plane] = std::exp(y[c * plane] - largest);
      for (int c = 0; c < channels; ++c) y[c * plane] /= sum;
      log_sums[i] = largest + std::log(sum);
    }
  }
};

}  // namespace detail

/// Calls use(i, y, step, log_sum) for each pixel i in [first, last): its softmax is y[0], y[step], …, and log_sum is
/// ln Σ exp(x). The largest value is subtracted first, so that nothing overflows.
template <class T, class Use>
void for_each_softmax(std::size_t first, std::size_t last, int channels, ConstPixels<T> x, const MicroKernels& kernels,
                      const Use& use) {
  detail::SoftmaxPlanes of(channels);
  for (; first < last; first += of.plane) {
    const int count = static_cast<int>(std::min<std::size_t>(of.plane, last - first));
    of.compute(count, channels, x.data + first * x.stride, x.stride, kernels);
    for (int i = 0; i < count; ++i) use(first + i, of.values + i, of.plane, of.log_sums[i]);
  }
}

/// y = end(softmax(x)) over the channels of each pixel; y may be x.
template <class T = float>
void softmax(std::size_t pixels, int channels, const MapOperands<T>& of, int threads,
             const MicroKernels& kernels = micro_kernels()) {
  parallel_blocks(threads, pixels, pixel_block, [&](std::size_t first, std::size_t last) {
    for_each_softmax(first, last, channels, of.x, kernels, [&](std::size_t i, const float* values, int step, float) {
      for (int c = 0; c < channels; ++c) of.end.store(values + c * step, 1, c, i, of.y.data + i * of.y.stride + c);
    });
  });
}

/// dx = end(y·(dy − Σ y·dy)) for y = softmax(x).
template <class T = float>
void softmax_gradient(std::size_t pixels, int channels, const GradientOperands<T>& of, int threads,
                      const MicroKernels& kernels = micro_kernels()) {
  parallel_blocks(threads, pixels, pixel_block, [&](std::size_t first, std::size_t last) {
    for_each_softmax(first, last, channels, of.x, kernels, [&](std::size_t i, const float* y, int step, float) {
      const T* g = of.dy.data + i * of.dy.stride;
      float dot = 0;
      for (int c = 0; c < channels; ++c) dot += y[c * step] * g[c];
      for (int c = 0; c < channels; ++c) {
        const float value = y[c * step] * (g[c] - dot);
        of.end.store(&value, 1, c, i, of.dx.data + i * of.dx.stride + c);
      }
    });
  });
}

}  // namespace unetpp::kernels

#pragma GCC diagnostic pop
