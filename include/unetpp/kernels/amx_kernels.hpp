#pragma once
// Kernels for processors with a matrix unit: AMX, which Intel's server processors have since 2023. As the innermost loops
// of micro_kernels.hpp they are compiled in every program and used if the machine that it runs on has one.

#include <cstddef>

#include "unetpp/kernels/epilogue.hpp"
#include "unetpp/kernels/micro_kernels.hpp"

namespace unetpp::kernels {

/// What a product brings to the cache meanwhile: for each of the first `steps` some rows, `row` floats apart.
struct Fetch {
  const float* at = nullptr;
  int steps = 0;
  std::ptrdiff_t step = 0;  // floats from the rows of one step to those of the next
  std::size_t row = 0;
  int lines = 0;  // of the cache, of each row
  int rows = 0;
};

/// The kernels of simd/amx.inc.hpp, simd/amx_pairs.inc.hpp and simd/amx_gradient.inc.hpp, which say what each does, of images
/// that are stored as T. Of BFloat16s only the high parts of pairs are written and multiplied.
template <class T>
struct AmxKernels {
  void (*begin_products)();
  void (*end_products)();
  void (*product)(int rows, int columns, int steps, const std::ptrdiff_t* shifts, const float* a, std::ptrdiff_t next,
                  const float* const* b, float* const* c, bool accumulate, const Fetch& fetch);
  void (*pair_pixels)(const T* x, std::size_t stride, int count, int channels, float* to, std::size_t next);
  void (*pair_rows)(const float* x, std::size_t stride, int depth, int columns, float* to);
  void (*pair_columns)(const float* x, std::size_t stride, int depth, int columns, float* to);
  void (*finish_pixels)(const float* first, const float* last, int count, int channels, std::size_t pixel,
                        std::size_t step, T* y, std::size_t stride, const Epilogue<T>&);
  void (*pair_gradient)(const T* const* dy, int filters, float* to, std::size_t next, float* bias);
  void (*pair_values)(const T* const* x, int channels, float* even, float* odd, std::size_t next, float* bias);
  void (*add_gradient)(const float* sums, std::size_t run, int runs, int channels, int filters, float* dweight,
                       std::size_t stride);
};

/// Values of a row of an operand; rows of a tile; floats of a tile of sums.
inline constexpr int amx_panel = 32, tile_side = 16, tile_floats = 256;

/// Parts that values of T are split into, each a bfloat16; floats of an operand's row, and of its tile.
template <class T>
inline constexpr int amx_parts = sizeof(T) == sizeof(float) ? 2 : 1;
template <class T>
inline constexpr int amx_row = amx_parts<T>* tile_side;
template <class T>
inline constexpr int amx_tile = tile_side* amx_row<T>;

/// Left tiles that convolutions multiply at once, one below the other: by one right tile, or two at a time by two.
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
