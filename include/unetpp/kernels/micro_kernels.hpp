#pragma once
// The innermost loops, compiled for several instruction sets and chosen when the program runs.
//
// Every file of a program that uses them compiles them, which takes seconds. Where UNETPP_SEPARATE_KERNELS is defined in
// all of its files, only the one that defines UNETPP_DEFINE_KERNELS, too, does.

#include <cstddef>

#include "unetpp/kernels/epilogue.hpp"
#include "unetpp/kernels/instruction_set.hpp"
#include "unetpp/kernels/operands.hpp"

#ifdef UNETPP_SEPARATE_KERNELS
#define UNETPP_KERNELS_INLINE
#else
#define UNETPP_KERNELS_INLINE inline
#endif

namespace unetpp::kernels {

/// Where a tile begins: its first row and column, and the first row of its image when all images are stacked.
struct TilePlace {
  int row;
  int column;
  std::ptrdiff_t image_row;
};

/// Images cut into tiles of tile×tile pixels; the last ones of a row or a column may reach past the edge.
struct TileGrid {
  int height;
  int width;
  int tile;
  int down;
  int across;

  constexpr TileGrid(int h, int w, int side)
      : height(h), width(w), tile(side), down((h + side - 1) / side), across((w + side - 1) / side) {}
  constexpr std::size_t in_image() const { return static_cast<std::size_t>(down) * static_cast<std::size_t>(across); }
  TilePlace place(std::size_t index) const {
    const int in = static_cast<int>(index % in_image());
    return {in / across * tile, in % across * tile, static_cast<std::ptrdiff_t>(index / in_image()) * height};
  }
  /// The place of the next tile, found faster from this one than from its index.
  TilePlace after(TilePlace place) const {
    if ((place.column += tile) < width) return place;
    place.column = 0;
    if ((place.row += tile) < height) return place;
    return {0, 0, place.image_row + height};
  }
  /// The index of its first pixel, when all images are stacked.
  std::ptrdiff_t pixel(TilePlace place) const { return (place.image_row + place.row) * width + place.column; }
};

/// Rows of `panel` floats, in planes for the points of a transform and panels of channels.
struct PanelPlanes {
  float* data;
  std::size_t plane;  // floats from one plane to the next
  std::size_t panel;  // floats from one panel to the next
  bool stream;        // written past the caches
};

/// Pooling windows that lie side by side in images.
struct PoolWindow {
  int height;
  int width;
  std::size_t row;    // values from one row of the image to the next
  std::size_t pixel;  // and from one pixel to the next
  std::size_t image_width;
};

/// Pixels of which each value becomes a function of its own.
template <class T>
struct PointwiseRun {
  ConstPixels<T> x;
  ConstPixels<T> dy;  // of a gradient: of the output; else what else the function takes, or x
  Pixels<T> y;        // of a gradient: dx
  int count;
  int channels;
};

/// The numbers of one step of Adam; keep and add of a moment are β and 1 − β.
struct AdamStep {
  float rate;  // with both bias corrections
  float keep1, add1;
  float keep2, add2;
  float epsilon;
  float decay = 0;  // the share of a parameter that goes
};

/// The numbers of one step of stochastic gradient descent.
struct SGDStep {
  float rate;
  float momentum;
  bool nesterov;
  float decay = 0;  // the share of a parameter that is added to its gradient
};

// The functions of the tables below and of AmxKernels, and the helpers in kernels/simd that they are made of, take more
// parameters than others may: they are called for some hundred pixels at a time, and what is in registers would go through
// memory in a struct. These are product, product_transposed, product_rows, product_tile_of, product_tile, unpack, finish,
// finished, max_pool_gradient_row, transform_input, transform_gradient, transform_output, transform_weight,
// transform_weight_rotated, transform_weight_gradient, transform_tiles, output_tiles and transform_back, and of AMX
// product, product_of, finish_pixels and add_gradient.

/// Winograd's transforms of weights for one size of tiles.
struct WinogradKernels {
  void (*weight)(const float* weight, int channels, int filters, int first, int depth, int columns, float* to,
                 std::size_t plane);
  void (*weight_rotated)(const float* weight, int channels, int filters, int first, int depth, int columns, float* to,
                         std::size_t plane);
  void (*weight_gradient)(const float* sums, std::size_t plane, int runs, std::size_t run, int rows, int columns,
                          float* dweight, int channels, int filters);
};

/// And those of the pixels of images that are stored as T.
template <class T>
struct WinogradTileKernels {
  void (*input)(const TileGrid&, const T* x, std::size_t stride, int channels, std::size_t first, int count,
                const PanelPlanes& to);
  void (*gradient)(const TileGrid&, const T* dy, std::size_t stride, int channels, std::size_t first, int count,
                   const PanelPlanes& to);
  void (*output)(const TileGrid&, std::size_t first, int count, const float* m, std::size_t plane, int channels, T* y,
                 std::size_t stride, const Epilogue<T>&);
};

/// The kernels of one instruction set that work on floats; simd/*.inc.hpp says what each does.
struct MicroKernels {
  InstructionSet set;
  int panel;
  void (*product)(int rows, int columns, int depth, const float* a, std::size_t next, const float* b, float* c,
                  bool accumulate, const float* fetch, std::size_t fetch_row);
  void (*product_transposed)(int rows, int columns, int depth, const float* a, const float* b, float* c,
                             bool accumulate, const float* fetch, std::size_t fetch_row);
  void (*pack)(const float* x, std::size_t stride, int count, int channels, float* to, std::size_t next);
  void (*pack_transposed)(const float* x, std::size_t stride, int columns, int depth, float* to);
  void (*unpack)(const float* sums, int count, int channels, std::size_t pixel, std::size_t step, float* y,
                 std::size_t stride, const Epilogue<float>&);
  void (*gather)(const float* lines, std::size_t line, int channels, int count, float* to, std::size_t stride);
  void (*sum_taps)(const float* const* taps, int count, float* to);
  WinogradKernels winograd4;  // F(4×4, 3×3)
  WinogradKernels winograd2;  // F(2×2, 3×3)
  void (*sum_rows)(const float* rows, int count, float* sum, bool accumulate);
  void (*softmax)(float* planes, std::size_t plane, int classes, int count, float* log_sums);
  void (*adam)(std::size_t count, const AdamStep&, const float* gradient, float* m, float* v, float* p);
  void (*sgd)(std::size_t count, const SGDStep&, const float* gradient, float* v, float* p);
  void (*moving_average)(std::size_t count, float share, const float* p, float* average);
};

/// Those that work on the pixels of images that are stored as T.
template <class T>
struct ImageKernels {
  void (*pack)(const T* x, std::size_t stride, int count, int channels, float* to, std::size_t next);
  void (*unpack)(const float* sums, int count, int channels, std::size_t pixel, std::size_t step, T* y,
                 std::size_t stride, const Epilogue<T>&);
  WinogradTileKernels<T> winograd4;
  WinogradTileKernels<T> winograd2;
  void (*max_pool_row)(const PoolWindow&, const T* x, int count, int channels, T* y, std::size_t stride);
  void (*max_pool_gradient_row)(const PoolWindow&, const T* x, const T* dy, std::size_t stride, int count, int channels,
                                const PoolWindow& to, T* dx, std::size_t pixel, const Epilogue<T>&);
  void (*copy)(const PointwiseRun<T>&, const Epilogue<T>&);
  void (*relu)(const PointwiseRun<T>&, const Epilogue<T>&);
  void (*relu_gradient)(const PointwiseRun<T>&, const Epilogue<T>&);
  void (*to_floats)(const T* x, std::size_t count, float* y);
  void (*from_floats)(const float* x, std::size_t count, T* y);
};

/// The panels of all instruction sets; each divides the next.
inline constexpr int panel_widths[] = {8, 16, 32};
inline constexpr int widest_panel = panel_widths[2];

/// The kernels for one instruction set, amx's being avx512's; without micro-kernels an empty table, which nobody calls.
/// Linkers show the namespace where no file has them.
inline namespace define_UNETPP_DEFINE_KERNELS_in_one_source_file {
UNETPP_KERNELS_INLINE const MicroKernels& micro_kernels(InstructionSet set);
template <class T>
const ImageKernels<T>& image_kernels(InstructionSet set);
}  // namespace define_UNETPP_DEFINE_KERNELS_in_one_source_file

/// Those that the library runs with.
inline const MicroKernels& micro_kernels() {
  static const MicroKernels& widest = micro_kernels(instruction_set());
  return widest;
}

}  // namespace unetpp::kernels

#if !defined(UNETPP_SEPARATE_KERNELS) || defined(UNETPP_DEFINE_KERNELS)
#include "unetpp/kernels/compiled_kernels.hpp"
#endif

#undef UNETPP_KERNELS_INLINE
