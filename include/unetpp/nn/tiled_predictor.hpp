#pragma once
// Images of any size at their own resolution, by a network of one size.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/core/flush_subnormals.hpp"
#include "unetpp/core/parallel.hpp"
#include "unetpp/core/shape.hpp"
#include "unetpp/core/tensor.hpp"
#include "unetpp/nn/predict_classes.hpp"
#include "unetpp/nn/predictor.hpp"
#include "unetpp/nn/tiling.hpp"

// Counts and positions are int, sizes std::size_t; none is negative.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace unetpp {

struct TilingConfig {
  /// Of neighbouring tiles; pixels, rounded up to the network's alignment. None: as far as the network sees, so that
  /// tiles give what the whole image gives, or as much of that as leaves a tile one step.
  std::optional<int> overlap{};
  std::size_t batch = 1;        ///< tiles that the network takes at once; 1 needs the least memory
  int threads = max_threads();  ///< as PredictorConfig's
  bool flip = false;            ///< the same, tile by tile
  std::function<void(std::size_t, std::size_t)> progress{};  ///< gets the number of tiles done and of all
};

/// Runs a network over tiles of its input's size and blends the classes' probabilities; TileAxis says how. An image
/// that is smaller than a tile or no multiple of the alignment is extended by the pixels of its right and lower edges.
///
/// It reads an image through read(y, x, to), which fills `to`, a span of floats, with pixels of row y from column x on,
/// as the network takes them. They all lie in the image; where tiles overlap they are read again.
///
/// With an overlap of the receptive field or more, the result is that of the network at the image's size, but for
/// rounding. Memory does not grow with the image: it is worked on in bands of a few tiles' width, of which only the rows
/// are kept that a tile is still to come for; tiles across two bands are computed for both.
/// Errors  ArgumentError as TileAxis, and for a batch or a number of threads as Predictor.
template <Layer Net>
class TiledPredictor {
  static_assert(Net::in.height == Net::out.height && Net::in.width == Net::out.width,
                "unetpp: a TiledPredictor needs a network that keeps the height and width");
  static constexpr ReceptiveField field = receptive_field<Net>;
  static_assert(Net::in.height % field.rows.alignment == 0 && Net::in.width % field.columns.alignment == 0,
                "unetpp: a TiledPredictor's tiles must be multiples of the network's alignment");
  static constexpr int classes_count = Net::out.channels;

 public:
  /// Tile columns in a band: the more, the fewer tiles are computed twice, and the more memory is used.
  static constexpr int band_tiles = 8;

  explicit TiledPredictor(Tensors<Net> parameters, TilingConfig config = {})
      : config_(std::move(config)), predictor_(parameters, predictor_config()), tiles_(config_.batch) {}
  template <class Other>
  explicit TiledPredictor(Parameters<Other>&& parameters, TilingConfig config = {})  // kept, as a Predictor does
      : config_(std::move(config)), predictor_(std::move(parameters), predictor_config()), tiles_(config_.batch) {}
  template <class Other>
  explicit TiledPredictor(const Parameters<Other>&& parameters, TilingConfig config = {}) = delete;  // gone too soon

  /// The most probable class of each pixel, row by row.
  /// Shapes  classes: size.
  /// Errors  ArgumentError for a size of another number of pixels; NonFiniteError if the network's output at any pixel is
  ///         NaN.
  template <class Read>
  void classes(Extent size, const Read& read, std::span<std::uint8_t> classes) {
    if (classes.size() != size.size())
      throw ArgumentError("tiles: room for " + std::to_string(classes.size()) + " classes of " +
                          std::to_string(size.size()) + " pixels");
    probabilities(size, read, [&](int y, int x, std::span<const float> row) {
      const BatchView<const float, Shape{1, 1, classes_count}> pixels(row.data(), row.size() / classes_count);
      predict_classes(pixels, classes.subspan(std::size_t{1} * y * size.width + x, pixels.count()));
    });
  }

  /// Calls row(y, x, probabilities) for pieces of rows that cover the image once; they begin at column x and hold the
  /// classes' probabilities pixel by pixel.
  template <class Read, class Row>
  void probabilities(Extent size, const Read& read, const Row& row) {
    const TileAxis rows = axis(size.height, Net::in.height, field.rows);
    const TileAxis columns = axis(size.width, Net::in.width, field.columns);
    std::size_t all = 0, done = 0;
    for_each_band(columns, [&](const Band& band) { all += band.tiles(rows); });
    for_each_band(columns, [&](const Band& band) {
      band_.assign(band.width() * Net::in.height * classes_count, 0.0f);
      for (std::size_t first = 0; first < band.tiles(rows); first += config_.batch) {
        const std::size_t count = std::min(config_.batch, band.tiles(rows) - first);
        for (std::size_t i = 0; i < count; ++i)
          read_tile(size, read, rows.origin(band.row(first + i)), columns.origin(band.column(first + i)), i);
        const auto predicted = predictor_.probabilities(std::as_const(tiles_).view().images(0, count));
        for (std::size_t i = 0; i < count; ++i) {
          add_tile(predicted.pixel(i * Net::out.pixels()), rows, columns, band, first + i);
          if (band.column(first + i) + 1 == band.end) finish_rows(size, rows, band, band.row(first + i), row);
        }
        if (config_.progress) config_.progress(done += count, all);
      }
    });
  }

