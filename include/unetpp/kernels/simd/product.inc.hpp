// The matrix product at the bottom of everything. Operands are packed in panels: rows of `panel` floats.

#ifndef UNETPP_BODY  // opened alone
#include "unetpp/kernels/simd/vector.inc.hpp"
#endif

/// Rows of two vectors that fit the registers.
#ifdef __aarch64__
inline constexpr int tile_rows = 10;  // it has 32 vector registers; gcc spills with 11
#else
inline constexpr int tile_rows = width == 16 ? 14 : 6;
#endif

/// The most rows of a tile of so many vectors, and the next fewer that there is a tile of: each takes its time to compile.
/// Pixels are any number of rows, so that there is a tile of each number that even shares of many come to; transposed, rows
/// are channels, mostly multiples of 8.
constexpr int most_rows(int vectors, bool transposed) {
  return vectors == 1 || (transposed && tile_rows > 8) ? 8 : tile_rows;
}
constexpr int fewer_rows(int rows, bool transposed) {
  if (rows > 10 || rows == 6 || rows == 5) return rows - 1;
  return rows > 8 ? 8 : rows > 4 ? 4 : transposed ? rows > 1 : rows / 2;
}

/// The fewest tiles that so many rows take; they are cut into more where there is no tile of an even share.
[[gnu::always_inline]] inline int tiles_of(int rows, int vectors, bool transposed) {
  return (rows + most_rows(vectors, transposed) - 1) / most_rows(vectors, transposed);
}

/// Rows of the first of these tiles: an even share, or the next more that there is a tile of and as many rows for.
[[gnu::always_inline]] inline int first_tile(int rows, int vectors, bool transposed) {
  const int tiles = tiles_of(rows, vectors, transposed), share = (rows + tiles - 1) / tiles;
  int size = most_rows(vectors, transposed);
  while (size > rows || fewer_rows(size, transposed) >= share) size = fewer_rows(size, transposed);
  return size;
}

/// C (+)= A·B for `rows` rows of C and `vectors` vectors of its columns, kept in registers.
///
/// A's element (row, k) is a[row·panel + k], and after `panel` steps of k the next panel of A, `next` floats on;
/// transposed, it is a[k·panel + row]. For each k, what `fetch` points to is fetched, and it moves on by
/// `fetch_step` floats.
template <int rows, int vectors, bool transposed>
[[gnu::noinline]] void product_tile(int depth, const float* a, std::size_t next, const float* b, float* c,
                                    bool accumulate, const float* fetch, std::size_t fetch_step) {
  Vec sum[rows][vectors];
#pragma GCC unroll 16
  for (int r = 0; r < rows; ++r)
#pragma GCC unroll 4
    for (int v = 0; v < vectors; ++v) sum[r][v] = Vec{};
  if (accumulate) {
#pragma GCC unroll 16
    for (int r = 0; r < rows; ++r)
#pragma GCC unroll 4
      for (int v = 0; v < vectors; ++v) sum[r][v] = load(c + r * panel + v * width);
  }
  for (; depth > 0; depth -= panel, a += next) {
    const int steps = depth < panel ? depth : panel;
    const float* left = a;
    constexpr int step = transposed ? panel : 1;
#pragma GCC unroll 2
    for (int k = 0; k < steps; ++k, b += panel, left += step) {
      // Half a panel a step: what the next tile of rows reads is in the cache when this one is done.
      if (!transposed) __builtin_prefetch(a + rows * panel + k * (panel / 2), 0, 3);
      prefetch(fetch);
      fetch += fetch_step;
      Vec right[vectors];
#pragma GCC unroll 4
      for (int v = 0; v < vectors; ++v) right[v] = load(b + v * width);
#pragma GCC unroll 16
      for (int r = 0; r < rows; ++r) {
        const float value = left[r * (transposed ? 1 : panel)];  // read once, not for each lane of each vector
#pragma GCC unroll 4
        for (int v = 0; v < vectors; ++v) sum[r][v] += value * right[v];
      }
    }
  }
#pragma GCC unroll 16
  for (int r = 0; r < rows; ++r)
#pragma GCC unroll 4
    for (int v = 0; v < vectors; ++v) store(c + r * panel + v * width, sum[r][v]);
}

template <int most, int vectors, bool transposed>
[[gnu::always_inline]] inline void product_tile_of(int rows, int depth, const float* a, std::size_t next,
                                                   const float* b, float* c, bool accumulate, const float* fetch,
                                                   std::size_t fetch_step) {
  if (rows == most)
    product_tile<most, vectors, transposed>(depth, a, next, b, c, accumulate, fetch, fetch_step);
  else if constexpr (most > 1)
    product_tile_of<fewer_rows(most, transposed), vectors, transposed>(rows, depth, a, next, b, c, accumulate, fetch,
                                                                       fetch_step);
}

/// Each tile of rows fetches on where the last one ended; transposed, they fetch the lines of a panel in turns.
template <int vectors, bool transposed>
[[gnu::always_inline]] inline void product_rows(int rows, int depth, const float* a, std::size_t next, const float* b,
                                                float* c, bool accumulate, const float* fetch, std::size_t fetch_step) {
  for (int i = 0, first = 0; first < rows; ++i) {
    const int count = first_tile(rows - first, vectors, transposed);
    product_tile_of<most_rows(vectors, transposed), vectors, transposed>(
        count, depth, a + first * (transposed ? 1 : panel), next, b, c + first * panel, accumulate,
        fetch + (transposed ? i * cache_line % panel : i * depth * fetch_step), fetch_step);
    first += count;
  }
}

/// C (+)= A·B. Meanwhile is brought to the cache, from `fetch` on, what is needed next: as much as B takes, or, unless
/// `fetch_row` is zero, a line of each of `depth` rows, so many floats apart, for each tile of C's rows.
/// Shapes  a: depth/panel panels, `next` floats apart, of rows×panel; b: depth×panel; c: rows×panel, of which `columns`
///         count and up to the next vector's end are written.
[[gnu::noinline]] inline void product(int rows, int columns, int depth, const float* a, std::size_t next,
                                      const float* b, float* c, bool accumulate, const float* fetch,
                                      std::size_t fetch_row) {
  const std::size_t step = fetch_row ? fetch_row : panel / tiles_of(rows, columns > width ? panel / width : 1, false);
  if (columns > width)
    product_rows<panel / width, false>(rows, depth, a, next, b, c, accumulate, fetch, step);
  else
    product_rows<1, false>(rows, depth, a, next, b, c, accumulate, fetch, step);
}

/// C (+)= Aᵀ·B. Meanwhile a line of each of `depth` rows, `fetch_row` floats apart, is brought to the cache from `fetch` for
/// each tile of C's rows: all of `panel` floats, if C has about as many rows.
/// Shapes  a: depth×panel, of which `rows` columns count; b: depth×panel; c as above.
[[gnu::noinline]] inline void product_transposed(int rows, int columns, int depth, const float* a, const float* b,
                                                 float* c, bool accumulate, const float* fetch, std::size_t fetch_row) {
  if (columns > width)
    product_rows<panel / width, true>(rows, depth, a, panel * panel, b, c, accumulate, fetch, fetch_row);
  else
    product_rows<1, true>(rows, depth, a, panel * panel, b, c, accumulate, fetch, fetch_row);
}
