#pragma once
// Kernels for processors with a matrix unit: AMX, which Intel's server processors have since 2023. As the innermost loops
// of micro_kernels.hpp they are compiled in every program and used if the machine that it runs on has one.

#include <cstddef>

#include "unetpp/kernels/epilogue.hpp"
#include "unetpp/kernels/micro_kernels.hpp"

namespace unetpp::kernels {

/// What a product brings to the cache meanwhile: for each tap some rows, `row` floats apart.
struct Fetch {
  const float* at = nullptr;
  std::ptrdiff_t tap = 0;  // floats from the rows of one tap to those of the next
  std::size_t row = 0;
  int rows = 0;
};

/// The kernels of simd/amx.inc.hpp and simd/amx_pairs.inc.hpp, which say what each does, of images that are stored as T. Of
/// BFloat16s only the high parts of pairs are written and multiplied.
template <class T>
struct AmxKernels {
  void (*begin_products)();
  void (*end_products)();
  void (*product)(int tiles, int taps, const std::ptrdiff_t* shifts, const float* a, std::ptrdiff_t step,
                  const float* b, float* c, bool accumulate, const Fetch& fetch);
  void (*pair_pixels)(const T* x, std::size_t stride, int count, int channels, float* to, std::size_t next);
  void (*pair_rows)(const float* x, std::size_t stride, int depth, int columns, float* to);
  void (*pair_columns)(const float* x, std::size_t stride, int depth, int columns, float* to);
  void (*finish_pixels)(const float* first, const float* last, int count, int channels, std::size_t pixel,
                        std::size_t step, T* y, std::size_t stride, const Epilogue<T>&);
};

/// Values of a row of a left operand; a side of a tile of sums; floats of such a tile, and of a right operand's block.
inline constexpr int amx_panel = 32, tile_side = 16, tile_floats = 256, block_floats = 512;

/// Tiles that a product makes at once, one below the other.
inline constexpr int product_tiles = 4;

/// The kernels for this machine's matrix unit; without one an empty table, which nobody calls.
inline namespace define_UNETPP_DEFINE_KERNELS_in_one_source_file {
template <class T>
const AmxKernels<T>& amx_kernels();
}  // namespace define_UNETPP_DEFINE_KERNELS_in_one_source_file

}  // namespace unetpp::kernels

#if !defined(UNETPP_SEPARATE_KERNELS) || defined(UNETPP_DEFINE_KERNELS)
#include "unetpp/kernels/compiled_amx_kernels.hpp"
#endif
