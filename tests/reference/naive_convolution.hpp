#pragma once
// Convolution and transposed convolution as their formulas read.

#include <vector>

#include "naive_geometry.hpp"

namespace reference {

inline Array relu(Array x) {
  for (double& value : x.v) value = value > 0 ? value : 0;
  return x;
}

/// How many filters a weight of this size holds.
/// Errors  std::invalid_argument for a weight or a bias (which may be empty: none) of another size.
inline int filters_of(const Array& x, const std::vector<double>& weight, const std::vector<double>& bias, Pair kernel) {
  const std::size_t per_filter = std::size_t{1} * kernel.h * kernel.w * x.c;
  const std::size_t filters = weight.size() / per_filter;
  const bool whole = filters > 0 && filters * per_filter == weight.size();
  if (!whole || (!bias.empty() && bias.size() != filters)) {
    throw std::invalid_argument("convolution: weight or bias does not fit the kernel and the channels");
  }
  return static_cast<int>(filters);
}

/// y[o] = bias + Σ x[o·stride + k·dilation − pad]·weight[k], x zero outside; weight kernel.h × kernel.w × in × filters.
inline Array conv2d(const Array& x, const std::vector<double>& weight, const std::vector<double>& bias,
                    const Geometry& g) {
  const int filters = filters_of(x, weight, bias, g.kernel);
  Array y(x.n, g.out.h, g.out.w, filters);
  for (int n = 0; n < y.n; ++n)
    for (int h = 0; h < y.h; ++h)
      for (int w = 0; w < y.w; ++w)
        for (int f = 0; f < filters; ++f) {
          double sum = bias.empty() ? 0 : bias[f];
          for (int i = 0; i < g.kernel.h; ++i)
            for (int j = 0; j < g.kernel.w; ++j)
              for (int c = 0; c < x.c; ++c) {
                const int row = h * g.stride.h + i * g.dilation.h - g.pad.h;
                const int column = w * g.stride.w + j * g.dilation.w - g.pad.w;
                const bool inside = row >= 0 && row < x.h && column >= 0 && column < x.w;
                const std::size_t k = ((std::size_t{1} * i * g.kernel.w + j) * x.c + c) * filters + f;
                if (inside) sum += x.at(n, row, column, c) * weight[k];
              }
          y.at(n, h, w, f) = sum;
        }
  return y;
}

/// The same of each channel by itself; weight kernel.h × kernel.w × channels, bias empty or channels.
inline Array depthwise_conv2d(const Array& x, const std::vector<double>& weight, const std::vector<double>& bias,
                              const Geometry& g) {
  Array y(x.n, g.out.h, g.out.w, x.c);
  for (int n = 0; n < y.n; ++n)
    for (int h = 0; h < y.h; ++h)
      for (int w = 0; w < y.w; ++w)
        for (int c = 0; c < y.c; ++c) {
          double sum = bias.empty() ? 0 : bias.at(c);
          for (int i = 0; i < g.kernel.h; ++i)
            for (int j = 0; j < g.kernel.w; ++j) {
              const int row = h * g.stride.h + i * g.dilation.h - g.pad.h;
              const int column = w * g.stride.w + j * g.dilation.w - g.pad.w;
              const bool inside = row >= 0 && row < x.h && column >= 0 && column < x.w;
              if (inside) sum += x.at(n, row, column, c) * weight.at((std::size_t{1} * i * g.kernel.w + j) * x.c + c);
            }
          y.at(n, h, w, c) = sum;
        }
  return y;
}

/// y[i·stride + k − pad] += x[i]·weight[k] on a y of biases; what falls outside y is cropped.
/// Weight, as in Keras: kernel.h × kernel.w × filters × in. The geometry's dilation is not used.
inline Array conv2d_transpose(const Array& x, const std::vector<double>& weight, const std::vector<double>& bias,
                              const Geometry& g) {
  const int filters = filters_of(x, weight, bias, g.kernel);
  Array y(x.n, g.out.h, g.out.w, filters);
  if (!bias.empty())
    for (std::size_t i = 0; i < y.v.size(); ++i) y.v[i] = bias[i % filters];
  for (int n = 0; n < x.n; ++n)
    for (int h = 0; h < x.h; ++h)
      for (int w = 0; w < x.w; ++w)
        for (int c = 0; c < x.c; ++c)
          for (int i = 0; i < g.kernel.h; ++i)
            for (int j = 0; j < g.kernel.w; ++j)
              for (int f = 0; f < filters; ++f) {
                const int row = h * g.stride.h + i - g.pad.h;
                const int column = w * g.stride.w + j - g.pad.w;
                const bool inside = row >= 0 && row < y.h && column >= 0 && column < y.w;
                const std::size_t k = ((std::size_t{1} * i * g.kernel.w + j) * filters + f) * x.c + c;
                if (inside) y.at(n, row, column, f) += x.at(n, h, w, c) * weight[k];
              }
  return y;
}

}  // namespace reference
