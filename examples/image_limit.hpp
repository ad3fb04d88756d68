#pragma once
#include <cstddef>

namespace examples {

/// How large an image may be.
struct ImageLimit {
  int megapixels = 100;

  std::size_t pixels() const { return std::size_t{1'000'000} * static_cast<std::size_t>(megapixels); }
  bool operator==(const ImageLimit&) const = default;
};

}  // namespace examples
