#pragma once
// A scalar twin of simd/amx.inc.hpp, simd/amx_pairs.inc.hpp and simd/amx_gradient.inc.hpp, with which the convolutions on a
// matrix unit are tested on every machine. It has the same layouts, makes the same products of pairs of bfloat16 and adds them in the unit's order,
// as tdpbf16ps was measured to do: so it has the same bits.

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

#include "unetpp/core/bfloat16.hpp"
#include "unetpp/kernels/amx_kernels.hpp"

namespace scalar_amx {

using namespace unetpp::kernels;

/// The unit takes and gives subnormal numbers as zero.
inline float flushed(float value) { return std::abs(value) < std::numeric_limits<float>::min() ? 0 * value : value; }

/// As vcvtne2ps2bf16 makes it.
inline std::uint16_t nearest_word(float value) { return unetpp::BFloat16(flushed(value)).bits; }

/// Writes a float's high word to a row of an operand and, of a T that has one, its low word behind the high ones.
template <class T>
void put(float value, float* row, int index) {
  const std::uint16_t word = nearest_word(value);
  std::memcpy(reinterpret_cast<char*>(row) + 2 * index, &word, 2);
  if constexpr (amx_parts<T> == 2) {
    const std::uint16_t rest = nearest_word(value - std::bit_cast<float>(std::uint32_t{word} << 16));
    std::memcpy(reinterpret_cast<char*>(row + tile_side) + 2 * index, &rest, 2);
  }
}

/// Products are made between begin_products and end_products of their thread.
inline thread_local bool products_began = false;
inline void begin_products() { products_began = true; }
inline void end_products() { products_began = false; }

/// Reads the unit's words as the floats that it takes them for.
struct Words {
  /// Whether one is so small, but not 0, that sums of products may be subnormal: those of others are multiples of 2^-115.
  bool tiny = false;

  float operator()(const float* words, int index) {
    std::uint16_t word;
    std::memcpy(&word, reinterpret_cast<const char*>(words) + 2 * index, 2);
    const int exponent = word >> 7 & 255;
    if (exponent == 0) word &= 0x8000;
    tiny = tiny || (exponent > 0 && exponent < 127 - 50);
    return std::bit_cast<float>(std::uint32_t{word} << 16);
  }
};

/// A part of a tile of a right operand, by rows of values; those of its words are `row` floats apart.
struct Right {
  float rows[amx_panel][tile_side];
  bool tiny;

