// The one-dimensional transforms of Winograd's F(4, 3) and F(2, 3), of vectors of channels. Bᵀ, Aᵀ and G are those of
// Lavin & Gray, "Fast Algorithms for Convolutional Neural Networks", 2016, with the points 0, ±1, ±2, ∞ and 0, ±1, ∞.

#ifndef UNETPP_BODY  // opened alone
#include "unetpp/kernels/simd/vector.inc.hpp"
#endif

/// Tiles of 4×4 pixels, transformed to 6×6 points.
struct Form4 {
  static constexpr int tile = 4, points = 6;
  static constexpr bool inexact = true;

  /// Bᵀd of a row or column of inputs. Five of a value are `rounded` before they are subtracted, or a compiler may fuse both;
  /// all other products are exact.
  [[gnu::always_inline]] static void input(const Vec (&d)[6], bool rounded, Vec (&to)[6]) {
    const Vec a = d[4] - 4 * d[2], b = d[3] - 4 * d[1], c = d[4] - d[2], e = 2 * (d[3] - d[1]);
    const Vec five2 = rounded ? 4 * d[2] + d[2] : 5 * d[2], five3 = rounded ? 4 * d[3] + d[3] : 5 * d[3];
    to[0] = 4 * d[0] + (d[4] - five2);
    to[1] = a + b;
    to[2] = a - b;
    to[3] = c + e;
    to[4] = c - e;
    to[5] = 4 * d[1] + (d[5] - five3);
  }
  /// Aᵀm, back to outputs.
  [[gnu::always_inline]] static void output(const Vec (&m)[6], Vec (&to)[4]) {
    const Vec s = m[1] + m[2], d = m[1] - m[2], p = m[3] + m[4], q = m[3] - m[4];
    to[0] = m[0] + s + p;
    to[1] = d + 2 * q;
    to[2] = s + 4 * p;
    to[3] = d + 8 * q + m[5];
  }
  /// Ay of gradients of outputs.
  [[gnu::always_inline]] static void gradient(const Vec (&y)[4], Vec (&to)[6]) {
    const Vec s = y[0] + y[2], d = y[1] + y[3], p = y[0] + 4 * y[2], q = 2 * y[1] + 8 * y[3];
    to[0] = y[0];
    to[1] = s + d;
    to[2] = s - d;
    to[3] = p + q;
    to[4] = p - q;
    to[5] = y[3];
  }
  /// Gg of taps.
  [[gnu::always_inline]] static void weight(const Vec (&g)[3], Vec (&to)[6]) {
    const Vec s = (-1.0f / 6) * (g[0] + g[2]), h = (-1.0f / 6) * g[1];
    const Vec p = (1.0f / 24) * g[0] + (1.0f / 6) * g[2], q = (1.0f / 12) * g[1];
    to[0] = 0.25f * g[0];
    to[1] = s + h;
    to[2] = s - h;
    to[3] = p + q;
    to[4] = p - q;
    to[5] = g[2];
  }
  /// Gᵀu, back to gradients of taps.
  [[gnu::always_inline]] static void weight_gradient(const Vec (&u)[6], Vec (&to)[3]) {
    const Vec s = u[1] + u[2], d = u[1] - u[2], p = u[3] + u[4], q = u[3] - u[4];
    to[0] = 0.25f * u[0] - (1.0f / 6) * s + (1.0f / 24) * p;
    to[1] = (-1.0f / 6) * d + (1.0f / 12) * q;
    to[2] = (-1.0f / 6) * s + (1.0f / 6) * p + u[5];
  }
};

/// Tiles of 2×2 pixels, transformed to 4×4 points: fewer savings, and errors as small as those of the direct sum.
struct Form2 {
  static constexpr int tile = 2, points = 4;
  static constexpr bool inexact = false;

  [[gnu::always_inline]] static void input(const Vec (&d)[4], bool, Vec (&to)[4]) {
    to[0] = d[0] - d[2];
    to[1] = d[1] + d[2];
    to[2] = d[2] - d[1];
    to[3] = d[1] - d[3];
  }
  [[gnu::always_inline]] static void output(const Vec (&m)[4], Vec (&to)[2]) {
    to[0] = m[0] + (m[1] + m[2]);
    to[1] = (m[1] - m[2]) - m[3];
  }
  [[gnu::always_inline]] static void gradient(const Vec (&y)[2], Vec (&to)[4]) {
    to[0] = y[0];
    to[1] = y[0] + y[1];
    to[2] = y[0] - y[1];
    to[3] = -y[1];
  }
  [[gnu::always_inline]] static void weight(const Vec (&g)[3], Vec (&to)[4]) {
    const Vec s = 0.5f * (g[0] + g[2]), h = 0.5f * g[1];
    to[0] = g[0];
    to[1] = s + h;
    to[2] = s - h;
    to[3] = g[2];
  }
  [[gnu::always_inline]] static void weight_gradient(const Vec (&u)[4], Vec (&to)[3]) {
    const Vec s = 0.5f * (u[1] + u[2]), d = 0.5f * (u[1] - u[2]);
    to[0] = u[0] + s;
    to[1] = d;
    to[2] = s + u[3];
  }
};
