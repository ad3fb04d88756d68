#pragma once
// Group normalisation as its formula reads.

#include <cmath>

#include "array.hpp"

namespace reference {

/// y = scale·(x − mean) / √(variance + epsilon) + offset, by image and group of channels.
inline Array group_norm(const Array& x, int groups, double epsilon, const std::vector<double>& scale,
                        const std::vector<double>& offset) {
  Array y(x.n, x.h, x.w, x.c);
  const int size = x.c / groups;
  for (int n = 0; n < x.n; ++n)
    for (int g = 0; g < groups; ++g) {
      const auto each = [&](auto f) {
        for (int h = 0; h < x.h; ++h)
          for (int w = 0; w < x.w; ++w)
            for (int c = g * size; c < (g + 1) * size; ++c) f(h, w, c);
      };
      const double count = 1.0 * x.h * x.w * size;
      double mean = 0, variance = 0;
      each([&](int h, int w, int c) { mean += x.at(n, h, w, c) / count; });
      each([&](int h, int w, int c) { variance += std::pow(x.at(n, h, w, c) - mean, 2) / count; });
      each([&](int h, int w, int c) {
        y.at(n, h, w, c) = scale.at(c) * (x.at(n, h, w, c) - mean) / std::sqrt(variance + epsilon) + offset.at(c);
      });
    }
  return y;
}

}  // namespace reference
