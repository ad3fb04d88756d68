// Products on the matrix unit of processors with AMX. Its registers are tiles of 16 rows of 64 bytes; one instruction
// multiplies a tile of 16×32 bfloat16 by one of 32×16 and adds the products to a tile of 16×16 floats.
//
// A float is split into high, the bfloat16 nearest to it, and low, the one nearest to the rest: together they have 16 bits
// of its mantissa. A product of two such floats is high·high + low·high + high·low. [Henry, Tang & Heinecke 2019]
//
// BFloat16s have no low part, and weights that multiply them are rounded to such: one product a pair.
//
// Operands are tiles of 16 rows of 32 values: a row's high ones, and behind them its low ones. Those of a right operand are
// pairs of rows: 16 columns of two values each.

#ifndef UNETPP_BODY  // opened alone
#include "unetpp/kernels/simd/pack.inc.hpp"
#endif

/// The layout of all eight tile registers.
struct TileLayout {
  unsigned char palette = 1, start_row = 0, reserved[14] = {};
  unsigned short row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  unsigned char rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};

/// Before a thread's first product, and after its last one.
[[gnu::noinline]] inline void begin_products() {
  static constexpr TileLayout layout;
  asm volatile("ldtilecfg %0" ::"m"(layout));
}
[[gnu::noinline]] inline void end_products() {
  finish_streams();
  asm volatile("tilerelease");
}

template <int tile>
[[gnu::always_inline]] inline void clear_tile() {
  asm volatile("tilezero %%tmm%c0" ::"i"(tile));
}
template <int tile>
[[gnu::always_inline]] inline void load_tile(const float* from, long row_bytes) {
  asm volatile("tileloadd (%0,%1,1), %%tmm%c2" ::"r"(from), "r"(row_bytes), "i"(tile));
}
template <int tile>
[[gnu::always_inline]] inline void store_tile(float* to) {
  asm volatile("tilestored %%tmm%c2, (%0,%1,1)" ::"r"(to), "r"(64L), "i"(tile) : "memory");
}
template <int sums, int left, int right>
[[gnu::always_inline]] inline void multiply_tiles() {
  asm volatile("tdpbf16ps %%tmm%c2, %%tmm%c1, %%tmm%c0" ::"i"(sums), "i"(left), "i"(right));
}

/// Calls work<0>() to work<count - 1>(), for at most four.
template <int count, class Work>
[[gnu::always_inline]] inline void for_tiles(const Work& work) {
  work.template operator()<0>();
  if constexpr (count > 1) work.template operator()<1>();
  if constexpr (count > 2) work.template operator()<2>();
  if constexpr (count > 3) work.template operator()<3>();
}

/// Whether values of T have low parts.
template <class T>
inline constexpr bool has_low = amx_parts<T> == 2;

/// Adds left·right to the sums in the first registers: of one part of `rows` left tiles, `next` floats apart, and of one of
/// `columns` right ones, each loaded or as it is in the registers. More than two left tiles do not stay there.
template <class T, int rows, int columns, bool load_left, bool load_right>
[[gnu::always_inline]] inline void add_products(const float* left, std::ptrdiff_t next, const float* const* right,
                                                std::ptrdiff_t part) {
  constexpr long row_bytes = amx_row<T> * sizeof(float);
  for_tiles<columns>([&]<int j>() __attribute__((always_inline)) {
    if constexpr (load_right) load_tile<6 + j>(right[j] + part, row_bytes);
    for_tiles<rows>([&]<int i>() __attribute__((always_inline)) {
      if constexpr ((load_left && j == 0) || rows > 2) load_tile<4 + i % 2>(left + i * next, row_bytes);
      multiply_tiles<rows * j + i, 4 + i % 2, 6 + j>();
    });
  });
}

template <class T, int rows, int columns>
[[gnu::noinline]] void product_of(int steps, const std::ptrdiff_t* shifts, const float* a, std::ptrdiff_t next,
                                  const float* const* b, float* const* c, bool accumulate, const Fetch& fetch) {
  for_tiles<columns>([&]<int j>() __attribute__((always_inline)) {
    for_tiles<rows>([&]<int i>() __attribute__((always_inline)) {
      accumulate ? load_tile<rows * j + i>(c[j] + i * tile_floats, 64) : clear_tile<rows * j + i>();
    });
  });
  for (int step = 0; step < steps; ++step) {
    const float* left = a + shifts[step];
    const std::ptrdiff_t right = std::ptrdiff_t{1} * step * amx_tile<T>;
    const float* later = fetch.at + step * fetch.step;
    for (int i = 0; i < fetch.rows && step < fetch.steps; ++i, later += fetch.row)
      for (int line = 0; line < fetch.lines; ++line) prefetch(later + line * cache_line);
    if constexpr (has_low<T>) {
      add_products<T, rows, columns, true, true>(left + width, next, b, right);
      add_products<T, rows, columns, true, false>(left, next, b, right);
      add_products<T, rows, columns, false, true>(left, next, b, right + width);
    } else {
      add_products<T, rows, columns, true, true>(left, next, b, right);
    }
  }
  for_tiles<columns>([&]<int j>() __attribute__((always_inline)) {
    for_tiles<rows>([&]<int i>() __attribute__((always_inline)) { store_tile<rows * j + i>(c[j] + i * tile_floats); });
  });
}

/// C (+)= Σ A·B over `steps` steps, for up to 2×2 or 4×1 tiles: `rows` of A and `columns` of B.
/// Shapes  a: tiles `next` floats apart, those of a step `shifts` floats further on; b: for each column its tiles, one a
///         step; c: for each column the tiles of all rows.
template <class T>
[[gnu::noinline]] void product(int rows, int columns, int steps, const std::ptrdiff_t* shifts, const float* a,
                               std::ptrdiff_t next, const float* const* b, float* const* c, bool accumulate,
                               const Fetch& fetch) {
  if (columns == 2)
    return rows == 2 ? product_of<T, 2, 2>(steps, shifts, a, next, b, c, accumulate, fetch)
                     : product_of<T, 1, 2>(steps, shifts, a, next, b, c, accumulate, fetch);
  switch (rows) {
    case 1:
      return product_of<T, 1, 1>(steps, shifts, a, next, b, c, accumulate, fetch);
    case 2:
      return product_of<T, 2, 1>(steps, shifts, a, next, b, c, accumulate, fetch);
    case 3:
      return product_of<T, 3, 1>(steps, shifts, a, next, b, c, accumulate, fetch);
    default:
      return product_of<T, 4, 1>(steps, shifts, a, next, b, c, accumulate, fetch);
  }
}
