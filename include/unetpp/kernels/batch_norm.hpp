#pragma once
// Normalisation of each channel over the pixels of a batch: two passes over memory forward, two backward.

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "unetpp/core/buffer.hpp"
#include "unetpp/core/parallel.hpp"
#include "unetpp/core/shape.hpp"
#include "unetpp/kernels/channel_moments.hpp"
#include "unetpp/kernels/epilogue.hpp"
#include "unetpp/kernels/layer_kernels.hpp"
#include "unetpp/kernels/operands.hpp"

// Counts and positions are int, sizes std::size_t; none is negative.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace unetpp::kernels {

/// A batch whose channels are normalised, each by itself.
struct BatchNormGeometry {
  Shape shape;
  std::size_t batch;
  float epsilon;

  std::size_t blocks() const { return batch * moment_blocks(shape); }
  std::size_t pixels() const { return batch * shape.pixels(); }
};

/// The mean of each channel, and its variance: the mean of the squared differences from it.
struct ChannelMoments {
  float* mean;
  float* variance;
};

/// Floats of scratch that the functions below need.
constexpr std::size_t batch_norm_scratch(Shape s, std::size_t batch) {
  return aligned_floats(batch * moment_blocks(s) * 2 * s.channels) + aligned_floats(3 * s.channels);
}

namespace detail {

/// Where in the scratch memory what lies.
struct BatchNormMemory {
  float* sums;         // of each block, 2×channels
  float* of_channels;  // 3×channels: what `linear` takes

  BatchNormMemory(const BatchNormGeometry& g, float* scratch)
      : sums(scratch), of_channels(scratch + aligned_floats(g.blocks() * 2 * g.shape.channels)) {}
};

/// Calls work(channel) for each channel.
template <class Work>
void parallel_channels(int threads, int channels, const Work& work) {
  constexpr std::size_t at_once = 16;
  parallel_blocks(threads, channels, at_once, [&](std::size_t first, std::size_t last) {
    for (std::size_t c = first; c < last; ++c) work(c);
  });
}

/// y = end(of_channels' linear function of x, and of dy if there is one).
template <class T = float>
void parallel_linear(const BatchNormGeometry& g, GradientOperands<T> of, const float* of_channels, int threads,
                     const LayerKernels<T>& kernels) {
  of.end = of.end.streamed(of.dx, g.pixels(), g.shape.channels);
  for_each_moment_block(
      g.shape, g.batch, of, threads,
      [&](const PointwiseRun<T>& run, const Epilogue<T>& end, std::size_t) { linear(run, of_channels, end, kernels); });
}

}  // namespace detail

/// The moments of x over the batch.
/// Shapes  scratch: batch_norm_scratch floats.
/// Source  Chan, Golub & LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances", 1979.
template <class T = float>
void batch_moments(const BatchNormGeometry& g, ConstPixels<T> x, ChannelMoments to, Scratch scratch,
                   const LayerKernels<T>& kernels = layer_kernels<T>()) {
  const int channels = g.shape.channels;
  const detail::BatchNormMemory memory(g, scratch.data);
  for_each_moment_block<T>(g.shape, g.batch, {x, x, {nullptr, 0}}, scratch.threads,
                           [&](const PointwiseRun<T>& run, const Epilogue<T>&, std::size_t block) {
                             detail::moments(run, memory.sums + block * 2 * channels, kernels);
                           });
  detail::parallel_channels(scratch.threads, channels, [&](std::size_t c) {
    double count = 0, mean = 0, squares = 0;
    for (std::size_t b = 0; b < g.blocks(); ++b) {
      const float* of = memory.sums + b * 2 * channels + c;
      const double more = block_size(g.shape, b), off = of[0] - mean;
      mean += off * more / (count + more);
      squares += of[channels] + off * off * count * more / (count + more);
      count += more;
    }
    to.mean[c] = static_cast<float>(mean);
    to.variance[c] = static_cast<float>(squares / count);
  });
}

