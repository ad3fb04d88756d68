#pragma once
// Normalisation of each channel over the pixels of a batch.

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "unetpp/core/buffer.hpp"
#include "unetpp/core/parallel.hpp"
#include "unetpp/kernels/norm_kernels.hpp"
#include "unetpp/kernels/operands.hpp"
#include "unetpp/kernels/pointwise.hpp"

// Counts and positions are int, sizes std::size_t; none is negative.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace unetpp::kernels {

/// The mean of each channel, and its variance: the mean of the squared differences from it.
struct ChannelMoments {
  float* mean;
  float* variance;
};

namespace detail {

/// Pixels of one piece of work: 64 KiB, which stay in a core's cache from one pass over them to the next.
constexpr std::size_t norm_block(int channels) { return std::max<std::size_t>(16, (std::size_t{1} << 14) / channels); }

inline constexpr int norm_channels = 16;  // that one piece of work joins

/// Calls work(channel) for each channel.
template <class Work>
void parallel_channels(int threads, int channels, const Work& work) {
  parallel_blocks(threads, channels, norm_channels, [&](std::size_t first, std::size_t last) {
    for (std::size_t c = first; c < last; ++c) work(c);
  });
}

}  // namespace detail

/// Floats of scratch that the functions below need.
constexpr std::size_t batch_norm_scratch(std::size_t pixels, int channels) {
  return aligned_floats((2 * parts_of(pixels, detail::norm_block(channels)) + 3) * channels);
}

/// The moments of x over the pixels.
/// Shapes  scratch: batch_norm_scratch floats.
inline void batch_moments(std::size_t pixels, int channels, ConstPixels x, ChannelMoments to, Scratch scratch,
                          const NormKernels& kernels = norm_kernels()) {
  const std::size_t block = detail::norm_block(channels), blocks = parts_of(pixels, block);
  parallel_blocks(scratch.threads, pixels, block, [&](std::size_t first, std::size_t last) {
    float* mean = scratch.data + first / block * 2 * channels;
    kernels.moments(static_cast<int>(last - first), channels, {x.data + first * x.stride, x.stride}, mean,
                    mean + channels);
  });
  // Source: Chan, Golub & LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances", 1979.
  detail::parallel_channels(scratch.threads, channels, [&](std::size_t c) {
    double count = 0, mean = 0, squares = 0;
    for (std::size_t b = 0; b < blocks; ++b) {
      const float* of = scratch.data + b * 2 * channels + c;
      const auto more = static_cast<double>(std::min(block, pixels - b * block));
      const double difference = of[0] - mean;
      mean += difference * more / (count + more);
      squares += of[channels] + difference * difference * count * more / (count + more);
      count += more;
    }
    to.mean[c] = static_cast<float>(mean);
    to.variance[c] = static_cast<float>(squares / count);
  });
}

/// What normalisation by given moments reads and writes: y = end((x − mean)/√(variance + ε)·scale + offset).
struct BatchNormOperands {
  ConstPixels x;
  const float* mean;
  const float* variance;
  float epsilon;
  const float* scale;
  const float* offset;
  Pixels y;
  Epilogue end = {};  // without a bias
};

/// Shapes  scratch: batch_norm_scratch floats.
inline void batch_norm(std::size_t pixels, int channels, const BatchNormOperands& of, Scratch scratch,
                       const NormKernels& kernels = norm_kernels()) {
  float *factor = scratch.data, *bias = factor + channels;
  for (int c = 0; c < channels; ++c) {
    factor[c] = of.scale[c] / std::sqrt(of.variance[c] + of.epsilon);
    bias[c] = of.offset[c] - of.mean[c] * factor[c];
  }
  Epilogue end = of.end.streamed(of.y, pixels, channels);
  end.bias = bias;
  parallel_blocks(scratch.threads, pixels, pixel_block, [&](std::size_t first, std::size_t last) {
    kernels.scale_pixels({of.x, factor, of.x, nullptr, of.y, end}, first, static_cast<int>(last - first), channels);
  });
}

/// What the gradient of normalisation by the batch's own moments reads, writes and adds to.
struct BatchNormGradient {
  ConstPixels x;
  ConstPixels dy;
  const float* mean;
  const float* variance;
  float epsilon;
  const float* scale;
  float* dscale;
  float* doffset;
  Pixels dx;  // without data: not wanted
  Epilogue end = {};
};

/// dx = end(scale/σ·(dy − mean(dy) − x̂·mean(dy·x̂))) with x̂ = (x − mean)/σ, σ = √(variance + ε); dscale += Σ dy·x̂;
/// doffset += Σ dy.
/// Shapes  scratch: batch_norm_scratch floats.
inline void batch_norm_gradient(std::size_t pixels, int channels, const BatchNormGradient& of, Scratch scratch,
                                const NormKernels& kernels = norm_kernels()) {
  const std::size_t block = detail::norm_block(channels), blocks = parts_of(pixels, block);
  float* factor = scratch.data + blocks * 2 * channels;
  float *x_factor = factor + channels, *bias = x_factor + channels;
  parallel_blocks(scratch.threads, pixels, block, [&](std::size_t first, std::size_t last) {
    kernels.gradient_sums(static_cast<int>(last - first), channels, {of.x.data + first * of.x.stride, of.x.stride},
                          {of.dy.data + first * of.dy.stride, of.dy.stride}, of.mean,
                          scratch.data + first / block * 2 * channels);
  });
  detail::parallel_channels(scratch.threads, channels, [&](std::size_t c) {
    double sum = 0, product = 0;
    for (std::size_t b = 0; b < blocks; ++b) {
      sum += scratch.data[b * 2 * channels + c];
      product += scratch.data[(b * 2 + 1) * channels + c];
    }
    const double inverse = 1 / std::sqrt(double{of.variance[c]} + of.epsilon), count = static_cast<double>(pixels);
    of.doffset[c] += static_cast<float>(sum);
    of.dscale[c] += static_cast<float>(product * inverse);
    const double all = of.scale[c] * inverse, of_x = -all * inverse * inverse * product / count;
    factor[c] = static_cast<float>(all);
    x_factor[c] = static_cast<float>(of_x);
    bias[c] = static_cast<float>(-all * sum / count - of_x * of.mean[c]);
  });
  if (of.dx.data == nullptr) return;
  Epilogue end = of.end.streamed(of.dx, pixels, channels);
  end.bias = bias;
  parallel_blocks(scratch.threads, pixels, pixel_block, [&](std::size_t first, std::size_t last) {
    kernels.scale_pixels({of.dy, factor, of.x, x_factor, of.dx, end}, first, static_cast<int>(last - first), channels);
  });
}

}  // namespace unetpp::kernels

#pragma GCC diagnostic pop
