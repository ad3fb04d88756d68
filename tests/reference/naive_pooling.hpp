#pragma once
// Max pooling as its formula reads, and the joining of channels.

#include "naive_geometry.hpp"

namespace reference {

/// Calls found(n, h, w, c, row, column) with the place of the largest element of each window; of equal ones the first.
/// Windows are clipped to the image: padding never wins.
template <class Found>
void for_each_maximum(const Array& x, const Geometry& g, Found found) {
  for (int n = 0; n < x.n; ++n)
    for (int h = 0; h < g.out.h; ++h)
      for (int w = 0; w < g.out.w; ++w)
        for (int c = 0; c < x.c; ++c) {
          Pair best = {-1, -1};
          for (int i = 0; i < g.kernel.h; ++i)
            for (int j = 0; j < g.kernel.w; ++j) {
              const int row = h * g.stride.h + i * g.dilation.h - g.pad.h;
              const int column = w * g.stride.w + j * g.dilation.w - g.pad.w;
              if (row < 0 || row >= x.h || column < 0 || column >= x.w) continue;
              if (best.h < 0 || x.at(n, row, column, c) > x.at(n, best.h, best.w, c)) best = {row, column};
            }
          found(n, h, w, c, best.h, best.w);
        }
}

/// y = the largest element of each window.
inline Array max_pool(const Array& x, const Geometry& g) {
  Array y(x.n, g.out.h, g.out.w, x.c);
  for_each_maximum(
      x, g, [&](int n, int h, int w, int c, int row, int column) { y.at(n, h, w, c) = x.at(n, row, column, c); });
  return y;
}

/// dx: each window's dy goes whole to its first largest element. Central differences cannot tell this at ties.
inline Array max_pool_gradient(const Array& x, const Array& dy, const Geometry& g) {
  Array dx(x.n, x.h, x.w, x.c);
  for_each_maximum(
      x, g, [&](int n, int h, int w, int c, int row, int column) { dx.at(n, row, column, c) += dy.at(n, h, w, c); });
  return dx;
}

/// The channels of a, then those of b, at each pixel.
inline Array concatenate(const Array& a, const Array& b) {
  if (a.n != b.n || a.h != b.h || a.w != b.w) throw std::invalid_argument("concatenate: images of one size expected");
  Array y(a.n, a.h, a.w, a.c + b.c);
  for (int n = 0; n < y.n; ++n)
    for (int h = 0; h < y.h; ++h)
      for (int w = 0; w < y.w; ++w)
        for (int c = 0; c < y.c; ++c) y.at(n, h, w, c) = c < a.c ? a.at(n, h, w, c) : b.at(n, h, w, c - a.c);
  return y;
}

}  // namespace reference
