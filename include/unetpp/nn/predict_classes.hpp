#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "unetpp/core/error.hpp"
#include "unetpp/core/tensor.hpp"

namespace unetpp {

namespace detail {

/// What is said of pixels that have no class.
[[gnu::cold]] inline NonFiniteError no_class(std::size_t bad, std::size_t pixels, const std::string& found) {
  return NonFiniteError("unetpp: predicting classes: expected numbers from the network, found " + found + " at " +
                        std::to_string(bad) + " of " + std::to_string(pixels) +
                        " pixels; look for bad values in the images and the parameters");
}

}  // namespace detail

/// The class with the largest logit of each pixel, the first of equal ones.
/// Shapes  logits: n×S.  classes: n·S.pixels() values.
/// Errors  NonFiniteError if a logit of any pixel is NaN, which is of no class; `classes` is then not to be used.
template <Shape S>
void predict_classes(BatchView<const float, S> logits, std::span<std::uint8_t> classes) {
  static_assert(S.channels <= 256, "unetpp: classes are 8 bits");
  if (classes.size() != logits.pixels())
    throw ArgumentError("unetpp: room for " + std::to_string(classes.size()) + " classes of " +
                        std::to_string(logits.pixels()) + " pixels");
  std::size_t bad = 0;
  for (std::size_t i = 0; i < classes.size(); ++i) {
    const float* x = logits.pixel(i);
    classes[i] = static_cast<std::uint8_t>(std::max_element(x, x + S.channels) - x);
    bool has_nan = false;
    for (int c = 0; c < S.channels; ++c) has_nan |= x[c] != x[c];
    bad += has_nan;
  }
  if (bad > 0) throw detail::no_class(bad, classes.size(), "NaN");
}

}  // namespace unetpp
