#pragma once
// A scalar twin of simd/amx.inc.hpp and simd/amx_pairs.inc.hpp, with which the convolutions on a matrix unit are tested on
// every machine. It has the same layouts and makes the same products of pairs of bfloat16; it adds them in another order, so
// that the last bits of sums may be others.

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "unetpp/kernels/amx_kernels.hpp"

namespace scalar_amx {

using namespace unetpp::kernels;

/// The bfloat16 nearest to a float, of two as near the even one.
inline std::uint16_t nearest_word(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if (value != value) return static_cast<std::uint16_t>(bits >> 16 | 0x40);
  return static_cast<std::uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}
inline float word_at(const float* words, int index) {
  std::uint16_t word;
  std::memcpy(&word, reinterpret_cast<const char*>(words) + 2 * index, 2);
  return std::bit_cast<float>(std::uint32_t{word} << 16);
}

/// Writes a float's high and low words to the same index of two places.
inline void put(float value, float* high, float* low, int index) {
  const std::uint16_t word = nearest_word(value);
  const std::uint16_t rest = nearest_word(value - std::bit_cast<float>(std::uint32_t{word} << 16));
  std::memcpy(reinterpret_cast<char*>(high) + 2 * index, &word, 2);
  std::memcpy(reinterpret_cast<char*>(low) + 2 * index, &rest, 2);
}

/// Products are made between begin_products and end_products of their thread.
inline thread_local bool products_began = false;
inline void begin_products() { products_began = true; }
inline void end_products() { products_began = false; }

inline void product(int tiles, int taps, const std::ptrdiff_t* shifts, const float* a, std::ptrdiff_t step,
                    const float* b, float* c, bool accumulate, const Fetch&) {
  if (!accumulate) std::fill_n(c, tiles * tile_floats, products_began ? 0.0f : NAN);
  for (int tap = 0; tap < taps; ++tap, b += block_floats) {
    float high[amx_panel][tile_side], low[amx_panel][tile_side];
    for (int k = 0; k < amx_panel; ++k)
      for (int j = 0; j < tile_side; ++j) {
        const int index = (k / 2 * tile_side + j) * 2 + k % 2;
        high[k][j] = word_at(b, index);
        low[k][j] = word_at(b + tile_floats, index);
      }
    for (int row = 0; row < tiles * tile_side; ++row) {
      const float* left = a + shifts[tap] + row / tile_side * step + row % tile_side * amx_panel;
      for (int k = 0; k < amx_panel; ++k) {
        const float left_high = word_at(left, k), left_low = word_at(left + amx_panel / 2, k);
        for (int j = 0; j < tile_side; ++j)
          c[row * tile_side + j] += left_high * high[k][j] + left_low * high[k][j] + left_high * low[k][j];
      }
    }
  }
}

inline void pair_pixels(const float* x, std::size_t stride, int count, int channels, float* to, std::size_t next) {
  for (int i = 0; i < count; ++i, x += stride, to += amx_panel) {
    float* row = to;
    for (int first = 0; first < channels; first += amx_panel, row += next)
      for (int k = 0; k < amx_panel; ++k) put(first + k < channels ? x[first + k] : 0, row, row + amx_panel / 2, k);
  }
}

/// value(k, j) is that of row k and column j.
template <class Value>
void pair_block(const Value& value, int depth, int columns, float* to) {
  for (int k = 0; k < amx_panel; ++k)
    for (int j = 0; j < tile_side; ++j)
      put(k < depth && j < columns ? value(k, j) : 0, to, to + tile_floats, (k / 2 * tile_side + j) * 2 + k % 2);
}
inline void pair_rows(const float* x, std::size_t stride, int depth, int columns, float* to) {
  pair_block([&](std::size_t k, std::size_t j) { return x[k * stride + j]; }, depth, columns, to);
}
inline void pair_columns(const float* x, std::size_t stride, int depth, int columns, float* to) {
  pair_block([&](std::size_t k, std::size_t j) { return x[j * stride + k]; }, depth, columns, to);
}

inline void finish_pixels(const float* first, const float* last, int count, int channels, std::size_t pixel,
                          std::size_t step, float* y, std::size_t stride, const Epilogue<float>& end) {
  for (int i = 0; i < count; ++i, pixel += step, first += tile_side, last += tile_side) {
    float values[amx_panel];
    std::copy_n(last, tile_side, std::copy_n(first, tile_side, values));
    end.store(values, channels, 0, pixel, y + pixel * stride);
  }
}

inline constexpr AmxKernels<float> kernels{.begin_products = begin_products,
                                           .end_products = end_products,
                                           .product = product,
                                           .pair_pixels = pair_pixels,
                                           .pair_rows = pair_rows,
                                           .pair_columns = pair_columns,
                                           .finish_pixels = finish_pixels};

}  // namespace scalar_amx
