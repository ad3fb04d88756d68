#pragma once
// What is fused to the end of a kernel: how a computed value reaches its destination.

#include <cstddef>
#include <cstdint>

#include "unetpp/kernels/cache.hpp"
#include "unetpp/kernels/operands.hpp"

namespace unetpp::kernels {

/// value → mask(relu(value + bias + old)), each part only where it is asked for.
template <class T>
struct Epilogue {
  const float* bias = nullptr;  // a value for each channel
  bool accumulate = false;      // add what the destination holds
  bool relu = false;            // then negative values become zero (NaN stays NaN)
  const T* mask = nullptr;      // laid out as the destination: then the value becomes zero where it is not positive
  std::size_t mask_stride = 0;  // elements between the mask's pixels
  bool stream = false;          // past the caches where the kernel can: for what will have left them before it is read

  /// The same for an output that begins at a channel.
  Epilogue from_channel(int channel) const {
    Epilogue end = *this;
    if (end.bias) end.bias += channel;
    if (end.mask) end.mask += channel;
    return end;
  }

  /// The same for all of y: past the caches if results are whole lines, and so many that they would push each other out.
  Epilogue streamed(Pixels<T> y, std::size_t pixels, int channels) const {
    constexpr std::size_t bytes = cache_line * sizeof(float), line = bytes / sizeof(T);
    const auto written = static_cast<std::size_t>(channels);
    Epilogue end = *this;
    end.stream = !accumulate && reinterpret_cast<std::uintptr_t>(y.data) % bytes == 0 && y.stride % line == 0 &&
                 written % line == 0 && pixels * written >= large_result<T>;
    return end;
  }

  /// Finishes `channels` values of the pixel with index `pixel` (for the mask), beginning at channel `first`.
  void store(const float* value, int channels, int first, std::size_t pixel, T* destination) const {
    if (!bias && !accumulate && !relu && !mask) {
      for (int c = 0; c < channels; ++c) destination[c] = value[c];
      return;
    }
    const T* m = mask ? mask + pixel * mask_stride + first : nullptr;
    for (int c = 0; c < channels; ++c) {
      float v = value[c];
      if (bias) v += bias[first + c];
      if (accumulate) v += destination[c];
      if (relu) v = v < 0 ? 0 : v;
      if (m) v = m[c] > 0 ? v : 0;
      destination[c] = v;
    }
  }
};

/// What a kernel that has no weights reads and writes.
template <class T>
struct MapOperands {
  ConstPixels<T> x;
  Pixels<T> y;
  Epilogue<T> end = {};
};

/// What the input gradient of a kernel that has no weights reads and writes.
template <class T>
struct GradientOperands {
  ConstPixels<T> x;
  ConstPixels<T> dy;
  Pixels<T> dx;
  Epilogue<T> end = {};
};

}  // namespace unetpp::kernels
