#pragma once
// The sizes that live in a tensor's type.

#include <cstddef>
#include <string>

#include "unetpp/core/compiler.hpp"

namespace unetpp {

/// Height, width and channels of one image: all of a tensor's type but the batch count.
/// Units   pixels, pixels, values per pixel.
struct Shape {
  int height;
  int width;
  int channels;

  constexpr std::size_t pixels() const { return static_cast<std::size_t>(height) * static_cast<std::size_t>(width); }
  constexpr std::size_t size() const { return pixels() * static_cast<std::size_t>(channels); }
  constexpr bool operator==(const Shape&) const = default;
};

/// Height and width of a kernel, a stride, a window or an image; a single number is a square.
struct Extent {
  int height;
  int width;

  constexpr Extent(int side) : height(side), width(side) {}  // NOLINT: implicit, so that `.kernel = 3` reads well
  constexpr Extent(int h, int w) : height(h), width(w) {}
  constexpr std::size_t size() const { return static_cast<std::size_t>(height) * static_cast<std::size_t>(width); }
  constexpr bool operator==(const Extent&) const = default;
};

[[gnu::cold]] inline std::string to_string(Shape s) {
  return std::to_string(s.height) + "x" + std::to_string(s.width) + "x" + std::to_string(s.channels);
}

/// Does not compile unless `Got` equals `Want`; the compiler's note names the layer and both shapes.
template <class Layer, Shape Got, Shape Want>
consteval void require_same_shape() {
  static_assert(Got == Want, "unetpp: this Layer cannot take a tensor of shape Got, it expects Want");
}

}  // namespace unetpp
