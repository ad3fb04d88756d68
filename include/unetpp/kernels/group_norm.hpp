#pragma once
// Group normalisation: two passes over memory forward, two backward.

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

/// Images whose channels are normalised in groups of neighbours, each group of each image by itself.
struct GroupNormGeometry {
  Shape shape;
  int groups;
  float epsilon;

  constexpr int channels() const { return shape.channels; }
  constexpr int in_group() const { return shape.channels / groups; }
  constexpr double values() const { return static_cast<double>(shape.pixels()) * in_group(); }  // of a group
};

/// What a group normalisation reads and writes.
/// Shapes  scale, offset: channels.  statistics: batch×2×groups, of each image the means and 1 / √(variance + epsilon).
template <class T>
struct GroupNormOperands {
  GroupNormGeometry g;
  std::size_t batch;
  MapOperands<T> map;
  const float* scale;
  const float* offset;
  float* statistics;
};

/// And its gradients, of which those of the parameters are added to.
template <class T>
struct GroupNormGradientOperands {
  GroupNormGeometry g;
  std::size_t batch;
  GradientOperands<T> map;  // dx without data: it is not wanted
  const float* scale;
  const float* statistics;
  float* dscale;
  float* doffset;
};

/// Floats of scratch that both need.
constexpr std::size_t group_norm_scratch(const GroupNormGeometry& g, std::size_t batch) {
  const std::size_t channels = g.channels();
  return aligned_floats(batch * moment_blocks(g.shape) * 2 * channels) + 2 * aligned_floats(batch * 3 * channels);
}

namespace detail {

/// Where in the scratch memory what lies.
struct GroupNormMemory {
  float* sums;         // of each block, 2×channels
  float* of_channels;  // of each image, 3×channels: what `linear` takes
  float* of_images;    // of each image, 2×channels: the sums of its blocks

  GroupNormMemory(const GroupNormGeometry& g, std::size_t batch, float* scratch)
      : sums(scratch),
        of_channels(sums + aligned_floats(batch * moment_blocks(g.shape) * 2 * g.channels())),
        of_images(of_channels + aligned_floats(batch * 3 * g.channels())) {}
};

/// Mean and 1 / √(variance + epsilon) of a group.
struct GroupMoments {
  double mean = 0;
  double squares = 0;

  /// Of the means and sums of squares of its blocks and channels.
  /// Source  Chan, Golub & LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances", 1979.
  GroupMoments(const GroupNormGeometry& g, const float* sums, int first) {
    const int last = first + g.in_group();
    const std::size_t blocks = moment_blocks(g.shape);
    for (std::size_t b = 0; b < blocks; ++b)
      for (int c = first; c < last; ++c) mean += sums[b * 2 * g.channels() + c] * block_size(g.shape, b);
    mean /= g.values();
    for (std::size_t b = 0; b < blocks; ++b)
      for (int c = first; c < last; ++c) {
        const float* of = sums + b * 2 * g.channels() + c;
        const double off = of[0] - mean;
        squares += of[g.channels()] + off * off * block_size(g.shape, b);
      }
  }
};

}  // namespace detail

/// y = end(scale·(x − mean) / √(variance + epsilon) + offset); the statistics are written.
template <class T = float>
void group_norm(const GroupNormOperands<T>& of, Scratch scratch, const LayerKernels<T>& kernels = layer_kernels<T>()) {
  const GroupNormGeometry& g = of.g;
  const int channels = g.channels();
  const detail::GroupNormMemory memory(g, of.batch, scratch.data);
  const GradientOperands<T> map{of.map.x, {nullptr, 0}, of.map.y, of.map.end};
  for_each_moment_block(g.shape, of.batch, map, scratch.threads,
                        [&](const PointwiseRun<T>& run, const Epilogue<T>&, std::size_t block) {
                          detail::moments(run, memory.sums + block * 2 * channels, kernels);
                        });
  parallel_for(scratch.threads, of.batch * g.groups, [&](std::size_t unit, int) {
    const std::size_t image = unit / g.groups, group = unit % g.groups;
    const int first = static_cast<int>(group) * g.in_group();
    const detail::GroupMoments moments(g, memory.sums + image * moment_blocks(g.shape) * 2 * channels, first);
    const double inverse = 1 / std::sqrt(moments.squares / g.values() + double{g.epsilon});
    float* statistics = of.statistics + image * 2 * g.groups + group;
    statistics[0] = static_cast<float>(moments.mean);
    statistics[g.groups] = static_cast<float>(inverse);
    float* of_channels = memory.of_channels + image * 3 * channels;
    for (int c = first; c < first + g.in_group(); ++c) {
      of_channels[c] = static_cast<float>(of.scale[c] * inverse);
      of_channels[channels + c] = static_cast<float>(of.offset[c] - of.scale[c] * inverse * moments.mean);
    }
  });
  for_each_moment_block(g.shape, of.batch, map, scratch.threads,
                        [&](const PointwiseRun<T>& run, const Epilogue<T>& end, std::size_t block) {
                          const std::size_t image = block / moment_blocks(g.shape);
                          detail::linear(run, memory.of_channels + image * 3 * channels, end, kernels);
                        });
}

