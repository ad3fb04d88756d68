// Winograd's transforms of weights, and of their gradients back.

#ifndef UNETPP_BODY  // opened alone
#include "unetpp/kernels/simd/vector.inc.hpp"
#endif

/// The points of nine taps, each a vector at `taps + tap·stride`.
template <class Form>
[[gnu::noinline]] void transform_taps(const float* taps, std::size_t stride, float* to, std::size_t plane) {
  constexpr int points = Form::points;
  Vec half[points][3];
#pragma GCC unroll 3
  for (int j = 0; j < 3; ++j) {
    Vec column[3], transformed[points];
#pragma GCC unroll 3
    for (int i = 0; i < 3; ++i) column[i] = load(taps + (i * 3 + j) * stride);
    Form::weight(column, transformed);
#pragma GCC unroll 6
    for (int i = 0; i < points; ++i) half[i][j] = transformed[i];
  }
#pragma GCC unroll 6
  for (int i = 0; i < points; ++i) {
    Vec transformed[points];
    Form::weight(half[i], transformed);
#pragma GCC unroll 6
    for (int j = 0; j < points; ++j) store(to + (i * points + j) * plane, transformed[j]);
  }
}

/// Fetches what is needed four rows of weights later: they lie too far apart for the processor to foresee it.
[[gnu::always_inline]] inline void fetch_ahead(const float* row, std::size_t tap, int filters, int columns) {
  for (int i = 0; i < 9; ++i)
    for (int c = 0; c < columns; c += cache_line) prefetch(row + i * tap + 4 * std::size_t(filters) + c);
}

/// Transforms the weights from the input channels [first, first + depth) to `columns` filters.
/// Shapes  weight: 3×3×channels×filters, at its first filter; to: a plane for each point, of depth×panel.
template <class Form>
[[gnu::noinline]] void transform_weight(const float* weight, int channels, int filters, int first, int depth,
                                        int columns, float* to, std::size_t plane) {
  const std::size_t tap = std::size_t{1} * channels * filters;
  alignas(sizeof(Vec)) float part[9 * width];  // taps of fewer filters than a vector has lanes
  for (int k = 0; k < depth; ++k) {
    const float* row = weight + std::size_t{1} * (first + k) * filters;
    fetch_ahead(row, tap, filters, columns);
    for (int c = 0; c < columns; c += width) {
      const bool whole = c + width <= columns;
      if (!whole)
        for (int i = 0; i < 9; ++i) store(part + i * width, load_part(row + c + i * tap, columns - c));
      transform_taps<Form>(whole ? row + c : part, whole ? tap : width, to + k * panel + c, plane);
    }
  }
}

/// Gathers the nine taps, rotated, from `lanes` filters to `count` input channels, of which a vector has as many.
/// Shapes  weight: 3×3×channels×filters, at the first of both, a tap `tap` floats after another; taps: 9×filters×channels.
[[gnu::noinline]] inline void rotate_taps(const float* weight, std::size_t tap, int filters, int count, int lanes,
                                          float* taps) {
  for (int t = 0; t < 9; ++t, taps += width * width) {
    const float* from = weight + (8 - t) * tap;
    Vec square[width];
#pragma GCC unroll 16
    for (int i = 0; i < width; ++i)
      square[i] = i < count ? load_part(from + std::size_t{1} * i * filters, lanes) : Vec{};
    for (int i = 0; i < width; ++i) prefetch(from + std::size_t{1} * i * filters + cache_line);
    transpose(square);
#pragma GCC unroll 16
    for (int i = 0; i < width; ++i) store(taps + i * width, square[i]);
  }
}

/// The same for the transposed convolution: from the filters [first, first + depth) to `columns` input channels, the
/// taps rotated.
/// Shapes  weight: 3×3×channels×filters, at its first input channel; to as above.
template <class Form>
[[gnu::noinline]] void transform_weight_rotated(const float* weight, int channels, int filters, int first, int depth,
                                                int columns, float* to, std::size_t plane) {
  alignas(sizeof(Vec)) float taps[9 * width * width];
  for (int k = 0; k < depth; k += width)
    for (int c = 0; c < columns; c += width) {
      rotate_taps(weight + (std::size_t{1} * c * filters + first + k), std::size_t{1} * channels * filters, filters,
                  columns - c, depth - k, taps);
      for (int i = 0; i < width && k + i < depth; ++i)
        transform_taps<Form>(taps + i * width, width * width, to + (k + i) * panel + c, plane);
    }
}

/// Adds to the gradients of nine taps what `runs` sums of points add up to.
/// Shapes  sums: runs of a plane for each point, of rows×panel, `run` floats apart; dweight: 3×3×channels×filters, at the
///         first of `rows` channels and the first of `columns` filters.
template <class Form>
[[gnu::noinline]] void transform_weight_gradient(const float* sums, std::size_t plane, int runs, std::size_t run,
                                                 int rows, int columns, float* dweight, int channels, int filters) {
  const std::size_t tap = std::size_t{1} * channels * filters;
  for (int row = 0; row < rows; ++row, sums += panel, dweight += filters) {
    fetch_ahead(dweight, tap, filters, columns);
    for (int c = 0; c < columns; c += width) {
      constexpr int points = Form::points;
      Vec half[3][points];
#pragma GCC unroll 1
      for (int j = 0; j < points; ++j) {
        Vec summed[points], column[3];
#pragma GCC unroll 6
        for (int i = 0; i < points; ++i) {
          const float* from = sums + (i * points + j) * plane + c;
          summed[i] = load(from);
          for (int r = 1; r < runs; ++r) summed[i] += load(from + r * run);
        }
        Form::weight_gradient(summed, column);
#pragma GCC unroll 3
        for (int i = 0; i < 3; ++i) half[i][j] = column[i];
      }
#pragma GCC unroll 1
      for (int i = 0; i < 3; ++i) {
        Vec taps[3];
        Form::weight_gradient(half[i], taps);
#pragma GCC unroll 3
        for (int j = 0; j < 3; ++j) {
          float* to = dweight + (i * 3 + j) * tap + c;
          store_part(to, load_part(to, columns - c) + taps[j], columns - c);
        }
      }
    }
  }
}
