#pragma once
// The weight gradient of 3×3 convolutions with few channels on one side, with its bias gradient.

#include <algorithm>
#include <cstddef>

#include "unetpp/core/parallel.hpp"
#include "unetpp/kernels/convolution/few_channels.hpp"

// Counts and positions are int, sizes std::size_t; none is negative.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace unetpp::kernels {

namespace detail {

/// The products of the patches of the image of few channels with the pixels of the other, in runs of rows that are
/// summed apart and added in order.
template <class T>
struct FewChannelsGradient {
  const MicroKernels& kernels;
  const ImageKernels<T>& images;
  const WeightGradientOperands<T>& of;
  bool few_in;  // the input has few channels; else the output
  std::size_t rows;
  int few;
  int many;

  static constexpr std::size_t most_runs = 16;

  FewChannelsGradient(const WeightGradientOperands<T>& operands, const MicroKernels& k)
      : kernels(k),
        images(image_kernels<T>(k.set)),
        of(operands),
        few_in(of.g.in.channels <= few_channels),
        rows(of.batch * of.g.in.height),
        few(few_in ? of.g.in.channels : of.g.out.channels),
        many(few_in ? of.g.out.channels : of.g.in.channels) {}

  // Floats of a run's sums, panels of many with a row for each value of a patch, and of its bias gradient.
  static constexpr std::size_t sums(int few, int many, int panel) {
    return std::size_t{1} * parts_of(many, panel) * panel * FewChannelPatches<T>::padded(few, panel);
  }
  static constexpr std::size_t biases(int few, int many, int panel) {
    return std::max(parts_of(many, panel) * panel, FewChannelPatches<T>::padded(few, panel));
  }
  static constexpr std::size_t own(int few, int many, int panel) {
    return FewChannelPatches<T>::scratch(few, panel) +
           std::size_t{1} * parts_of(many, panel) * panel * few_channels_block;
  }
  static constexpr std::size_t floats(int few, int many, int panel, std::size_t runs, int threads) {
    return aligned_floats(runs * (sums(few, many, panel) + biases(few, many, panel))) + threads * own(few, many, panel);
  }

  void operator()(Scratch scratch) const {
    const int panel = kernels.panel, size = FewChannelPatches<T>::size(few),
              padded = FewChannelPatches<T>::padded(few, panel);
    const std::size_t run_rows = parts_of(rows, most_runs), runs = parts_of(rows, run_rows);
    const std::size_t sum_size = sums(few, many, panel), bias_size = biases(few, many, panel);
    const FewChannelPatches<T> patches_of{kernels, few_in ? of.g.in : of.g.out, few_in ? of.x : of.dy};
    const ConstPixels<T> pixels_of = few_in ? of.dy : of.x;
    float* all_sums = scratch.data;
    float* all_biases = all_sums + runs * sum_size;
    float* memory = all_sums + aligned_floats(runs * (sum_size + bias_size));
    const int width = of.g.in.width, blocks = parts_of(width, few_channels_block);

    parallel_for(scratch.threads, runs, [&](std::size_t run, int thread) {
      float* pixels = memory + thread * own(few, many, panel);
      float* patch_memory = pixels + std::size_t{1} * parts_of(many, panel) * panel * few_channels_block;
      bool more = false;
      for (std::size_t row = run * run_rows; row < std::min(rows, (run + 1) * run_rows); ++row)
        for (int block = 0; block < blocks; ++block, more = true) {
          const int first = width * block / blocks, count = width * (block + 1) / blocks - first;
          const float* patches = patches_of(row, first, count, patch_memory);
          const std::size_t next = std::min(row * width + first + count, rows * width - 1);  // the next block's pixel
          images.pack(pixels_of.data + (row * width + first) * pixels_of.stride, pixels_of.stride, count, many, pixels,
                      patches_of.next());
          for (int m = 0; m < many; m += panel)
            for (int k = 0; k < size; k += panel) {
              const ConstPixels<float> fetch = pixels_of.from(next, rows * width, m).places();
              kernels.product_transposed(
                  std::min(panel, size - k), std::min(panel, many - m), count, patches + k / panel * patches_of.next(),
                  pixels + m / panel * patches_of.next(), all_sums + run * sum_size + (m / panel * padded + k) * panel,
                  more, fetch.data, fetch.stride);
            }
          const float* summed = few_in ? pixels : patches;  // of dy
          for (int c = 0; of.dbias.filters && c < (few_in ? many : size); c += panel)
            kernels.sum_rows(summed + c / panel * patches_of.next(), count, all_biases + run * bias_size + c, more);
        }
    });
    const auto sum_of_runs = [&](const float* first, std::size_t size_of_run) {
      float sum = 0;
      for (std::size_t run = 0; run < runs; ++run) sum += first[run * size_of_run];
      return sum;
    };
    parallel_for(scratch.threads, size, [&](std::size_t unit, int) {
      const int k = static_cast<int>(unit), tap = k / few, c = k % few;
      for (int m = 0; m < many; ++m) {
        const float sum = sum_of_runs(all_sums + (m / panel * padded + k) * panel + m % panel, sum_size);
        of.dweight[few_in ? std::size_t{1} * k * many + m : (std::size_t{1} * (8 - tap) * many + m) * few + c] += sum;
      }
    });
    constexpr int centre = 4;  // the tap that sees a patch's own pixel
    if (of.dbias.filters)
      for (int f = 0; f < of.g.out.channels; ++f)
        of.dbias.filters[f] += sum_of_runs(all_biases + (few_in ? f : centre * few + f), bias_size);
  }
};

}  // namespace detail

/// Floats of scratch that the function below needs.
constexpr std::size_t few_channels_gradient_scratch(const ConvGeometry& g, std::size_t batch, int threads) {
  const bool few_in = g.in.channels <= few_channels;
  const int few = few_in ? g.in.channels : g.out.channels, many = few_in ? g.out.channels : g.in.channels;
  const std::size_t runs = std::min<std::size_t>(detail::FewChannelsGradient<float>::most_runs, batch * g.in.height);
  return detail::scratch_of_any_panel(
      [&](int panel) { return detail::FewChannelsGradient<float>::floats(few, many, panel, runs, threads); });
}

/// dweight += the gradient of `few_channels_convolve`'s weight for the input x and the output gradient dy; dbias.filters +=
/// that of its bias, unless it is null.
/// Shapes  scratch: few_channels_gradient_scratch floats.
template <class T = float>
void few_channels_weight_gradient(const WeightGradientOperands<T>& of, Scratch scratch,
                                  const MicroKernels& kernels = micro_kernels()) {
  detail::FewChannelsGradient<T>(of, kernels)(scratch);
}

}  // namespace unetpp::kernels

#pragma GCC diagnostic pop
