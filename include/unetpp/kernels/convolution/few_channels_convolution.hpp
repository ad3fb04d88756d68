#pragma once
// Forward passes and input gradients of 3×3 convolutions with few channels on one side.

#include <algorithm>
#include <array>
#include <cstddef>

#include "unetpp/core/parallel.hpp"
#include "unetpp/kernels/convolution/few_channels.hpp"

// Counts and positions are int, sizes std::size_t; none is negative.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace unetpp::kernels {

namespace detail {

/// A convolution, or a transposed one, from one image to another.
template <class T>
struct FewChannelsConvolution {
  const MicroKernels& kernels;
  const ImageKernels<T>& images;
  const ConvOperands<T>& of;
  bool transposed;
  Shape in;   // what is read: the convolution's input, or its output if transposed
  Shape out;  // what is written

  static constexpr int band = 32;  // rows of one piece of work, where many channels become few

  FewChannelsConvolution(const ConvOperands<T>& operands, bool is_transposed, const MicroKernels& k)
      : kernels(k),
        images(image_kernels<T>(k.set)),
        of(operands),
        transposed(is_transposed),
        in(is_transposed ? of.g.out : of.g.in),
        out(is_transposed ? of.g.in : of.g.out) {}

  // Taps whose values for few channels fit a panel, and what such a group's values of a row of pixels take.
  static constexpr int taps_of_panel(int few, int panel) { return std::min(9, panel / few); }
  static constexpr int groups(int few, int panel) { return parts_of(9, taps_of_panel(few, panel)); }
  static constexpr std::size_t group_row(int panel) { return std::size_t{1} * (few_channels_block + 2) * panel; }

  static constexpr std::size_t widen_scratch(int few, int many, int panel, int threads) {
    const std::size_t weights = std::size_t{1} * FewChannelPatches<T>::size(few) * parts_of(many, panel) * panel;
    return weights + threads * (FewChannelPatches<T>::scratch(few, panel) + few_channels_block * panel);
  }
  static constexpr std::size_t few_channels_scratch(int few, int many, int panel, int threads) {
    const std::size_t weights = std::size_t{1} * groups(few, panel) * many * panel;
    const std::size_t own = (parts_of(many, panel) + 3 * groups(few, panel)) * group_row(panel);
    return weights + threads * (own + few_channels_block * panel + widest_panel);
  }

  /// The weight of a tap from a channel of `in` to one of `out`.
  float value(int tap, int from, int to) const {
    return transposed ? of.weight[(std::size_t{1} * (8 - tap) * out.channels + to) * in.channels + from]
                      : of.weight[(std::size_t{1} * tap * in.channels + from) * out.channels + to];
  }

  int blocks() const { return parts_of(in.width, few_channels_block); }
  int block_begin(int block) const { return in.width * block / blocks(); }

  /// From few channels to many.
  void widen(Scratch scratch) const {
    const int panel = kernels.panel, panels = parts_of(out.channels, panel), few = in.channels;
    const std::size_t packed_size = std::size_t{1} * FewChannelPatches<T>::size(few) * panel;
    const FewChannelPatches<T> patches_of{kernels, in, of.x};
    const Epilogue<T> end = of.end.streamed(of.y, of.batch * out.pixels(), out.channels);
    float* packed = scratch.data;
    parallel_for(scratch.threads, panels, [&](std::size_t i, int) {
      const int first = static_cast<int>(i) * panel;
      for (int tap = 0; tap < 9; ++tap)
        for (int c = 0; c < few; ++c)
          for (int f = 0; f < panel; ++f)
            packed[i * packed_size + (tap * few + c) * panel + f] =
                first + f < out.channels ? value(tap, c, first + f) : 0;
    });
    parallel_for(scratch.threads, of.batch * in.height * blocks(), [&](std::size_t unit, int thread) {
      const std::size_t row = unit / blocks();
      const int block = static_cast<int>(unit % blocks()), first = block_begin(block),
                count = block_begin(block + 1) - first;
      float* sums = packed + panels * packed_size +
                    thread * (FewChannelPatches<T>::scratch(few, panel) + few_channels_block * panel);
      const float* patches = patches_of(row, first, count, sums + few_channels_block * panel);
      for (int i = 0; i < panels; ++i) {
        const int channel = i * panel, columns = std::min(panel, out.channels - channel);
        kernels.product(count, columns, FewChannelPatches<T>::size(few), patches, patches_of.next(),
                        packed + i * packed_size, sums, false, packed + (i + 1) % panels * packed_size, 0);
        images.unpack(sums, count, columns, row * out.width + first, 1, of.y.data + channel, of.y.stride,
                      end.from_channel(channel));
      }
    });
  }

