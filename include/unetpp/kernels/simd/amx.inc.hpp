// Products on the matrix unit of processors with AMX. Its registers are tiles of 16 rows of 64 bytes; one instruction
// multiplies a tile of 16×32 bfloat16 by one of 32×16 and adds the products to a tile of 16×16 floats.
//
// A float is split into high, the bfloat16 nearest to it, and low, the one nearest to the rest: together they have 16 bits
// of its mantissa. A product of two such floats is high·high + low·high + high·low. [Henry, Tang & Heinecke 2019]
//
// BFloat16s have no low part, and weights that multiply them are rounded to such: one product a pair.
//
// Left operands are rows of `panel` values: 32 high ones, then 32 low ones, which take the room of the floats. Right
// operands are blocks of 32×16 values, the high ones and then the low ones, each in pairs of rows.

#ifndef UNETPP_BODY  // opened alone
#include "unetpp/kernels/simd/pack.inc.hpp"
#endif

inline constexpr int half_panel = panel / 2;

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

/// The sums of the first `tiles` registers, from memory or zero.
template <int tiles>
[[gnu::always_inline]] inline void begin_sums(const float* c, bool accumulate) {
  for_tiles<tiles>([&]<int i>() __attribute__((always_inline)) {
    accumulate ? load_tile<i>(c + i * tile_floats, 64) : clear_tile<i>();
  });
}
template <int tiles>
[[gnu::always_inline]] inline void end_sums(float* c) {
  for_tiles<tiles>([&]<int i>() __attribute__((always_inline)) { store_tile<i>(c + i * tile_floats); });
}

/// Adds left·right to the first `tiles` registers; the left tiles begin `step` floats apart.
template <int tiles, int right>
[[gnu::always_inline]] inline void add_products(const float* left, std::ptrdiff_t step) {
  for_tiles<tiles>([&]<int i>() __attribute__((always_inline)) {
    load_tile<4 + i % 2>(left + i * step, panel * sizeof(float));
    multiply_tiles<i, 4 + i % 2, right>();
  });
}

/// Whether values of T have low parts.
template <class T>
inline constexpr bool has_low = sizeof(T) == sizeof(float);

template <class T, int tiles>
[[gnu::noinline]] void product_of(int taps, const std::ptrdiff_t* shifts, const float* a, std::ptrdiff_t step,
                                  const float* b, float* c, bool accumulate, Fetch fetch) {
  begin_sums<tiles>(c, accumulate);
  for (int tap = 0; tap < taps; ++tap, b += block_floats, fetch.at += fetch.tap) {
    const float* left = a + shifts[tap];
    load_tile<6>(b, 64);
    add_products<tiles, 6>(left, step);
    for (int i = 0; i < fetch.rows; ++i) __builtin_prefetch(fetch.at + i * fetch.row);
    if constexpr (has_low<T>) {
      add_products<tiles, 6>(left + half_panel, step);
      load_tile<7>(b + tile_floats, 64);
      add_products<tiles, 7>(left, step);
    }
  }
  end_sums<tiles>(c);
}

/// C (+)= Σ A·B over `taps` taps, for `tiles` ≤ 4 times 16 rows and 16 columns.
/// Shapes  a: tiles of 16×panel, `step` floats apart, those of a tap `shifts` floats further on; b: taps blocks;
///         c: tiles of 16×16.
template <class T>
[[gnu::noinline]] void product(int tiles, int taps, const std::ptrdiff_t* shifts, const float* a, std::ptrdiff_t step,
                               const float* b, float* c, bool accumulate, const Fetch& fetch) {
  switch (tiles) {
    case 1:
      return product_of<T, 1>(taps, shifts, a, step, b, c, accumulate, fetch);
    case 2:
      return product_of<T, 2>(taps, shifts, a, step, b, c, accumulate, fetch);
    case 3:
      return product_of<T, 3>(taps, shifts, a, step, b, c, accumulate, fetch);
    default:
      return product_of<T, 4>(taps, shifts, a, step, b, c, accumulate, fetch);
  }
}
