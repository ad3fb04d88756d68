// Between pixels and panels.

#ifndef UNETPP_BODY  // opened alone
#include "unetpp/kernels/simd/vector.inc.hpp"
#endif

/// `value` with what `end` fuses to it: `lanes` channels of the pixel with index `pixel`; `to` is at these channels, end at
/// `channel` channels before.
template <class T>
[[gnu::always_inline]] inline Vec finished(Vec value, int lanes, Vec bias, std::size_t pixel, const T* to, int channel,
                                           const Epilogue<T>& end) {
  value += bias;
  if (end.accumulate) value += load_part(to, lanes);
  if (end.relu) value = value < 0 ? Vec{} : value;
  if (end.mask) value = load_part(end.mask + channel + pixel * end.mask_stride, lanes) > 0 ? value : Vec{};
  return value;
}

/// Stores it. Streams need whole vectors.
template <class T>
[[gnu::always_inline]] inline void finish(Vec value, int lanes, Vec bias, std::size_t pixel, T* to, int channel,
                                          const Epilogue<T>& end) {
  value = finished(value, lanes, bias, pixel, to, channel, end);
  end.stream ? stream(to, value) : store_part(to, value, lanes);
}

inline constexpr int pixels_ahead = 32;  // that are fetched

template <class T>
[[gnu::always_inline]] inline void fetch_pixel(const T* p, int channels) {
  constexpr int line = cache_line * sizeof(float) / sizeof(T);

  for (int c = 0; c < channels; c += line) prefetch(p + c);
}

/// Copies `count` pixels to panels, whose unused lanes up to the next vector's end become zero.
/// Shapes  to: channels/panel panels, `next` floats apart, of count×panel.
template <class T>
[[gnu::noinline]] void pack(const T* x, std::size_t stride, int count, int channels, float* to, std::size_t next) {
  for (int i = 0; i < count; ++i, x += stride, to += panel) {
    fetch_pixel(x + pixels_ahead * stride, channels);
    int c = 0;
    float* row = to;
    for (; c + panel <= channels; c += panel, row += next)
#pragma GCC unroll 4
      for (int v = 0; v < panel; v += width) store(row + v, load(x + c + v));
    for (int v = 0; c + v < channels; v += width) store(row + v, load_part(x + c + v, channels - c - v));
  }
}

/// The same of the transposed matrix: `depth` columns of `columns` ≤ panel rows, `stride` floats apart, to depth×panel.
[[gnu::noinline]] inline void pack_transposed(const float* x, std::size_t stride, int columns, int depth, float* to) {
  for (int k = 0; k < depth; k += width)
    for (int c = 0; c < columns; c += width) {
      Vec square[width];
#pragma GCC unroll 16
      for (int i = 0; i < width; ++i)
        square[i] = c + i < columns ? load_part(x + (c + i) * stride + k, depth - k) : Vec{};
      for (int i = 0; i < width; ++i) __builtin_prefetch(x + (c + i) * stride + k + cache_line);
      transpose(square);
      alignas(sizeof(Vec)) float rows[width * width];
#pragma GCC unroll 16
      for (int i = 0; i < width; ++i) store(rows + i * width, square[i]);
      for (int i = 0; i < width && k + i < depth; ++i)
        store(to + std::size_t{1} * (k + i) * panel + c, load(rows + i * width));
    }
}

/// Finishes `channels` ≤ panel sums of each of `count` pixels, which are `step` apart and begin with `pixel`.
/// Shapes  sums: count×panel; y and what `end` points to: at the first of the channels.
template <class T>
[[gnu::noinline]] void unpack(const float* sums, int count, int channels, std::size_t pixel, std::size_t step, T* y,
                              std::size_t stride, const Epilogue<T>& end) {
  const int whole = channels / width * width, lanes = channels - whole;
  for (int i = 0; i < count && whole > 0; ++i) {
    const std::size_t at = pixel + i * step;
    if (end.mask) fetch_pixel(end.mask + (at + pixels_ahead * step) * end.mask_stride, whole);
    for (int c = 0; c < whole; c += width)
      finish(load(sums + std::size_t{1} * i * panel + c), width, end.bias ? load(end.bias + c) : Vec{}, at,
             y + at * stride + c, c, end);
  }
  const Vec bias = end.bias ? load_part(end.bias + whole, lanes) : Vec{};
  for (int i = 0; i < count && lanes > 0; ++i) {
    const std::size_t at = pixel + i * step;
    finish(load(sums + std::size_t{1} * i * panel + whole), lanes, bias, at, y + at * stride + whole, whole, end);
  }
  if (end.stream) finish_streams();
}

/// sum (+)= the sum of `count` rows.
/// Shapes  rows: count×panel; sum: panel.
[[gnu::noinline]] inline void sum_rows(const float* rows, int count, float* sum, bool accumulate) {
  constexpr int vectors = panel / width;
  Vec even[vectors] = {}, odd[vectors] = {};  // two sums: an addition need not wait for the last one's result
  for (; count > 1; count -= 2, rows += 2 * panel)
#pragma GCC unroll 2
    for (int v = 0; v < vectors; ++v) {
      even[v] += load(rows + v * width);
      odd[v] += load(rows + panel + v * width);
    }
#pragma GCC unroll 2
  for (int v = 0; v < vectors; ++v) {
    if (count > 0) even[v] += load(rows + v * width);
    even[v] += odd[v];
    store(sum + v * width, accumulate ? load(sum + v * width) + even[v] : even[v]);
  }
}