  Right(const float* words, int row) {
    Words read;
    for (int k = 0; k < amx_panel; ++k)
      for (int j = 0; j < tile_side; ++j) rows[k][j] = read(words + k / 2 * row, 2 * j + k % 2);
    tiny = read.tiny;
  }
};

/// Vectors of the compiler's own, since tests are compiled with little optimisation.
typedef float Lanes __attribute__((vector_size(64), aligned(alignof(float)), may_alias));
static_assert(sizeof(Lanes) == tile_side * sizeof(float));

/// One tdpbf16ps for a row of a left operand: c += a·b, the even and the odd products of the pairs each in one chain of
/// fused multiply-adds from zero, then their sum, then c. A product of two bfloat16 is exact as a float: the multiply-adds
/// round once.
inline void add_products(const float* words, const Right& b, float* c) {
  float a[amx_panel], chains[2][tile_side] = {};
  Words read{b.tiny};
  for (int k = 0; k < amx_panel; ++k) a[k] = read(words, k);
  for (int k = 0; k < amx_panel; ++k) {
    float* chain = chains[k % 2];
    if (read.tiny)
      for (int j = 0; j < tile_side; ++j) chain[j] = flushed(chain[j] + a[k] * b.rows[k][j]);
    else
      *reinterpret_cast<Lanes*>(chain) += a[k] * *reinterpret_cast<const Lanes*>(b.rows[k]);
  }
  for (int j = 0; j < tile_side; ++j) c[j] = flushed(flushed(c[j]) + flushed(chains[0][j] + chains[1][j]));
}

template <class T>
void product(int rows, int columns, int steps, const std::ptrdiff_t* shifts, const float* a, std::ptrdiff_t next,
             const float* const* b, float* const* c, bool accumulate, const Fetch&) {
  constexpr bool has_low = amx_parts<T> == 2;
  for (int column = 0; column < columns; ++column) {
    if (!accumulate) std::fill_n(c[column], rows * tile_floats, products_began ? 0.0f : NAN);
    for (int step = 0; step < steps; ++step) {
      const float* words = b[column] + step * amx_tile<T>;
      const Right high(words, amx_row<T>), low(has_low ? words + tile_side : words, amx_row<T>);
      for (int row = 0; row < rows * tile_side; ++row) {
        const float* left = a + shifts[step] + row / tile_side * next + row % tile_side * amx_row<T>;
        float* sums = c[column] + row * tile_side;
        if constexpr (has_low) add_products(left + tile_side, high, sums);
        add_products(left, high, sums);
        if constexpr (has_low) add_products(left, low, sums);
      }
    }
  }
}

template <class T>
void pair_pixels(const T* x, std::size_t stride, int count, int channels, float* to, std::size_t next) {
  for (int i = 0; i < count; ++i, x += stride, to += amx_row<T>) {
    float* row = to;
    for (int first = 0; first < channels; first += amx_panel, row += next)
      for (int k = 0; k < amx_panel; ++k) put<T>(first + k < channels ? float{x[first + k]} : 0, row, k);
  }
}

/// value(k, j) is that of row k and column j.
template <class T, class Value>
void pair_tile(const Value& value, int depth, int columns, float* to) {
  for (int k = 0; k < amx_panel; ++k)
    for (int j = 0; j < tile_side; ++j)
      put<T>(k < depth && j < columns ? value(k, j) : 0, to + k / 2 * amx_row<T>, 2 * j + k % 2);
}
template <class T>
void pair_rows(const float* x, std::size_t stride, int depth, int columns, float* to) {
  pair_tile<T>([&](std::size_t k, std::size_t j) { return x[k * stride + j]; }, depth, columns, to);
}
template <class T>
void pair_columns(const float* x, std::size_t stride, int depth, int columns, float* to) {
  pair_tile<T>([&](std::size_t k, std::size_t j) { return x[j * stride + k]; }, depth, columns, to);
}

/// Adds some pixels' channels, each pixel in turn, to `sum`, unless null.
template <class T>
void add_pixels(const T* const* pixels, int channels, float* sum) {
  for (int c = 0; sum && c < channels; ++c) {
    float of_all = 0;
    for (int i = 0; i < amx_panel; ++i) of_all += pixels[i][c];
    sum[c] += of_all;
  }
}
template <class T>
void pair_gradient(const T* const* dy, int filters, float* to, std::size_t next, float* bias) {
  add_pixels(dy, filters, bias);
  for (int first = 0; first < filters; first += tile_side, to += next)
    for (int f = 0; f < tile_side; ++f)
      for (int i = 0; i < amx_panel; ++i)
        put<T>(first + f < filters ? float{dy[i][first + f]} : 0, to + f * amx_row<T>, i);
}
template <class T>
void pair_values(const T* const* x, int channels, float* even, float* odd, std::size_t next, float* bias) {
  add_pixels(x + 1, channels, bias);
  for (std::size_t first = 0, tile = 0; first < static_cast<std::size_t>(channels); first += tile_side, ++tile) {
    const auto value = [&](int from) {
      return [=](std::size_t i, std::size_t c) -> float { return x[from + i][first + c]; };
    };
    const int columns = std::min(tile_side, channels - static_cast<int>(first));
    pair_tile<T>(value(1), amx_panel, columns, even + tile * next);
    if (odd) pair_tile<T>(value(0), amx_panel, columns, odd + tile * next);
  }
}

inline void add_gradient(const float* sums, std::size_t run, int runs, int channels, int filters, float* dweight,
                         std::size_t stride) {
  for (int c = 0; c < channels; ++c)
    for (int f = 0; f < filters; ++f) {
      const float* sum = sums + f * tile_side + c;
      float of_all = *sum;
      for (int r = 1; r < runs; ++r) of_all += sum[r * run];
      dweight[c * stride + f] += of_all;
    }
}

template <class T>
void finish_pixels(const float* first, const float* last, int count, int channels, std::size_t pixel, std::size_t step,
                   T* y, std::size_t stride, const Epilogue<T>& end) {
  for (int i = 0; i < count; ++i, pixel += step, first += tile_side, last += tile_side) {
    float values[amx_panel];
    std::copy_n(last, tile_side, std::copy_n(first, tile_side, values));
    end.store(values, channels, 0, pixel, y + pixel * stride);
  }
}

template <class T>
inline constexpr AmxKernels<T> kernels{.begin_products = begin_products,
                                       .end_products = end_products,
                                       .product = product<T>,
                                       .pair_pixels = pair_pixels<T>,
                                       .pair_rows = pair_rows<T>,
                                       .pair_columns = pair_columns<T>,
                                       .finish_pixels = finish_pixels<T>,
                                       .pair_gradient = pair_gradient<T>,
                                       .pair_values = pair_values<T>,
                                       .add_gradient = add_gradient};

}  // namespace scalar_amx