  /// From many channels to few.
  void gather(Scratch scratch) const {
    const int panel = kernels.panel, many = in.channels, few = out.channels, taps = taps_of_panel(few, panel);
    const int group_count = groups(few, panel), bands = parts_of(in.height, band);
    const std::size_t next = group_row(panel), slot = group_count * next;
    float* packed = scratch.data;
    for (int group = 0; group < group_count; ++group)
      for (int c = 0; c < many; ++c)
        for (int i = 0; i < panel; ++i) {
          const int tap = group * taps + i / few;
          packed[(std::size_t{1} * group * many + c) * panel + i] =
              i / few < taps && tap < 9 ? value(tap, c, i % few) : 0;
        }
    const std::size_t own = few_channels_scratch(few, many, panel, 1) - group_count * many * panel;
    parallel_for(scratch.threads, of.batch * bands * blocks(), [&](std::size_t unit, int thread) {
      const int block = static_cast<int>(unit % blocks()), first = block_begin(block),
                count = block_begin(block + 1) - first;
      const int top = static_cast<int>(unit / blocks() % bands) * band, bottom = std::min(top + band, in.height);
      const std::size_t image_row = unit / blocks() / bands * in.height;
      float* pixels = packed + group_count * many * panel + thread * own;
      float* sums = pixels + parts_of(many, panel) * next;
      float* values = sums + few_channels_block * panel;  // of three rows, each with a pixel to either side
      const auto values_of = [&](int row) { return values + (row + 3) % 3 * slot; };
      const int begin = std::max(first - 1, 0), end_column = std::min(first + count + 1, in.width);
      for (int row = top - 1; row <= bottom; ++row) {
        float* to = values_of(row);
        if (row < 0 || row >= in.height) {
          std::fill_n(to, slot, 0.0f);
        } else {
          images.pack(of.x.data + ((image_row + row) * in.width + begin) * of.x.stride, of.x.stride, end_column - begin,
                      many, pixels, next);
          for (int group = 0; group < group_count; ++group, to += next) {
            float* at = std::fill_n(to, (begin - first + 1) * panel, 0.0f);
            kernels.product(end_column - begin, std::min(9 - group * taps, taps) * few, many, pixels, next,
                            packed + std::size_t{1} * group * many * panel, at, false, packed, 0);
            std::fill(at + (end_column - begin) * panel, to + (count + 2) * panel, 0.0f);
          }
        }
        if (row <= top) continue;
        std::array<const float*, 9> tap_values;
        for (int tap = 0; tap < 9; ++tap)
          tap_values[tap] = values_of(row - 2 + tap / 3) + tap / taps * next + tap % 3 * panel + tap % taps * few;
        kernels.sum_taps(tap_values.data(), count, sums);
        images.unpack(sums, count, few, (image_row + row - 1) * in.width + first, 1, of.y.data, of.y.stride, of.end);
      }
    });
  }

  void operator()(Scratch scratch) const { in.channels <= few_channels ? widen(scratch) : gather(scratch); }
};

}  // namespace detail

/// Floats of scratch that the two functions below need.
constexpr std::size_t few_channels_scratch(const ConvGeometry& g, int threads) {
  return detail::scratch_of_any_panel([&](int panel) {
    const auto from_to = [&](int from, int to) {
      return from <= few_channels
                 ? detail::FewChannelsConvolution<float>::widen_scratch(from, to, panel, threads)
                 : detail::FewChannelsConvolution<float>::few_channels_scratch(to, from, panel, threads);
    };
    return std::max(from_to(g.in.channels, g.out.channels), from_to(g.out.channels, g.in.channels));
  });
}

/// y = x ∗ weight, for a 3×3 kernel, stride and dilation 1, a border of one pixel, and few channels on one side.
/// Shapes  scratch: few_channels_scratch floats.
template <class T = float>
void few_channels_convolve(const ConvOperands<T>& of, Scratch scratch, const MicroKernels& kernels = micro_kernels()) {
  detail::FewChannelsConvolution<T>(of, false, kernels)(scratch);
}

/// y = the transposed convolution of x: the input gradient of `few_channels_convolve` for the output gradient x.
/// Shapes  scratch: few_channels_scratch floats.
template <class T = float>
void few_channels_convolve_transposed(const ConvOperands<T>& of, Scratch scratch,
                                      const MicroKernels& kernels = micro_kernels()) {
  detail::FewChannelsConvolution<T>(of, true, kernels)(scratch);
}

}  // namespace unetpp::kernels

#pragma GCC diagnostic pop
