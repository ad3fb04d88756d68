#pragma once
// Images and masks as bytes.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "unetpp/core/compiler.hpp"

namespace unetpp {

/// An RGB picture, 8 bits a channel.
/// Shapes  rgb: height×width×3.
struct Image {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> rgb;
  std::string doubt{};  ///< what its decoder warned of, which began with the file's name; empty for most
};

/// One number a pixel: a class, or the value that stands for it in a file.
/// Shapes  values: height×width.
struct Mask {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> values;
};

namespace detail {

inline std::size_t pixel_count(int width, int height) {
  return static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
}

/// Bytes as a network reads them, divided in float32.
/// Shapes  out: bytes.size() values.
/// Units   out: [0, 1].
inline void to_float(std::span<const std::uint8_t> bytes, float* out) {
  std::transform(bytes.begin(), bytes.end(), out, [](std::uint8_t v) { return v / 255.0f; });
}

}  // namespace detail

}  // namespace unetpp
