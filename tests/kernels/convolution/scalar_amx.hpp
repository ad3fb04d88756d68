#pragma once
// A scalar twin of simd/amx.inc.hpp and simd/amx_pairs.inc.hpp, with which the convolutions on a matrix unit are tested on
// every machine. It has the same layouts, makes the same products of pairs of bfloat16 and adds them in the unit's order,
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

/// Whether values of T have low parts.
template <class T>
inline constexpr bool has_low = std::is_same_v<T, float>;

/// Writes a float's high word and, of a T that has one, its low word to the same index of two places.
template <class T>
void put(float value, float* high, float* low, int index) {
  const std::uint16_t word = nearest_word(value);
  std::memcpy(reinterpret_cast<char*>(high) + 2 * index, &word, 2);
  if constexpr (has_low<T>) {
    const std::uint16_t rest = nearest_word(value - std::bit_cast<float>(std::uint32_t{word} << 16));
    std::memcpy(reinterpret_cast<char*>(low) + 2 * index, &rest, 2);
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

/// A part of a right operand, by rows.
struct Right {
  float rows[amx_panel][tile_side];
  bool tiny;

  explicit Right(const float* words) {
    Words read;
    for (int k = 0; k < amx_panel; ++k)
      for (int j = 0; j < tile_side; ++j) rows[k][j] = read(words, (k / 2 * tile_side + j) * 2 + k % 2);
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
void product(int tiles, int taps, const std::ptrdiff_t* shifts, const float* a, std::ptrdiff_t step, const float* b,
             float* c, bool accumulate, const Fetch&) {
  if (!accumulate) std::fill_n(c, tiles * tile_floats, products_began ? 0.0f : NAN);
  for (int tap = 0; tap < taps; ++tap, b += block_floats) {
    const Right high(b), low(has_low<T> ? b + tile_floats : b);
    for (int row = 0; row < tiles * tile_side; ++row) {
      const float* left = a + shifts[tap] + row / tile_side * step + row % tile_side * amx_panel;
      float* sums = c + row * tile_side;
      add_products(left, high, sums);
      if constexpr (has_low<T>) {
        add_products(left + amx_panel / 2, high, sums);
        add_products(left, low, sums);
      }
    }
  }
}

template <class T>
void pair_pixels(const T* x, std::size_t stride, int count, int channels, float* to, std::size_t next) {
  for (int i = 0; i < count; ++i, x += stride, to += amx_panel) {
    float* row = to;
    for (int first = 0; first < channels; first += amx_panel, row += next)
      for (int k = 0; k < amx_panel; ++k)
        put<T>(first + k < channels ? float{x[first + k]} : 0, row, row + amx_panel / 2, k);
  }
}

/// value(k, j) is that of row k and column j.
template <class T, class Value>
void pair_block(const Value& value, int depth, int columns, float* to) {
  for (int k = 0; k < amx_panel; ++k)
    for (int j = 0; j < tile_side; ++j)
      put<T>(k < depth && j < columns ? value(k, j) : 0, to, to + tile_floats, (k / 2 * tile_side + j) * 2 + k % 2);
}
template <class T>
void pair_rows(const float* x, std::size_t stride, int depth, int columns, float* to) {
  pair_block<T>([&](std::size_t k, std::size_t j) { return x[k * stride + j]; }, depth, columns, to);
}
template <class T>
void pair_columns(const float* x, std::size_t stride, int depth, int columns, float* to) {
  pair_block<T>([&](std::size_t k, std::size_t j) { return x[j * stride + k]; }, depth, columns, to);
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
                                       .finish_pixels = finish_pixels<T>};

}  // namespace scalar_amx
