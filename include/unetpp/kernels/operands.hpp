#pragma once
// What kernels work on: raw pointers with the distances that views carry.

#include <algorithm>
#include <cstddef>

#include "unetpp/core/bfloat16.hpp"

namespace unetpp::kernels {

// T is what values are stored as (core/bfloat16.hpp).

/// The pixels of a batch, `stride` values apart.
template <class T>
struct Pixels {
  T* data;
  std::size_t stride;
};

/// The same, to be read only.
template <class T>
struct ConstPixels {
  const T* data;
  std::size_t stride;

  constexpr ConstPixels(const T* d, std::size_t s) : data(d), stride(s) {}
  constexpr ConstPixels(Pixels<T> p)
      : data(p.data), stride(p.stride) {}  // NOLINT: implicit, reading is less than writing

  /// Of `count` pixels those from `pixel` on, or the last one, and their channels from `channel` on.
  constexpr ConstPixels from(std::size_t pixel, std::size_t count, int channel = 0) const {
    return {data + std::min(pixel, count - 1) * stride + channel, stride};
  }

  /// Where they lie, in floats, for a kernel that brings them to the cache without reading them.
  ConstPixels<float> places() const {
    return {reinterpret_cast<const float*>(data), stride * sizeof(T) / sizeof(float)};
  }
};

/// Where bias gradients are added, unless null: a convolution's is the sum of dy over its pixels, that of a transposed
/// convolution the sum of x.
struct BiasGradient {
  float* filters = nullptr;
  float* channels = nullptr;
};

/// Where the gradient of logits goes, times `scale`: written, or added to what is there.
struct LossGradient {
  Pixels<float> dlogits{nullptr, 0};  // without data: the gradient is not wanted
  float scale = 1;
  bool accumulate = false;

  /// Of pixel i and class c; d is already times `scale`.
  void store(std::size_t i, int c, float d) const {
    float* pixel = dlogits.data + i * dlogits.stride;
    pixel[c] = accumulate ? pixel[c] + d : d;
  }
};

/// Memory for a kernel's intermediate values and the number of threads that it was measured for.
struct Scratch {
  float* data;
  int threads;
};

}  // namespace unetpp::kernels
