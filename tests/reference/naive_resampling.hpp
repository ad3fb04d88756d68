#pragma once
// Average pooling and upsampling as their formulas read.

#include <algorithm>
#include <cmath>

#include "naive_geometry.hpp"

namespace reference {

/// y = the mean of the elements of each window that lie in the image.
inline Array average_pool(const Array& x, const Geometry& g) {
  Array y(x.n, g.out.h, g.out.w, x.c);
  for (int n = 0; n < x.n; ++n)
    for (int h = 0; h < g.out.h; ++h)
      for (int w = 0; w < g.out.w; ++w)
        for (int c = 0; c < x.c; ++c) {
          double sum = 0, count = 0;
          for (int i = 0; i < g.kernel.h; ++i)
            for (int j = 0; j < g.kernel.w; ++j) {
              const int row = h * g.stride.h + i - g.pad.h, column = w * g.stride.w + j - g.pad.w;
              if (row < 0 || row >= x.h || column < 0 || column >= x.w) continue;
              sum += x.at(n, row, column, c);
              ++count;
            }
          y.at(n, h, w, c) = sum / count;
        }
  return y;
}

/// Each pixel `factor` times, down and across.
inline Array upsample_nearest(const Array& x, Pair factor) {
  Array y(x.n, x.h * factor.h, x.w * factor.w, x.c);
  for (int n = 0; n < y.n; ++n)
    for (int h = 0; h < y.h; ++h)
      for (int w = 0; w < y.w; ++w)
        for (int c = 0; c < y.c; ++c) y.at(n, h, w, c) = x.at(n, h / factor.h, w / factor.w, c);
  return y;
}

/// Where the centre of new pixel i of an axis is among its `size` old ones: that of a small pixel of `factor` in an old
/// one, or, aligned, where the first and the last are those of the old ones.
inline double upsampled_position(int i, int size, int factor, bool aligned) {
  if (aligned) return size == 1 ? 0 : i * (size - 1.0) / (size * factor - 1);
  return std::clamp((i + 0.5) / factor - 0.5, 0.0, size - 1.0);
}

/// The value at the centre of each new pixel.
inline Array upsample_bilinear(const Array& x, Pair factor, bool aligned = false) {
  Array y(x.n, x.h * factor.h, x.w * factor.w, x.c);
  for (int n = 0; n < y.n; ++n)
    for (int h = 0; h < y.h; ++h)
      for (int w = 0; w < y.w; ++w)
        for (int c = 0; c < y.c; ++c) {
          const double row = upsampled_position(h, x.h, factor.h, aligned);
          const double column = upsampled_position(w, x.w, factor.w, aligned);
          const int top = static_cast<int>(row), left = static_cast<int>(column);
          const int bottom = std::min(top + 1, x.h - 1), right = std::min(left + 1, x.w - 1);
          const double down = row - top, across = column - left;
          y.at(n, h, w, c) = (1 - down) * ((1 - across) * x.at(n, top, left, c) + across * x.at(n, top, right, c)) +
                             down * ((1 - across) * x.at(n, bottom, left, c) + across * x.at(n, bottom, right, c));
        }
  return y;
}

}  // namespace reference
