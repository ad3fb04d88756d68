#pragma once
// Activations, which treat every value alone, and products of values.

#include <cmath>
#include <cstddef>

#include "unetpp/kernels/epilogue.hpp"
#include "unetpp/kernels/micro_kernels.hpp"
#include "unetpp/kernels/operands.hpp"
#include "unetpp/kernels/pointwise.hpp"

// Counts and positions are int, sizes std::size_t; none is negative.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace unetpp::kernels {

/// Calls work(run, end, first) for blocks of pixels, `end` being that of each block, which begins with pixel `first`.
/// Where pixels lie without gaps, all values of a block are the channels of one pixel.
template <class Work>
void parallel_runs(std::size_t pixels, int channels, const GradientOperands& of, int threads, const Work& work) {
  const std::size_t dense = channels;
  const bool gaps = of.x.stride != dense || of.dy.stride != dense || of.dx.stride != dense ||
                    (of.end.mask && of.end.mask_stride != dense);
  parallel_blocks(threads, pixels, pixel_block, [&](std::size_t first, std::size_t last) {
    Epilogue end = of.end;
    if (end.mask) end.mask += first * end.mask_stride;
    const int count = static_cast<int>(last - first);
    work(PointwiseRun{{of.x.data + first * of.x.stride, of.x.stride},
                      {of.dy.data + first * of.dy.stride, of.dy.stride},
                      {of.dx.data + first * of.dx.stride, of.dx.stride},
                      gaps ? count : 1,
                      gaps ? channels : count * channels},
         end, first);
  });
}

namespace detail {

/// y = end(f(x, dy)) where there are no micro-kernels.
template <class F>
void map_values(const PointwiseRun& run, const Epilogue& end, const F& f) {
  for (int i = 0; i < run.count; ++i)
    for (int c = 0; c < run.channels; ++c) {
      const float value = f(run.x.data[i * run.x.stride + c], run.dy.data[i * run.dy.stride + c]);
      end.store(&value, 1, c, i, run.y.data + i * run.y.stride + c);
    }
}

inline float logistic(float x) { return 1 / (1 + std::exp(-x)); }

}  // namespace detail

/// dx = end(dy where x is positive, else slope·dy).
inline void leaky_relu_gradient(std::size_t pixels, int channels, float slope, const GradientOperands& of, int threads,
                                const MicroKernels& kernels = micro_kernels()) {
  parallel_runs(pixels, channels, of, threads, [&](const PointwiseRun& run, const Epilogue& end, std::size_t) {
    if constexpr (has_micro_kernels)
      kernels.leaky_relu(run, slope, end);
    else
      detail::map_values(run, end, [&](float x, float dy) { return x > 0 ? dy : slope * dy; });
  });
}

/// y = end(x where it is positive, else slope·x).
inline void leaky_relu(std::size_t pixels, int channels, float slope, const MapOperands& of, int threads,
                       const MicroKernels& kernels = micro_kernels()) {
  leaky_relu_gradient(pixels, channels, slope, {of.x, of.x, of.y, of.end}, threads, kernels);
}

/// y = end(x·logistic(x)).
inline void silu(std::size_t pixels, int channels, const MapOperands& of, int threads,
                 const MicroKernels& kernels = micro_kernels()) {
  parallel_runs(pixels, channels, {of.x, of.x, of.y, of.end}, threads,
                [&](const PointwiseRun& run, const Epilogue& end, std::size_t) {
                  if constexpr (has_micro_kernels)
                    kernels.silu(run, end);
                  else
                    detail::map_values(run, end, [](float x, float) { return x * detail::logistic(x); });
                });
}

/// dx = end(dy times the derivative of x·logistic(x)).
inline void silu_gradient(std::size_t pixels, int channels, const GradientOperands& of, int threads,
                          const MicroKernels& kernels = micro_kernels()) {
  parallel_runs(pixels, channels, of, threads, [&](const PointwiseRun& run, const Epilogue& end, std::size_t) {
    if constexpr (has_micro_kernels)
      kernels.silu_gradient(run, end);
    else
      detail::map_values(run, end, [](float x, float dy) {
        const float share = detail::logistic(x);
        return dy * share * (1 + x * (1 - share));
      });
  });
}

}  // namespace unetpp::kernels

#pragma GCC diagnostic pop
