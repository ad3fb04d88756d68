#pragma once
// 3×3 convolutions between an image of few channels and one of many, as a U-Net's first and last are.
//
// Winograd's transforms work on whole vectors of channels, most of which would be padding here. The 9·few values of a
// patch fill a vector well instead: patches are gathered to rows, and few channels become many by one matrix product
// with the weights. Many become few the other way round: the product makes the 9·few values that a pixel adds to the
// pixels around it, which are then summed where they belong.

#include <algorithm>
#include <cstddef>

#include "unetpp/core/buffer.hpp"
#include "unetpp/kernels/convolution/operands.hpp"
#include "unetpp/kernels/micro_kernels.hpp"
#include "unetpp/kernels/panels.hpp"

// Counts and positions are int, sizes std::size_t; none is negative.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace unetpp::kernels {

/// The most channels that count as few.
inline constexpr int few_channels = 4;

namespace detail {

inline constexpr int few_channels_block = 64;  // columns of one piece of work

/// Gathers the patches of an image of few channels.
template <class T>
struct FewChannelPatches {
  const MicroKernels& kernels;
  Shape shape;
  ConstPixels<T> image;

  // Floats of a patch and of its panels; of a line of pixels with one to either side, and of rows of patches, both with
  // room to read or write on; of scratch.
  static constexpr int size(int few) { return 9 * few; }
  static constexpr int padded(int few, int panel) { return parts_of(size(few), panel) * panel; }
  static constexpr std::size_t line(int few) { return aligned_floats((few_channels_block + 2) * few + widest_panel); }
  static constexpr std::size_t rows(int few, int panel) {
    return aligned_floats(few_channels_block * padded(few, panel) + widest_panel);
  }
  static constexpr std::size_t scratch(int few, int panel) { return 3 * line(few) + 2 * rows(few, panel); }

  /// Copies the pixels [first - 1, first + count] of a row to a line; those outside the image are zero.
  void copy_line(std::size_t image_row, int row, int first, int count, float* to) const {
    const int few = shape.channels, begin = std::max(first - 1, 0), end = std::min(first + count + 1, shape.width);
    if (row < 0 || row >= shape.height) return static_cast<void>(std::fill_n(to, (count + 2) * few, 0.0f));
    float* at = std::fill_n(to, (begin - first + 1) * few, 0.0f);
    const T* pixel = image.data + ((image_row + row) * shape.width + begin) * image.stride;
    if (image.stride == static_cast<std::size_t>(few))
      at = std::copy_n(pixel, (end - begin) * few, at);
    else
      for (int i = begin; i < end; ++i, pixel += image.stride) at = std::copy_n(pixel, few, at);
    std::fill(at, to + (count + 2) * few, 0.0f);
  }

  /// The patches of the pixels [first, first + count) of row `row` of all images' rows, as panels; count ≤ few_channels_block.
  /// Shapes  returns padded(few)/panel panels of few_channels_block×panel; memory: scratch floats.
  const float* operator()(std::size_t row, int first, int count, float* memory) const {
    const int few = shape.channels, panel = kernels.panel, in_image = static_cast<int>(row % shape.height);
    for (int i = 0; i < 3; ++i) copy_line(row - in_image, in_image + i - 1, first, count, memory + i * line(few));
    float* gathered = memory + 3 * line(few);
    if (size(few) <= panel) {
      kernels.gather(memory, line(few), few, count, gathered, panel);
      return gathered;
    }
    float* packed = gathered + rows(few, panel);
    kernels.gather(memory, line(few), few, count, gathered, size(few));
    kernels.pack(gathered, size(few), count, size(few), packed, next());
    return packed;
  }
  /// Floats from one panel of patches to the next.
  std::size_t next() const { return std::size_t{1} * few_channels_block * kernels.panel; }
};

}  // namespace detail

}  // namespace unetpp::kernels

#pragma GCC diagnostic pop