 private:
  PredictorConfig predictor_config() const {
    return {.batch = config_.batch, .threads = config_.threads, .flip = config_.flip};
  }

  /// The columns x ... x_end of the image, and the tile columns first ... end that reach into them.
  struct Band {
    int x, x_end;
    int first, end;

    std::size_t width() const { return static_cast<std::size_t>(x_end - x); }
    std::size_t tiles(const TileAxis& rows) const { return std::size_t{1} * rows.count() * (end - first); }
    int row(std::size_t tile) const { return static_cast<int>(tile / (end - first)); }
    int column(std::size_t tile) const { return first + static_cast<int>(tile % (end - first)); }
  };

  TileAxis axis(int size, int tile, const ReceptiveAxis& f) const {
    return {size, tile, config_.overlap.value_or(std::min(std::max(f.extent, 2 * f.margin + 1), tile - f.alignment)),
            f};
  }

  template <class F>
  static void for_each_band(const TileAxis& columns, const F& f) {
    for (int begin = 0; begin < columns.count(); begin += band_tiles) {
      const int end = std::min(begin + band_tiles, columns.count()), x = columns.origin(begin);
      int first = begin;
      while (first > 0 && columns.origin(first - 1) + Net::in.width > x) --first;
      f(Band{x, columns.next_origin(end - 1), first, end});
    }
  }

  template <class Read>
  void read_tile(Extent size, const Read& read, int top, int left, std::size_t i) {
    constexpr std::size_t channels = Net::in.channels, width = Net::in.width;
    const std::size_t inside = std::min(width, std::size_t(size.width - left));
    float* to = tiles_.data() + i * Net::in.size();
    for (int y = 0; y < Net::in.height; ++y, to += width * channels) {
      read(std::min(top + y, size.height - 1), left, std::span<float>(to, inside * channels));
      for (std::size_t x = inside; x < width; ++x)
        std::copy_n(to + (inside - 1) * channels, channels, to + x * channels);
    }
  }

  /// Adds the part of a tile that lies in the band, whose rows begin with the tile's.
  void add_tile(const float* tile, const TileAxis& rows, const TileAxis& columns, const Band& band,
                std::size_t number) {
    const FlushSubnormals flush;  // as small as probabilities and weights may be
    const std::span<const float> across = columns.weights(band.column(number)), down = rows.weights(band.row(number));
    const int left = columns.origin(band.column(number));
    const int first = std::max(band.x - left, 0), last = std::min(band.x_end - left, Net::in.width);
    for (int y = 0; y < Net::in.height; ++y)
      for (int x = first; x < last; ++x) {
        const float weight = down[y] * across[x];
        const float* from = tile + (std::size_t{1} * y * Net::in.width + x) * classes_count;
        float* to = band_.data() + (y * band.width() + (left + x - band.x)) * classes_count;
        for (int c = 0; c < classes_count; ++c) to[c] += weight * from[c];
      }
  }

  /// Hands on the rows that no tile of the next row reaches, and moves up the others.
  template <class Row>
  void finish_rows(Extent size, const TileAxis& rows, const Band& band, int tile_row, const Row& row) {
    const int y = rows.origin(tile_row), finished = rows.next_origin(tile_row) - y;
    const std::size_t line = band.width() * classes_count;
    const std::size_t shown = static_cast<std::size_t>(std::max(std::min(band.x_end, size.width) - band.x, 0));
    for (int i = 0; i < finished && y + i < size.height && shown > 0; ++i)
      row(y + i, band.x, std::span<const float>(band_.data() + i * line, shown * classes_count));
    std::copy(band_.begin() + static_cast<std::ptrdiff_t>(finished * line), band_.end(), band_.begin());
    std::fill(band_.end() - static_cast<std::ptrdiff_t>(finished * line), band_.end(), 0.0f);
  }

  TilingConfig config_;
  Predictor<Net> predictor_;
  Batch<Net::in> tiles_;
  std::vector<float> band_;  // sums of weighted probabilities
};

}  // namespace unetpp

#pragma GCC diagnostic pop
