// Winograd's transforms of image tiles, a vector of channels at a time.

#ifndef UNETPP_BODY  // opened alone
#include "unetpp/kernels/simd/pack.inc.hpp"
#endif

/// So many tiles before one is transformed its pixels are fetched.
inline constexpr int tiles_ahead = 4;

/// The two kinds of tiles that are transformed to points: overlapping inputs, and gradients of outputs.
template <class Form>
struct InputTile {
  static constexpr int points = Form::points, side = points, border = 1;
  [[gnu::always_inline]] static void transform(const Vec (&from)[side], Vec (&to)[points]) { Form::input(from, to); }
};
template <class Form>
struct GradientTile {
  static constexpr int points = Form::points, side = Form::tile, border = 0;
  [[gnu::always_inline]] static void transform(const Vec (&from)[side], Vec (&to)[points]) { Form::gradient(from, to); }
};

/// The rows and columns of a tile that lie in its image; the others are zero.
struct TilePart {
  int row_begin, row_end, column_begin, column_end;
};

/// Fetches a vector of channels of tile×tile pixels.
template <int tile, class T>
[[gnu::always_inline]] inline void fetch_tile(const T* p, std::ptrdiff_t row, std::ptrdiff_t pixel) {
#pragma GCC unroll 4
  for (int i = 0; i < tile; ++i)
#pragma GCC unroll 4
    for (int j = 0; j < tile; ++j) prefetch(p + i * row + j * pixel);
}

/// Transforms a vector of channels of a tile that begins at x[corner], whose rows and pixels are `row` and `pixel` values
/// apart; `all` of it lies in the image, or else its `part`. Of a later tile is fetched what begins at x[later].
///
/// Parts are unrolled, too, although they are rare and that is three times the code: gcc fuses a multiplication with an
/// addition only where both are in one basic block, so that this very source has other bits rolled up.
template <class Tile, bool all, class T>
[[gnu::noinline]] void transform_vector(const T* x, std::ptrdiff_t corner, std::ptrdiff_t row, std::ptrdiff_t pixel,
                                        const TilePart& part, float* at, const PanelPlanes& to, std::ptrdiff_t later) {
  constexpr int side = Tile::side, points = Tile::points;
  fetch_tile<side - 2 * Tile::border>(x + later, row, pixel);
  Vec half[points][side];
#pragma GCC unroll 6
  for (int j = 0; j < side; ++j) {
    Vec column[side], transformed[points];
    const bool column_counts = all || (j >= part.column_begin && j < part.column_end);
#pragma GCC unroll 6
    for (int i = 0; i < side; ++i)
      column[i] = all || (column_counts && i >= part.row_begin && i < part.row_end)
                      ? load(x + (corner + i * row + j * pixel))
                      : Vec{};
    Tile::transform(column, transformed);
#pragma GCC unroll 6
    for (int i = 0; i < points; ++i) half[i][j] = transformed[i];
  }
#pragma GCC unroll 6
  for (int i = 0; i < points; ++i) {
    Vec transformed[points];
    Tile::transform(half[i], transformed);
#pragma GCC unroll 6
    for (int j = 0; j < points; ++j, at += to.plane) to.stream ? stream(at, transformed[j]) : store(at, transformed[j]);
  }
}

/// Transforms `count` tiles of x, from the tile with index `first`, to the planes of `to`.
/// Shapes  to: for each point and each of channels/panel panels a row of `panel` floats for each tile.
template <class Tile, class T>
[[gnu::always_inline]] inline void transform_tiles(const TileGrid& grid, const T* x, std::size_t stride, int channels,
                                                   std::size_t first, int count, const PanelPlanes& to) {
  constexpr int side = Tile::side;
  const std::ptrdiff_t pixel = static_cast<std::ptrdiff_t>(stride), row = grid.width * pixel;
  TilePlace place = grid.place(first), ahead = grid.place(first + tiles_ahead);
  for (int t = 0; t < count; ++t, place = grid.after(place), ahead = grid.after(ahead)) {
    const int top = place.row - Tile::border, left = place.column - Tile::border;
    const TilePart part{top < 0 ? -top : 0, grid.height - top < side ? grid.height - top : side, left < 0 ? -left : 0,
                        grid.width - left < side ? grid.width - left : side};
    const bool all = part.row_end - part.row_begin == side && part.column_end - part.column_begin == side;
    const std::ptrdiff_t border = Tile::border * (row + pixel), corner = grid.pixel(place) * pixel - border;
    const std::ptrdiff_t later = grid.pixel(ahead) * pixel + border;  // what no tile before that one reads
    float* lanes = to.data + std::size_t{1} * t * panel;
    int c = 0;
    for (; c + width <= channels; c += width) {
      float* at = lanes + c / panel * to.panel + c % panel;
      all ? transform_vector<Tile, true>(x, corner + c, row, pixel, part, at, to, later + c)
          : transform_vector<Tile, false>(x, corner + c, row, pixel, part, at, to, later + c);
    }
    if (c == channels) continue;
    alignas(sizeof(Vec)) float patch[side * side * width] = {};
    for (int i = part.row_begin; i < part.row_end; ++i)
      for (int j = part.column_begin; j < part.column_end; ++j)
        store(patch + (i * side + j) * width, load_part(x + (corner + i * row + j * pixel + c), channels - c));
    transform_vector<Tile, true>(patch, 0, side * width, width, part, lanes + c / panel * to.panel + c % panel, to, 0);
  }
  if (to.stream) finish_streams();
}

