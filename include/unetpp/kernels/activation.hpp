#pragma once
// Activations other than ReLU, which is in kernels/pointwise.hpp.

#include <cmath>
#include <cstddef>

#include "unetpp/kernels/epilogue.hpp"
#include "unetpp/kernels/layer_kernels.hpp"
#include "unetpp/kernels/operands.hpp"
#include "unetpp/kernels/pointwise.hpp"

// Counts and positions are int, sizes std::size_t; none is negative.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace unetpp::kernels {

namespace detail {

inline float logistic(float x) { return 1 / (1 + std::exp(-x)); }

}  // namespace detail

/// dx = end(dy where x is positive, else slope·dy).
template <class T = float>
void leaky_relu_gradient(std::size_t pixels, int channels, float slope, const GradientOperands<T>& of, int threads,
                         const LayerKernels<T>& kernels = layer_kernels<T>()) {
  parallel_runs(pixels, channels, of, threads, [&](const PointwiseRun<T>& run, const Epilogue<T>& end, std::size_t) {
    if constexpr (has_micro_kernels)
      kernels.leaky_relu(run, slope, end);
    else
      detail::map_values(run, run.dy, end, [&](float x, float dy) { return x > 0 ? dy : slope * dy; });
  });
}

/// y = end(x where it is positive, else slope·x).
template <class T = float>
void leaky_relu(std::size_t pixels, int channels, float slope, const MapOperands<T>& of, int threads,
                const LayerKernels<T>& kernels = layer_kernels<T>()) {
  leaky_relu_gradient<T>(pixels, channels, slope, {of.x, of.x, of.y, of.end}, threads, kernels);
}

/// y = end(x·logistic(x)).
template <class T = float>
void silu(std::size_t pixels, int channels, const MapOperands<T>& of, int threads,
          const LayerKernels<T>& kernels = layer_kernels<T>()) {
  parallel_runs<T>(pixels, channels, {of.x, of.x, of.y, of.end}, threads,
                   [&](const PointwiseRun<T>& run, const Epilogue<T>& end, std::size_t) {
                     if constexpr (has_micro_kernels)
                       kernels.silu(run, end);
                     else
                       detail::map_values(run, run.dy, end, [](float x, float) { return x * detail::logistic(x); });
                   });
}

/// dx = end(dy times the derivative of x·logistic(x)).
template <class T = float>
void silu_gradient(std::size_t pixels, int channels, const GradientOperands<T>& of, int threads,
                   const LayerKernels<T>& kernels = layer_kernels<T>()) {
  parallel_runs(pixels, channels, of, threads, [&](const PointwiseRun<T>& run, const Epilogue<T>& end, std::size_t) {
    if constexpr (has_micro_kernels)
      kernels.silu_gradient(run, end);
    else
      detail::map_values(run, run.dy, end, [](float x, float dy) {
        const float share = detail::logistic(x);
        return dy * share * (1 + x * (1 - share));
      });
  });
}

}  // namespace unetpp::kernels

#pragma GCC diagnostic pop
