#pragma once
// Images through a filter that is applied to rows and to columns.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "unetpp/io/image/image.hpp"
#include "unetpp/io/image/resize.hpp"

// Counts and positions are int, sizes std::size_t; none is negative.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace unetpp::detail {

/// Where one row or column of the output reads: neighbours in the input, and their weights, whose sum is 1.
struct FilterTaps {
  int first;
  std::vector<float> weights;
};

/// A filter cut off at the borders of a line of `in` pixels: weight(distance) for the pixels less than `reach` away.
template <class Weight>
FilterTaps filter_taps(int in, double centre, double reach, const Weight& weight) {
  const int first = std::max(0, static_cast<int>(std::floor(centre - reach)) + 1);
  const int last = std::min(in - 1, static_cast<int>(std::ceil(centre + reach)) - 1);
  double sum = 0;
  for (int at = first; at <= last; ++at) sum += weight(at - centre);
  FilterTaps taps{first, std::vector<float>(static_cast<std::size_t>(last - first + 1))};
  for (int at = first; at <= last; ++at) taps.weights[at - first] = static_cast<float>(weight(at - centre) / sum);
  return taps;
}

/// One row of the output before its columns are filtered.
template <PixelValue T>
void filter_rows(const PixelView<T>& image, const FilterTaps& row, std::vector<float>& line) {
  std::fill(line.begin(), line.end(), 0.0f);
  const T* from = image.values.data() + row.first * line.size();
  for (const float weight : row.weights) {
    for (std::size_t i = 0; i < line.size(); ++i) line[i] += weight * from[i];
    from += line.size();
  }
}

/// An image of as many rows and columns as there are taps for. Sums are in float32, and rounded once.
template <PixelValue T>
std::vector<T> filtered(const PixelView<T>& image, const std::vector<FilterTaps>& rows,
                        const std::vector<FilterTaps>& columns) {
  const std::size_t channels = image.channels;
  std::vector<float> line(channels * image.width);
  std::vector<T> values(channels * rows.size() * columns.size());
  T* out = values.data();
  for (const FilterTaps& row : rows) {
    filter_rows(image, row, line);
    for (const FilterTaps& column : columns)
      for (std::size_t c = 0; c < channels; ++c) {
        const float* from = line.data() + channels * column.first + c;
        float sum = rounding<T>;
        for (const float weight : column.weights) {
          sum += weight * *from;
          from += channels;
        }
        *out++ = cut_to<T>(sum);
      }
  }
  return values;
}

}  // namespace unetpp::detail

#pragma GCC diagnostic pop
