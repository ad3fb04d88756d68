// Winograd's transforms of image tiles, a vector of channels at a time.

#ifndef UNETPP_BODY  // opened alone
#include "unetpp/kernels/simd/pack.inc.hpp"
#endif

/// So many tiles before one is transformed its pixels are fetched.
inline constexpr int tiles_ahead = 4;

/// Whether the set has instructions that multiply and add with one rounding.
#if defined(__x86_64__) && !defined(__FMA__)
inline constexpr bool fuses = width > 4;
#else
inline constexpr bool fuses = true;
#endif

/// The two kinds of tiles that are transformed to points: overlapping inputs, and gradients of outputs.
///
/// Where products may be fused with sums, inputs at the edges of images round products in all columns and the first row, and
/// those of narrower vectors in all: so gcc always compiled them, and results keep their bits.
template <class Form, bool at_edge = false>
struct InputTile {
  static constexpr int points = Form::points, side = points, border = 1;
  using AtEdge = InputTile<Form, Form::inexact && fuses>;
  [[gnu::always_inline]] static void column(const Vec (&from)[side], Vec (&to)[points]) {
    Form::input(from, at_edge, to);
  }
  [[gnu::always_inline]] static void row(int i, const Vec (&from)[side], Vec (&to)[points]) {
    Form::input(from, at_edge && (i == 0 || width < 16), to);
  }
};
template <class Form>
struct GradientTile {
  static constexpr int points = Form::points, side = Form::tile, border = 0;
  using AtEdge = GradientTile;
  [[gnu::always_inline]] static void column(const Vec (&from)[side], Vec (&to)[points]) { Form::gradient(from, to); }
  [[gnu::always_inline]] static void row(int, const Vec (&from)[side], Vec (&to)[points]) { Form::gradient(from, to); }
};

/// Fetches a vector of channels of tile×tile pixels.
template <class T>
[[gnu::always_inline]] inline void fetch_tile(int tile, const T* p, std::ptrdiff_t row, std::ptrdiff_t pixel) {
#pragma GCC unroll 4
  for (int i = 0; i < tile; ++i)
#pragma GCC unroll 4
    for (int j = 0; j < tile; ++j) prefetch(p + i * row + j * pixel);
}

/// Transforms a vector of channels of a tile of x, whose rows and pixels are `row` and `pixel` values apart, to `at` and as
/// far on in each plane. Of a later tile is fetched what begins at `later`.
template <class Tile, class T>
[[gnu::noinline]] void transform_vector(const T* x, std::ptrdiff_t row, std::ptrdiff_t pixel, const T* later, float* at,
                                        const PanelPlanes& to) {
  constexpr int side = Tile::side, points = Tile::points;
  fetch_tile(side - 2 * Tile::border, later, row, pixel);
  Vec half[points][side];
#pragma GCC unroll 6
  for (int j = 0; j < side; ++j) {
    Vec column[side], transformed[points];
#pragma GCC unroll 6
    for (int i = 0; i < side; ++i) column[i] = load(x + (i * row + j * pixel));
    Tile::column(column, transformed);
#pragma GCC unroll 6
    for (int i = 0; i < points; ++i) half[i][j] = transformed[i];
  }
#pragma GCC unroll 6
  for (int i = 0; i < points; ++i) {
    Vec transformed[points];
    Tile::row(i, half[i], transformed);
#pragma GCC unroll 6
    for (int j = 0; j < points; ++j, at += to.plane) to.stream ? stream(at, transformed[j]) : store(at, transformed[j]);
  }
}

/// A transform of a vector of channels of a tile to points, and one back.
template <class T>
using VectorTransform = void (*)(const T* x, std::ptrdiff_t row, std::ptrdiff_t pixel, const T* later, float* at,
                                 const PanelPlanes& to);

template <class T>
using VectorOutput = void (*)(const float* m, std::size_t plane, T* y, std::size_t row, std::size_t pixel,
                              const Epilogue<T>& end, std::size_t mask_row, std::ptrdiff_t later);

/// A kind of tiles at run time: its side, the border in that, and how a vector of channels is transformed.
template <class T>
struct TileTransform {
  int side;
  int border;
  VectorTransform<T> in_image;
  VectorTransform<float> in_patch;
  VectorTransform<float> at_edge;  // in a patch, too
};
template <class Tile, class T>
inline constexpr TileTransform<T> tile_transform{.side = Tile::side,
                                                 .border = Tile::border,
                                                 .in_image = transform_vector<Tile, T>,
                                                 .in_patch = transform_vector<Tile, float>,
                                                 .at_edge = transform_vector<typename Tile::AtEdge, float>};

/// The rows and columns of a tile that lie in its image.
struct TilePart {
  int row_begin, row_end, column_begin, column_end;
  bool operator==(const TilePart&) const = default;
};

