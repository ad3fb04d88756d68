#pragma once
// Max pooling of any window and stride.

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>

#include "unetpp/core/buffer.hpp"
#include "unetpp/core/parallel.hpp"
#include "unetpp/core/shape.hpp"
#include "unetpp/kernels/epilogue.hpp"
#include "unetpp/kernels/micro_kernels.hpp"
#include "unetpp/kernels/operands.hpp"

// Counts and positions are int, sizes std::size_t; none is negative.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace unetpp::kernels {

/// Pooling of images of shape `in` to images of shape `out`; windows are clipped to the image.
struct PoolGeometry {
  Shape in;
  Shape out;
  Extent window;
  Extent stride;
  int pad_top;
  int pad_left;
};

namespace detail {

/// Channels that are pooled together: enough for a vector register, few enough to share out small images.
inline constexpr int pool_channels = 16;

/// The part of a window that lies in the image: rows [top, bottom), columns [left, right).
struct Window {
  int top, bottom, left, right;

  Window(const PoolGeometry& g, int row, int column)
      : top(std::max(0, row * g.stride.height - g.pad_top)),
        bottom(std::min(g.in.height, row * g.stride.height - g.pad_top + g.window.height)),
        left(std::max(0, column * g.stride.width - g.pad_left)),
        right(std::min(g.in.width, column * g.stride.width - g.pad_left + g.window.width)) {}
};

/// The largest value of each channel in a window and the pixel where it stands first; a NaN counts as largest, as in
/// PyTorch.
struct WindowMaximum {
  std::array<float, pool_channels> value;
  std::array<int, pool_channels> pixel;

  template <class T>
  WindowMaximum(const PoolGeometry& g, const Window& window, const T* image, std::size_t stride, int channels) {
    value.fill(-std::numeric_limits<float>::infinity());
    pixel.fill(window.top * g.in.width + window.left);
    for (int h = window.top; h < window.bottom; ++h) {
      for (int w = window.left; w < window.right; ++w) {
        const int at = h * g.in.width + w;
        const T* x = image + at * stride;
        for (int c = 0; c < channels; ++c) {
          const float found = x[c];
          const bool larger = found > value[c] || found != found;
          value[c] = larger ? found : value[c];
          pixel[c] = larger ? at : pixel[c];
        }
      }
    }
  }
};

/// Calls work(image, first channel, channels, thread) for every image and block of channels.
template <class Work>
void for_each_pool_block(const PoolGeometry& g, std::size_t batch, int threads, const Work& work) {
  const std::size_t blocks = parts_of(g.in.channels, pool_channels);
  parallel_for(threads, batch * blocks, [&](std::size_t unit, int thread) {
    const int first = static_cast<int>(unit % blocks) * pool_channels;
    work(unit / blocks, first, std::min(pool_channels, g.in.channels - first), thread);
  });
}

constexpr bool windows_fill_image(const PoolGeometry& g) {
  return has_micro_kernels && g.window == g.stride && g.pad_top == 0 && g.pad_left == 0 &&
         g.in.height == g.out.height * g.window.height && g.in.width == g.out.width * g.window.width;
}

inline PoolWindow pool_window(const PoolGeometry& g, std::size_t stride) {
  const std::size_t width = g.in.width;
  return {g.window.height, g.window.width, width * stride, stride, width};
}

}  // namespace detail

/// y = the maximum of x in each window; `end` may accumulate.
/// Shapes  x: batch×in, y: batch×out.
template <class T = float>
void max_pool(const PoolGeometry& g, std::size_t batch, const MapOperands<T>& of, int threads,
              const MicroKernels& kernels = micro_kernels()) {
  const ImageKernels<T>& images = image_kernels<T>(kernels.set);
  const ConstPixels<T> x = of.x;
  const Pixels<T> y = of.y;
  if (detail::windows_fill_image(g) && !of.end.accumulate) {
    const std::size_t pixels_of_row = std::size_t{1} * g.window.height * g.in.width;
    parallel_for(threads, batch * g.out.height, [&](std::size_t row, int) {
      images.max_pool_row(detail::pool_window(g, x.stride), x.data + row * pixels_of_row * x.stride, g.out.width,
                          g.in.channels, y.data + row * g.out.width * y.stride, y.stride);
    });
    return;
  }
  detail::for_each_pool_block(g, batch, threads, [&](std::size_t image, int first, int channels, int) {
    const T* from = x.data + image * g.in.pixels() * x.stride + first;
    T* to = y.data + image * g.out.pixels() * y.stride + first;
    for (int h = 0; h < g.out.height; ++h)
      for (int w = 0; w < g.out.width; ++w, to += y.stride) {
        const detail::WindowMaximum maximum(g, detail::Window(g, h, w), from, x.stride, channels);
        of.end.store(maximum.value.data(), channels, 0, 0, to);
      }
  });
}