template <class Form, class T>
[[gnu::noinline]] void transform_input(const TileGrid& grid, const T* x, std::size_t stride, int channels,
                                       std::size_t first, int count, const PanelPlanes& to) {
  transform_tiles<InputTile<Form>>(grid, x, stride, channels, first, count, to);
}
template <class Form, class T>
[[gnu::noinline]] void transform_gradient(const TileGrid& grid, const T* dy, std::size_t stride, int channels,
                                          std::size_t first, int count, const PanelPlanes& to) {
  transform_tiles<GradientTile<Form>>(grid, dy, stride, channels, first, count, to);
}

/// Transforms a vector of channels of a tile back to pixels, `row` and `pixel` floats apart, and finishes them; `end`
/// begins with them, and the mask's rows of pixels are `mask_row` floats apart. That of a later tile, `later` floats further
/// on, is fetched.
template <class Form, class T>
[[gnu::noinline]] void transform_back(const float* m, std::size_t plane, T* y, std::size_t row, std::size_t pixel,
                                      const Epilogue<T>& end, std::size_t mask_row, std::ptrdiff_t later) {
  constexpr int points = Form::points, tile = Form::tile;
  if (end.mask) fetch_tile<tile>(end.mask + later, mask_row, end.mask_stride);
  Vec half[tile][points];
#pragma GCC unroll 6
  for (int j = 0; j < points; ++j) {
    Vec column[points], outputs[tile];
#pragma GCC unroll 6
    for (int i = 0; i < points; ++i) column[i] = load(m + (i * points + j) * plane);
    Form::output(column, outputs);
#pragma GCC unroll 4
    for (int i = 0; i < tile; ++i) half[i][j] = outputs[i];
  }
  const Vec bias = end.bias ? load(end.bias) : Vec{};
#pragma GCC unroll 4
  for (int i = 0; i < tile; ++i, y += row) {
    Vec values[tile];
    Form::output(half[i], values);
#pragma GCC unroll 4
    for (int j = 0; j < tile; ++j) values[j] += bias;
    if (end.accumulate)
#pragma GCC unroll 4
      for (int j = 0; j < tile; ++j) values[j] += load(y + j * pixel);
    if (end.relu)
#pragma GCC unroll 4
      for (int j = 0; j < tile; ++j) values[j] = values[j] < 0 ? Vec{} : values[j];
    if (end.mask)
#pragma GCC unroll 4
      for (int j = 0; j < tile; ++j)
        values[j] = load(end.mask + i * mask_row + j * end.mask_stride) > 0 ? values[j] : Vec{};
#pragma GCC unroll 4
    for (int j = 0; j < tile; ++j) end.stream ? stream(y + j * pixel, values[j]) : store(y + j * pixel, values[j]);
  }
}

/// Writes `channels` channels of `count` tiles of y, from planes with a row for each tile.
/// Shapes  y and what end points to: at the first channel; m: a plane for each point, of count×panel.
template <class Form, class T>
[[gnu::noinline]] void transform_output(const TileGrid& grid, std::size_t first, int count, const float* m,
                                        std::size_t plane, int channels, T* y, std::size_t stride,
                                        const Epilogue<T>& end) {
  constexpr int tile = Form::tile;
  alignas(sizeof(Vec)) float patch[tile * tile * width];
  TilePlace place = grid.place(first), ahead = grid.place(first + tiles_ahead);
  for (int t = 0; t < count; ++t, place = grid.after(place), ahead = grid.after(ahead), m += panel) {
    const int rows = grid.height - place.row < tile ? grid.height - place.row : tile;
    const int columns = grid.width - place.column < tile ? grid.width - place.column : tile;
    const std::ptrdiff_t corner = grid.pixel(place), mask = static_cast<std::ptrdiff_t>(end.mask_stride);
    const std::ptrdiff_t later = (grid.pixel(ahead) - corner) * mask;
    for (int c = 0; c < channels; c += width) {
      const int lanes = channels - c;
      if (rows == tile && columns == tile && lanes >= width) {
        Epilogue<T> here = end;
        if (end.bias) here.bias += c;
        if (end.mask) here.mask += corner * mask + c;
        transform_back<Form>(m + c, plane, y + corner * stride + c, grid.width * stride, stride, here,
                             grid.width * mask, later);
        continue;
      }
      transform_back<Form>(m + c, plane, patch, tile * width, width, {}, 0, 0);
      const Vec bias = end.bias ? load_part(end.bias + c, lanes) : Vec{};
      for (int i = 0; i < rows; ++i)
        for (int j = 0; j < columns; ++j) {
          const std::size_t pixel = corner + std::size_t{1} * i * grid.width + j;
          finish(load(patch + (i * tile + j) * width), lanes, bias, pixel, y + pixel * stride + c, c, end);
        }
    }
  }
  if (end.stream) finish_streams();
}