/// What a normalisation by given moments reads and writes.
template <class T>
struct BatchNormOperands {
  BatchNormGeometry g;
  MapOperands<T> map;
  const float* mean;
  const float* variance;
  const float* scale;
  const float* offset;
};

/// y = end((x − mean) / √(variance + epsilon)·scale + offset).
/// Shapes  scratch: batch_norm_scratch floats.
template <class T = float>
void batch_norm(const BatchNormOperands<T>& of, Scratch scratch, const LayerKernels<T>& kernels = layer_kernels<T>()) {
  const int channels = of.g.shape.channels;
  float* of_channels = detail::BatchNormMemory(of.g, scratch.data).of_channels;
  for (int c = 0; c < channels; ++c) {
    const double factor = of.scale[c] / std::sqrt(double{of.variance[c]} + double{of.g.epsilon});
    of_channels[c] = static_cast<float>(factor);
    of_channels[channels + c] = static_cast<float>(of.offset[c] - of.mean[c] * factor);
  }
  detail::parallel_linear<T>(of.g, {of.map.x, {nullptr, 0}, of.map.y, of.map.end}, of_channels, scratch.threads,
                             kernels);
}

/// What the gradient of a normalisation by the batch's own moments reads, writes and adds to.
template <class T>
struct BatchNormGradientOperands {
  BatchNormGeometry g;
  GradientOperands<T> map;  // dx without data: it is not wanted
  const float* mean;
  const float* variance;
  const float* scale;
  float* dscale;
  float* doffset;
};

/// dx = end(scale / σ·(dy − mean(dy) − x̂·mean(dy·x̂))) with x̂ = (x − mean) / σ, σ = √(variance + epsilon);
/// dscale += Σ dy·x̂; doffset += Σ dy.
/// Shapes  scratch: batch_norm_scratch floats.
template <class T = float>
void batch_norm_gradient(const BatchNormGradientOperands<T>& of, Scratch scratch,
                         const LayerKernels<T>& kernels = layer_kernels<T>()) {
  const BatchNormGeometry& g = of.g;
  const int channels = g.shape.channels;
  const detail::BatchNormMemory memory(g, scratch.data);
  float* x_hat = memory.of_channels;  // as a linear function of x
  for (int c = 0; c < channels; ++c) {
    const double inverse = 1 / std::sqrt(double{of.variance[c]} + double{g.epsilon});
    x_hat[c] = static_cast<float>(inverse);
    x_hat[channels + c] = static_cast<float>(-of.mean[c] * inverse);
  }
  for_each_moment_block<T>(g.shape, g.batch, {of.map.x, of.map.dy, {nullptr, 0}}, scratch.threads,
                           [&](const PointwiseRun<T>& run, const Epilogue<T>&, std::size_t block) {
                             detail::gradient_moments(run, x_hat, memory.sums + block * 2 * channels, kernels);
                           });
  detail::parallel_channels(scratch.threads, channels, [&](std::size_t c) {
    double sum = 0, product = 0;
    for (std::size_t b = 0; b < g.blocks(); ++b) {
      sum += memory.sums[b * 2 * channels + c];
      product += memory.sums[(b * 2 + 1) * channels + c];
    }
    of.doffset[c] += static_cast<float>(sum);
    of.dscale[c] += static_cast<float>(product);
    const double inverse = 1 / std::sqrt(double{of.variance[c]} + double{g.epsilon}), all = of.scale[c] * inverse;
    const double of_x = -all * inverse * product / static_cast<double>(g.pixels());
    memory.of_channels[c] = static_cast<float>(of_x);
    memory.of_channels[channels + c] =
        static_cast<float>(-all * sum / static_cast<double>(g.pixels()) - of_x * of.mean[c]);
    memory.of_channels[2 * channels + c] = static_cast<float>(all);
  });
  if (of.map.dx.data) detail::parallel_linear(g, of.map, memory.of_channels, scratch.threads, kernels);
}

}  // namespace unetpp::kernels

#pragma GCC diagnostic pop