/// Floats of scratch that `max_pool_gradient` needs.
constexpr std::size_t max_pool_gradient_scratch(const PoolGeometry& g, int threads) {
  return detail::windows_fill_image(g) ? 0 : threads * aligned_floats(g.in.pixels() * detail::pool_channels);
}

namespace detail {

/// Adds the gradients of an image's windows to sums, of pool_channels a pixel; a pixel may lie in several windows.
/// Shapes  image, gradient: at the first of `channels` ≤ pool_channels channels.
template <class T>
void add_pool_gradients(const PoolGeometry& g, ConstPixels<T> image, ConstPixels<T> gradient, int channels,
                        float* sums) {
  const T* dy = gradient.data;
  for (int h = 0; h < g.out.height; ++h)
    for (int w = 0; w < g.out.width; ++w, dy += gradient.stride) {
      const Window window(g, h, w);
      const WindowMaximum maximum(g, window, image.data, image.stride, channels);
      for (int i = window.top; i < window.bottom; ++i)
        for (int j = window.left; j < window.right; ++j) {
          const int at = i * g.in.width + j;
          float* sum = sums + at * pool_channels;
          for (int c = 0; c < channels; ++c) sum[c] += maximum.pixel[c] == at ? float{dy[c]} : 0.0f;
        }
    }
}

}  // namespace detail

/// dx = dy carried to the first largest pixel of each window; `end` may accumulate and mask.
/// Shapes  as in `max_pool`.  scratch: max_pool_gradient_scratch floats.
template <class T = float>
void max_pool_gradient(const PoolGeometry& g, std::size_t batch, const GradientOperands<T>& of, Scratch scratch,
                       const MicroKernels& kernels = micro_kernels()) {
  const ImageKernels<T>& images = image_kernels<T>(kernels.set);
  const ConstPixels<T> x = of.x, dy = of.dy;
  const Pixels<T> dx = of.dx;
  if (detail::windows_fill_image(g)) {
    const std::size_t pixels_of_row = std::size_t{1} * g.window.height * g.in.width;
    parallel_for(scratch.threads, batch * g.out.height, [&](std::size_t row, int) {
      const std::size_t pixel = row * pixels_of_row;
      images.max_pool_gradient_row(detail::pool_window(g, x.stride), x.data + pixel * x.stride,
                                   dy.data + row * g.out.width * dy.stride, dy.stride, g.out.width, g.in.channels,
                                   detail::pool_window(g, dx.stride), dx.data + pixel * dx.stride, pixel, of.end);
    });
    return;
  }
  const std::size_t pixels = g.in.pixels(), thread_floats = max_pool_gradient_scratch(g, 1);
  detail::for_each_pool_block(g, batch, scratch.threads, [&](std::size_t image, int first, int channels, int thread) {
    float* sums = scratch.data + thread * thread_floats;  // as floats: what is stored is rounded once
    const Epilogue<T> end = of.end.from_channel(first);
    T* to = dx.data + image * pixels * dx.stride + first;
    for (std::size_t i = 0; i < pixels; ++i)
      for (int c = 0; c < channels; ++c)
        sums[i * detail::pool_channels + c] = end.accumulate ? float{to[i * dx.stride + c]} : 0.0f;
    detail::add_pool_gradients<T>(g, x.from(image * pixels, batch * pixels, first),
                                  dy.from(image * g.out.pixels(), batch * g.out.pixels(), first), channels, sums);
    const Epilogue<T> masked{.mask = end.mask, .mask_stride = end.mask_stride};
    for (std::size_t i = 0; i < pixels; ++i)
      masked.store(sums + i * detail::pool_channels, channels, 0, image * pixels + i, to + i * dx.stride);
  });
}

}  // namespace unetpp::kernels

#pragma GCC diagnostic pop
