#pragma once
// Windows that lie side by side: the kernel is as large as the stride, as in the 2×2 transposed convolutions of a U-Net
// and in 1×1 convolutions.

#include <algorithm>
#include <cstddef>

#include "unetpp/kernels/convolution/operands.hpp"
#include "unetpp/kernels/micro_kernels.hpp"

// Counts and positions are int, sizes std::size_t; none is negative.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace unetpp::kernels {

/// Whether a convolution's windows fill its images side by side.
constexpr bool windows_lie_side_by_side(const ConvGeometry& g) {
  return g.kernel == g.stride && g.dilation == 1 && g.pad_top == 0 && g.pad_left == 0 &&
         g.in.height == g.out.height * g.stride.height && g.in.width == g.out.width * g.stride.width;
}

namespace detail {

/// Calls work(first, count, pixel) for the runs of positions in [first, first + count) that lie in one row; `pixel` is
/// the first's tap 0, and the next position's is stride.width further on.
template <class Work>
void for_each_window_row(const ConvGeometry& g, std::size_t first, int count, const Work& work) {
  const std::size_t width = g.out.width;
  for (std::size_t at = first; at < first + count;) {
    const std::size_t end = std::min(first + count, (at / width + 1) * width);
    // Windows fill images, so rows of all images follow each other as if in one.
    work(at, static_cast<int>(end - at), at / width * g.stride.height * g.in.width + at % width * g.stride.width);
    at = end;
  }
}

/// Pixels from tap 0 of a window to another tap.
inline std::size_t tap_offset(const ConvGeometry& g, int tap) {
  return std::size_t{1} * (tap / g.kernel.width) * g.in.width + tap % g.kernel.width;
}

/// What a tap reads at the positions [first, first + count): some channels of the pixels under it.
struct TapPixels {
  int tap;
  std::size_t first;
  int count;
  int channel, channels;
};

/// Packs them to panels that are `next` floats apart.
template <class T = float>
void pack_tap(const MicroKernels& kernels, const ConvGeometry& g, ConstPixels<T> x, const TapPixels& of, float* to,
              std::size_t next) {
  for_each_window_row(g, of.first, of.count, [&](std::size_t at, int n, std::size_t pixel) {
    image_kernels<T>(kernels.set)
        .pack(x.data + (pixel + tap_offset(g, of.tap)) * x.stride + of.channel, g.stride.width * x.stride, n,
              of.channels, to + (at - of.first) * kernels.panel, next);
  });
}

}  // namespace detail

}  // namespace unetpp::kernels

#pragma GCC diagnostic pop