/// Transforms `count` tiles of x, from the tile with index `first`, to the planes of `to`. A tile that reaches past an
/// edge, and channels that fill no vector, are copied to a patch between zeros.
/// Shapes  to: for each point and each of channels/panel panels a row of `panel` floats for each tile.
template <class T>
[[gnu::noinline]] void transform_tiles(const TileTransform<T>& tile, const TileGrid& grid, const T* x,
                                       std::size_t stride, int channels, std::size_t first, int count,
                                       const PanelPlanes& to) {
  const int side = tile.side;
  const std::ptrdiff_t pixel = static_cast<std::ptrdiff_t>(stride), row = grid.width * pixel;
  alignas(sizeof(Vec)) float patch[6 * 6 * width];
  TilePart in_patch{};  // where it is not zero
  TilePlace place = grid.place(first), ahead = grid.place(first + tiles_ahead);
  for (int t = 0; t < count; ++t, place = grid.after(place), ahead = grid.after(ahead)) {
    const int top = place.row - tile.border, left = place.column - tile.border;
    const TilePart part{top < 0 ? -top : 0, grid.height - top < side ? grid.height - top : side, left < 0 ? -left : 0,
                        grid.width - left < side ? grid.width - left : side};
    const bool whole = part == TilePart{0, side, 0, side};
    const std::ptrdiff_t border = tile.border * (row + pixel), corner = grid.pixel(place) * pixel - border;
    const T* later = x + (grid.pixel(ahead) * pixel + border);  // what no tile before that one reads
    float* lanes = to.data + std::size_t{1} * t * panel;
    int c = 0;
    for (; whole && c + width <= channels; c += width)
      tile.in_image(x + (corner + c), row, pixel, later + c, lanes + c / panel * to.panel + c % panel, to);
    if (c == channels) continue;
    if (in_patch != part)
      for (int i = 0; i < side * side; ++i) store(patch + i * width, Vec{});
    in_patch = part;
    for (; c < channels; c += width) {
      fetch_tile(side - 2 * tile.border, later + c, row, pixel);
      for (int i = part.row_begin; i < part.row_end; ++i) {
        const T* from = x + (corner + i * row + part.column_begin * pixel + c);
        float* copy = patch + (i * side + part.column_begin) * width;
        for (int j = part.column_begin; j < part.column_end; ++j, from += pixel, copy += width)
          store(copy, load_part(from, channels - c));
      }
      const VectorTransform<float> transform = c + width <= channels ? tile.at_edge : tile.in_patch;
      transform(patch, side * width, width, patch, lanes + c / panel * to.panel + c % panel, to);
    }
  }
  if (to.stream) finish_streams();
}

template <class Form, class T>
[[gnu::noinline]] void transform_input(const TileGrid& grid, const T* x, std::size_t stride, int channels,
                                       std::size_t first, int count, const PanelPlanes& to) {
  transform_tiles(tile_transform<InputTile<Form>, T>, grid, x, stride, channels, first, count, to);
}
template <class Form, class T>
[[gnu::noinline]] void transform_gradient(const TileGrid& grid, const T* dy, std::size_t stride, int channels,
                                          std::size_t first, int count, const PanelPlanes& to) {
  transform_tiles(tile_transform<GradientTile<Form>, T>, grid, dy, stride, channels, first, count, to);
}

/// Transforms a vector of channels of a tile back to pixels, `row` and `pixel` floats apart, and finishes them; `end`
/// begins with them, and the mask's rows of pixels are `mask_row` floats apart. That of a later tile, `later` floats further
/// on, is fetched.
template <class Form, class T>
[[gnu::noinline]] void transform_back(const float* m, std::size_t plane, T* y, std::size_t row, std::size_t pixel,
                                      const Epilogue<T>& end, std::size_t mask_row, std::ptrdiff_t later) {
  constexpr int points = Form::points, tile = Form::tile;
  if (end.mask) fetch_tile(tile, end.mask + later, mask_row, end.mask_stride);
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
template <class T>
[[gnu::noinline]] void output_tiles(VectorOutput<T> in_image, VectorOutput<float> in_patch, const TileGrid& grid,
                                    std::size_t first, int count, const float* m, std::size_t plane, int channels, T* y,
                                    std::size_t stride, const Epilogue<T>& end) {
  const int tile = grid.tile;
  alignas(sizeof(Vec)) float patch[4 * 4 * width];
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
        in_image(m + c, plane, y + corner * stride + c, grid.width * stride, stride, here, grid.width * mask, later);
        continue;
      }
      in_patch(m + c, plane, patch, tile * width, width, {}, 0, 0);
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
template <class Form, class T>
[[gnu::noinline]] void transform_output(const TileGrid& grid, std::size_t first, int count, const float* m,
                                        std::size_t plane, int channels, T* y, std::size_t stride,
                                        const Epilogue<T>& end) {
  output_tiles<T>(transform_back<Form, T>, transform_back<Form, float>, grid, first, count, m, plane, channels, y,
                  stride, end);
}
