#pragma once
// How convolutions on a matrix unit are cut, and the memory they need.

#include <algorithm>
#include <cstddef>

#include "unetpp/core/buffer.hpp"
#include "unetpp/core/parallel.hpp"
#include "unetpp/core/shape.hpp"
#include "unetpp/kernels/amx_kernels.hpp"
#include "unetpp/kernels/cache.hpp"
#include "unetpp/kernels/panels.hpp"

// Counts and positions are int, sizes std::size_t; none is negative.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace unetpp::kernels::detail {

/// The images of a batch one above the other, with a row of zeros above each and a zero before each row, which is behind
/// the row before, too. The values around a pixel lie at the same distances from it everywhere.
///
/// A position is a place in such an image without the first row of zeros: the 3×3 values around the pixel at position p
/// begin with value p.
struct PaddedImages {
  int height;
  int width;
  std::size_t count;
  std::size_t multiple = 1;  // that the pitch is of

  constexpr std::size_t pitch() const { return parts_of(std::size_t{1} * width + 1, multiple) * multiple; }
  constexpr std::size_t rows() const { return count * (height + 1) - 1; }  // of positions
  constexpr bool has_pixels(std::size_t row) const {
    return row < rows() && row % (height + 1) < static_cast<std::size_t>(height);
  }
  /// The first pixel of a row of positions that has some.
  constexpr std::size_t pixel(std::size_t row) const {
    return (row / (height + 1) * height + row % (height + 1)) * width;
  }
};

/// Positions in groups of as many tiles as a product computes at once: the tiles one below the other, or where the width
/// is far from a multiple of a tile's, one behind the other.
struct PositionGroups {
  static constexpr int most_tiles = product_tiles;

  PaddedImages images;

  constexpr bool linear() const {
    return parts_of(images.width, tile_side) * tile_side > images.width + images.width / 8;
  }
  constexpr int strips() const { return linear() ? 1 : parts_of(images.width, tile_side); }  // groups in a row of them
  constexpr std::size_t rows() const {
    return linear() ? parts_of(positions(), std::size_t{most_tiles * tile_side}) : images.count * rows_of_image();
  }
  constexpr std::size_t position(std::size_t row, int strip) const {
    if (linear()) return row * most_tiles * tile_side;
    return (row / rows_of_image() * (images.height + 1) + row % rows_of_image() * most_tiles) * images.pitch() +
           static_cast<std::size_t>(strip) * tile_side;
  }
  constexpr int tiles(std::size_t row) const {
    const std::size_t left = linear() ? parts_of(positions() - position(row, 0), std::size_t{tile_side})
                                      : images.height - row % rows_of_image() * most_tiles;
    return static_cast<int>(std::min<std::size_t>(left, most_tiles));
  }
  /// Positions from a tile of a group to the next.
  constexpr std::size_t step() const { return linear() ? tile_side : images.pitch(); }

  // The rows of values that rows of groups read: the first, the one behind the last, and how many there are at most.
  constexpr std::size_t first_value_row(std::size_t row) const { return position(row, 0) / images.pitch(); }
  constexpr std::size_t end_value_row(std::size_t last_row) const {
    const std::size_t last_tile = position(last_row, 0) + (tiles(last_row) - 1) * step();
    return (last_tile + (linear() ? tile_side - 1 : 0)) / images.pitch() + 3;
  }
  constexpr std::size_t most_value_rows(std::size_t group_rows) const {
    return linear() ? parts_of(group_rows * most_tiles * tile_side, images.pitch()) + 3
                    : group_rows * most_tiles + 2 + group_rows / rows_of_image() + 1;
  }

 private:
  constexpr std::size_t positions() const { return images.rows() * images.pitch(); }
  constexpr std::size_t rows_of_image() const { return parts_of(images.height, most_tiles); }
};

/// Where there are fewer weights than values they are packed once, and threads take runs of rows of groups. Where there
/// are more, the values are, and threads take panels of filters, whose weights they pack when they need them.
struct AmxPlan {
  static constexpr int panel = amx_panel, taps = 9, most_parts = amx_parts<float>;

  int depth;    // channels read
  int filters;  // channels written
  int parts;    // of values
  PositionGroups groups;
  Partition partition;
  std::size_t run;  // rows of groups

  constexpr AmxPlan(Shape in, int written, std::size_t batch, int value_parts)
      : depth(in.channels),
        filters(written),
        parts(value_parts),
        groups{{in.height, in.width, batch}},
        partition(groups.images.rows() * row() <= most_shared() ? Partition::weights : Partition::pixels),
        run(partition == Partition::weights ? groups.rows() : even_block(groups.rows(), most_run())) {}

  constexpr int chunks() const { return parts_of(depth, panel); }
  /// Chunks that are summed by one product, whose weights stay in the smallest cache.
  constexpr int together() const { return most_parts / parts; }
  constexpr int spans() const { return parts_of(chunks(), together()); }
  constexpr int panels() const { return parts_of(filters, panel); }
  constexpr int halves(int filter_panel) const { return filters - filter_panel * panel > tile_side ? 2 : 1; }

  /// Values that are shared at most: half as many as weights where they do not stay in a core's own cache.
  constexpr std::size_t most_shared() const {
    return std::max(std::min(core_cache, weights() - 1), (weights() - 1) / 2);
  }
  /// Rows of groups whose values leave room in a core's own cache. Many chunks need many sums and few of the weights at a
  /// time.
  constexpr int most_run() const {
    const std::size_t floats = chunks() < 4 ? core_cache / 2 : core_cache;
    return static_cast<int>(std::max<std::size_t>(1, floats / (groups.most_tiles * row())));
  }

  // Floats of: a value of a chunk of channels, a row of values, a run's values of a chunk, the weights from a span of chunks
  // to half a panel of filters, all weights, a run's sums for half a panel; and of what a thread needs for itself.
  constexpr int value() const { return parts * tile_side; }
  constexpr std::size_t row() const { return groups.images.pitch() * chunks() * value(); }
  constexpr std::size_t values() const {
    const std::size_t read = groups.most_value_rows(run) * groups.images.pitch() + 2 * groups.most_tiles * tile_side;
    return aligned_floats(read * value()) + tile_side;
  }
  constexpr std::size_t piece() const { return std::size_t{1} * together() * taps * tile_side * value(); }
  constexpr std::size_t weights() const { return 2 * panels() * spans() * piece(); }
  constexpr std::size_t sums() const { return run * groups.strips() * groups.most_tiles * tile_floats; }
  constexpr std::size_t own() const { return chunks() * values() + 2 * sums(); }

  constexpr std::size_t floats(int threads) const {
    return partition == Partition::weights ? chunks() * values() + 2 * threads * (piece() + sums())
                                           : weights() + threads * own();
  }
  /// Floats that this plan and that of any smaller batch need: of the most images that share their values, and of the
  /// longest run.
  constexpr std::size_t scratch(int threads) const {
    const std::size_t count = (most_shared() / row() + 1) / (groups.images.height + 1);
    AmxPlan shared = *this, own_values = *this;
    shared.partition = Partition::weights;
    shared.groups.images.count = std::min(groups.images.count, count);
    own_values.partition = Partition::pixels;
    own_values.run = std::min<std::size_t>(groups.rows(), most_run());
    std::size_t floats = count < groups.images.count ? own_values.floats(threads) : 0;
    if (count > 0) {
      shared.run = shared.groups.rows();
      floats = std::max(floats, shared.floats(threads));
    }
    return floats;
  }
};

}  // namespace unetpp::kernels::detail

#pragma GCC diagnostic pop