namespace detail {

/// For one group of one image: with x̂ = (x − mean)·inverse, and means of scale·dy and of scale·dy·x̂ over the group,
/// dx = inverse·(scale·dy − the one − x̂·the other). Written for `linear`.
template <class T = float>
void group_gradient(const GroupNormGradientOperands<T>& of, std::size_t image, int group, const float* of_image,
                    float* of_channels) {
  const GroupNormGeometry& g = of.g;
  const int channels = g.channels(), first = group * g.in_group();
  const float* statistics = of.statistics + image * 2 * g.groups + group;
  const double mean = statistics[0], inverse = statistics[g.groups];
  double sum = 0, product = 0;
  for (int c = first; c < first + g.in_group(); ++c) {
    sum += double{of.scale[c]} * of_image[c];
    product += double{of.scale[c]} * of_image[channels + c];
  }
  sum /= g.values();
  product /= g.values();
  for (int c = first; c < first + g.in_group(); ++c) {
    of_channels[c] = static_cast<float>(-inverse * inverse * product);
    of_channels[channels + c] = static_cast<float>(inverse * (inverse * product * mean - sum));
    of_channels[2 * channels + c] = static_cast<float>(inverse * of.scale[c]);
  }
}

}  // namespace detail

/// dx = end(the gradient of x); dscale and doffset are added to.
template <class T = float>
void group_norm_gradient(const GroupNormGradientOperands<T>& of, Scratch scratch,
                         const LayerKernels<T>& kernels = layer_kernels<T>()) {
  const GroupNormGeometry& g = of.g;
  const int channels = g.channels();
  const std::size_t blocks = moment_blocks(g.shape);
  const detail::GroupNormMemory memory(g, of.batch, scratch.data);
  for (std::size_t image = 0; image < of.batch; ++image)
    for (int c = 0; c < channels; ++c) {
      const float* statistics = of.statistics + image * 2 * g.groups + c / g.in_group();
      float* to = memory.of_channels + image * 3 * channels + c;
      to[0] = statistics[g.groups];
      to[channels] = -statistics[0] * statistics[g.groups];
    }
  for_each_moment_block(g.shape, of.batch, of.map, scratch.threads,
                        [&](const PointwiseRun<T>& run, const Epilogue<T>&, std::size_t block) {
                          detail::gradient_moments(run, memory.of_channels + block / blocks * 3 * channels,
                                                   memory.sums + block * 2 * channels, kernels);
                        });
  parallel_for(scratch.threads, of.batch, [&](std::size_t image, int) {
    float* of_image = memory.of_images + image * 2 * channels;
    for (int c = 0; c < 2 * channels; ++c) {
      double sum = 0;
      for (std::size_t b = 0; b < blocks; ++b) sum += memory.sums[(image * blocks + b) * 2 * channels + c];
      of_image[c] = static_cast<float>(sum);
    }
    for (int group = 0; group < g.groups; ++group)
      detail::group_gradient(of, image, group, of_image, memory.of_channels + image * 3 * channels);
  });
  for (std::size_t image = 0; image < of.batch; ++image)
    for (int c = 0; c < channels; ++c) {
      of.doffset[c] += memory.of_images[image * 2 * channels + c];
      of.dscale[c] += memory.of_images[image * 2 * channels + channels + c];
    }
  if (!of.map.dx.data) return;
  for_each_moment_block(g.shape, of.batch, of.map, scratch.threads,
                        [&](const PointwiseRun<T>& run, const Epilogue<T>& end, std::size_t block) {
                          detail::linear(run, memory.of_channels + block / blocks * 3 * channels, end, kernels);
                        });
}

}  // namespace unetpp::kernels

#pragma GCC diagnostic pop
