#include "unetpp/io/data/augment/elastic.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "../../../catch.hpp"
#include "samples.hpp"

namespace elastic_test {

using unetpp::AugmentConfig;
using unetpp::Random;
using unetpp::detail::Displacement;
using unetpp::detail::Draws;
using unetpp::detail::ElasticField;
using unetpp::detail::Operation;

namespace {

/// The displacements of all rows.
std::vector<std::vector<Displacement>> field(int height, int width, float amplitude, int grid, std::uint64_t seed) {
  const AugmentConfig::Elastic config{.probability = 1, .amplitude = {amplitude, amplitude}, .grid = grid};
  const ElasticField elastic(height, width, config, Draws(Random(seed), Operation::elastic));
  std::vector<std::vector<Displacement>> rows(static_cast<std::size_t>(height));
  for (int y = 0; y < height; ++y) elastic.row(y, rows[static_cast<std::size_t>(y)]);
  return rows;
}

}  // namespace

TEST_CASE("a grid point moves by half the amplitude, across as down, in the mean of many fields") {
  double across = 0, down = 0, both = 0;
  constexpr int fields = 2000;
  for (std::uint64_t seed = 0; seed < fields; ++seed) {
    const Displacement middle = field(21, 41, 0.02f, 3, seed)[10][20];  // sigma: 0.02 of 21 pixels
    across += middle.x * middle.x / fields;
    down += middle.y * middle.y / fields;
    both += middle.x * middle.y / fields;
  }
  CHECK(std::sqrt(across) == Approx(0.21).epsilon(0.05));
  CHECK(std::sqrt(down) == Approx(0.21).epsilon(0.05));
  CHECK(std::abs(both) < 0.1 * 0.21 * 0.21);
}

TEST_CASE("a field never folds, however large its amplitude") {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    const auto rows = field(60, 80, 1, 5, seed);
    double least = 1;
    for (std::size_t y = 0; y + 1 < rows.size(); ++y)
      for (std::size_t x = 0; x + 1 < rows[y].size(); ++x) {
        const Displacement at = rows[y][x], right = rows[y][x + 1], below = rows[y + 1][x];
        least =
            std::min<double>(least, (1 + right.x - at.x) * (1 + below.y - at.y) - (right.y - at.y) * (below.x - at.x));
      }
    CHECK(least > 0);
    CHECK(least < 0.9);
  }
}

TEST_CASE("a field is smooth: neither it nor its slope jumps at a grid point") {
  const auto rows = field(9, 101, 0.5f, 6, 3);
  double slope = 0, bend = 0;
  for (std::size_t x = 1; x + 1 < 101; ++x) {
    const float before = rows[4][x - 1].x, at = rows[4][x].x, after = rows[4][x + 1].x;
    slope = std::max<double>(slope, std::abs(after - at));
    bend = std::max<double>(bend, std::abs(after - 2 * at + before));
  }
  CHECK(slope > 0.005);
  CHECK(bend < slope / 5);  // of a spacing of 20 pixels
}

TEST_CASE("an image is read where its field says") {
  augment_tests::Sample ramp{{60, 40, 1, {}}, {60, 40, std::vector<std::uint8_t>(2400)}};
  for (int y = 0; y < 40; ++y)
    for (int x = 0; x < 60; ++x) ramp.image.values.push_back(static_cast<std::uint8_t>(2 * x + 3 * y));
  const auto rows = field(40, 60, 0.1f, 4, 5);
  const auto moved =
      augment_tests::made({.elastic = {.probability = 1, .amplitude = {0.1f, 0.1f}, .grid = 4}}, ramp, 5);
  int inside = 0;
  for (int y = 0; y < 40; ++y)
    for (int x = 0; x < 60; ++x) {
      const Displacement move = rows[static_cast<std::size_t>(y)][static_cast<std::size_t>(x)];
      const float at_x = static_cast<float>(x) + move.x, at_y = static_cast<float>(y) + move.y;
      if (at_x < 0 || at_x > 59 || at_y < 0 || at_y > 39) continue;
      CHECK(std::abs(augment_tests::value(moved, y, x, 0) - (2 * at_x + 3 * at_y)) < 0.51f);
      ++inside;
    }
  CHECK(inside > 2000);
}

TEST_CASE("an amplitude of zero moves nothing") {
  const auto sample = augment_tests::random_sample(15, 10);
  CHECK(augment_tests::same(augment_tests::made({.elastic = {.probability = 1, .amplitude = {0, 0}}}, sample), sample));
}

}  // namespace elastic_test
