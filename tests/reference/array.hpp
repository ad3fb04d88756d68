#pragma once
// What the naive truth computes on: plain float64 arrays, and derivatives by central differences.
// Nothing here or beside it includes unetpp: it must not share unetpp's mistakes.

#include <cstddef>
#include <functional>
#include <stdexcept>
#include <utility>
#include <vector>

namespace reference {

/// Batch of images in float64, NHWC.
/// Errors  std::invalid_argument for values that do not fill the extents; std::out_of_range for an index.
struct Array {
  int n = 0, h = 0, w = 0, c = 0;
  std::vector<double> v;

  Array() = default;
  Array(int images, int height, int width, int channels)
      : n(images), h(height), w(width), c(channels), v(std::size_t{1} * images * height * width * channels) {}
  Array(int images, int height, int width, int channels, std::vector<double> values)
      : Array(images, height, width, channels) {
    if (values.size() != v.size()) throw std::invalid_argument("Array: as many values as n*h*w*c expected");
    v = std::move(values);
  }

  double& at(int in, int ih, int iw, int ic) { return v[index(in, ih, iw, ic)]; }
  double at(int in, int ih, int iw, int ic) const { return v[index(in, ih, iw, ic)]; }

  std::size_t index(int in, int ih, int iw, int ic) const {
    const bool inside = in >= 0 && in < n && ih >= 0 && ih < h && iw >= 0 && iw < w && ic >= 0 && ic < c;
    if (!inside) throw std::out_of_range("Array: index outside");
    return ((std::size_t{1} * in * h + ih) * w + iw) * c + ic;
  }
};

/// f differentiated in x[i] by central differences.
/// Source  (f(x + s) - f(x - s)) / 2s, wrong by s²·f‴/6 and, from rounding, by about 1e-16·|f|/s.
inline double central_difference(const std::function<double(const std::vector<double>&)>& f, std::vector<double> x,
                                 std::size_t i, double step = 1e-5) {
  const double centre = x.at(i);
  x[i] = centre + step;
  const double above = f(x);
  x[i] = centre - step;
  const double below = f(x);
  return (above - below) / (2 * step);
}

/// The gradient of f at x by central differences: two calls of f per element.
inline std::vector<double> central_gradient(const std::function<double(const std::vector<double>&)>& f,
                                            const std::vector<double>& x, double step = 1e-5) {
  std::vector<double> gradient(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) gradient[i] = central_difference(f, x, i, step);
  return gradient;
}

/// Σ a·b: with a fixed random b it makes one number of a layer's output, whose gradient in the output is b.
inline double dot(const Array& a, const Array& b) {
  if (a.v.size() != b.v.size()) throw std::invalid_argument("dot: two arrays of one size expected");
  double sum = 0;
  for (std::size_t i = 0; i < a.v.size(); ++i) sum += a.v[i] * b.v[i];
  return sum;
}

}  // namespace reference
