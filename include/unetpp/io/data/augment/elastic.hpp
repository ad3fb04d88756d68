#pragma once
// Smooth random displacements.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "unetpp/io/data/augment/draws.hpp"

// Counts and positions are int, sizes std::size_t; none is negative.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace unetpp::detail {

/// Pixels to the right and downwards.
struct Displacement {
  float x;
  float y;
};

/// Which four grid points a pixel of a line hangs on, and how much on each.
struct SplineTaps {
  int first;
  std::array<float, 4> weights;
};

/// Pixels in a grid's spacing, where `grid` points lie on a line of `pixels`, the first and the last at its ends.
inline float grid_spacing(int pixels, int grid) {
  return static_cast<float>(std::max(1, pixels - 1)) / static_cast<float>(grid - 1);
}

/// Uniform cubic B-splines; the grid has a point more at each end.
inline std::vector<SplineTaps> spline_taps(int pixels, int grid) {
  std::vector<SplineTaps> taps;
  const float spacing = grid_spacing(pixels, grid);
  for (int i = 0; i < pixels; ++i) {
    const float at = static_cast<float>(i) / spacing;
    const int cell = std::min(static_cast<int>(at), grid - 2);
    const float t = at - static_cast<float>(cell), s = 1 - t;
    taps.push_back(
        {cell,
         {s * s * s / 6, (3 * t * t * t - 6 * t * t + 4) / 6, (3 * s * s * s - 6 * s * s + 4) / 6, t * t * t / 6}});
  }
  return taps;
}

/// How far each pixel of an image moves.
class ElasticField {
 public:
  ElasticField(int height, int width, const AugmentConfig::Elastic& config, const Draws& draws)
      : across_(config.grid + 2), rows_(spline_taps(height, config.grid)), columns_(spline_taps(width, config.grid)) {
    constexpr float most = 0.48f;  // of the spacing; from 0.4886 on the map might fold
    const float sigma = draws.between(config.amplitude, 1) * static_cast<float>(std::min(height, width));
    const float most_x = most * grid_spacing(width, config.grid), most_y = most * grid_spacing(height, config.grid);
    for (std::uint64_t i = 0; i < std::uint64_t{1} * across_ * across_; ++i)
      points_.push_back({std::clamp(sigma * draws.normal(2 * i), -most_x, most_x),
                         std::clamp(sigma * draws.normal(2 * i + 1), -most_y, most_y)});
  }

  /// The displacements of one row.
  void row(int y, std::vector<Displacement>& to) const {
    std::vector<Displacement> line(across_);
    for (int i = 0; i < across_; ++i)
      for (int k = 0; k < 4; ++k) add(rows_[y].weights[k], points_[(rows_[y].first + k) * across_ + i], line[i]);
    to.assign(columns_.size(), {});
    for (std::size_t x = 0; x < columns_.size(); ++x)
      for (int k = 0; k < 4; ++k) add(columns_[x].weights[k], line[columns_[x].first + k], to[x]);
  }

 private:
  static void add(float weight, const Displacement& from, Displacement& to) {
    to.x += weight * from.x;
    to.y += weight * from.y;
  }

  int across_;
  std::vector<SplineTaps> rows_, columns_;
  std::vector<Displacement> points_;
};

}  // namespace unetpp::detail

#pragma GCC diagnostic pop
